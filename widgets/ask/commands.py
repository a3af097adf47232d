"""Asking for a command: the palette finds one by its words, the help shows all, with why some do not work here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from agent_tui.commands.command import Command
from agent_tui.commands.context import Arguments, Context, Place
from agent_tui.commands.registry import REGISTRY
from agent_tui.commands.spec import GROUPS
from agent_tui.domain.language import SPOKEN
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, declared, marked, trusted
from agent_tui.keymaps.keymap import Keymap
from agent_tui.widgets.ask.asking import Asking, Offer

Perform = Callable[[str, Arguments], None]
"""Run a command by id, as its key would."""

_HERE: dict[Place, Phrase] = {
    "inbox": marked("inbox"),
    "timeline": marked("timeline"),
    "composer": marked("composer"),
    "customer": marked("customer"),
}
_CUTOFF = 60
_ELSEWHERE = marked("has no meaning here")


def offer_of(command: Command, context: Context, keymap: Keymap) -> Offer:
    """How a command stands in palette and help: its key, and why it does not work where it does not."""
    spec = command.spec
    reason = command.why_not(context)
    if reason is None and not set(spec.contexts) & set(context.contexts):
        reason = _ELSEWHERE.text
    key = keymap.shown(spec.id, context.contexts) or keymap.shown(spec.id) or _numbered_key(spec.id, keymap)
    language = SPOKEN.get()
    if language is not None and language.code == "he":
        letters = keymap.shown_in_hebrew(spec.id, context.contexts) or keymap.shown_in_hebrew(spec.id)
        key = f"{key} {letters}" if letters else key
    return Offer(spec.id, declared(spec.title), declared(spec.help), clean_line(key), reason)


def _numbered_key(id: str, keymap: Keymap) -> str:
    """The keys of a command that is bound only with arguments: `1-9`."""
    bound = [binding.arguments[0] for binding in keymap.bindings if binding.command == id and binding.arguments]
    return f"{bound[0]}-{bound[-1]}" if len(bound) > 1 else ""


def rank(text: str, commands: Iterable[Command]) -> list[Command]:
    """The commands whose words are near to `text`, the nearest first; all of them for no text."""
    listed = list(commands)
    wanted = text.strip().casefold()
    if not wanted:
        return listed
    from rapidfuzz import fuzz  # not needed before the first question

    def score(command: Command) -> float:
        title = str(declared(command.spec.title)).casefold()
        names = {title, command.spec.title.casefold(), command.spec.id}  # whoever knows the English words may use them
        whole = max(fuzz.partial_ratio(wanted, name) for name in names)
        if any(name.startswith(wanted) for name in names):
            return whole + 100 - len(title)
        if any(word.startswith(wanted) for name in names for word in name.replace("-", " ").split()):
            return whole + 40
        in_help = 20 if wanted in declared(command.spec.help).casefold() else 0
        return max(whole if len(wanted) > 2 else 0, 50 + in_help if in_help else 0)

    scored = [(score(command), -place, command) for place, command in enumerate(listed)]
    found = [one for one in scored if one[0] > _CUTOFF]
    return [command for _, _, command in sorted(found, key=lambda one: one[:2], reverse=True)]


class PaletteAsking(Asking):
    """^P: any command by its words; the ones that work here first."""

    enter = marked("do it")
    completes = False

    def __init__(self, context: Context, keymap: Keymap, perform: Perform) -> None:
        self._context, self._keymap, self._perform = context, keymap, perform
        self.label, self.title = trusted("do:"), trusted("commands")

    def offers(self, text: str) -> Sequence[Offer]:
        offers = [offer_of(command, self._context, self._keymap) for command in rank(text, REGISTRY.values())]
        return sorted(offers, key=lambda offer: offer.why_not is not None)

    def answer(self, text: str, offer: Offer | None) -> SafeText | None:
        if offer is None:
            return trusted("nothing is called that")
        self._perform(offer.value, ())
        return None


class HelpAsking(Asking):
    """?: what works here, by groups; then what does not, and why. Typing narrows it, Enter does it."""

    whole = True
    enter = marked("do it")
    completes = False

    def __init__(self, context: Context, keymap: Keymap, perform: Perform) -> None:
        self._context, self._keymap, self._perform = context, keymap, perform
        self.label = trusted("help:")

    @property
    def title(self) -> SafeText:  # type: ignore[override]  # said once more each time it is asked
        return compose("what works here: {place}", place=_HERE[self._context.ui.place].text)

    def offers(self, text: str) -> Sequence[Offer]:
        found = {command.spec.id for command in rank(text, REGISTRY.values())}
        working: list[Offer] = []
        rest: list[Offer] = []
        for group, heading in GROUPS.items():
            commands = [REGISTRY[id] for id in REGISTRY if id in found and REGISTRY[id].spec.group == group]
            offers = [offer_of(command, self._context, self._keymap) for command in commands]
            enabled = [offer for offer in offers if offer.why_not is None]
            if enabled:
                working += [Offer("", heading.text), *enabled]
            rest += [offer for offer in offers if offer.why_not is not None]
        if rest:
            working += [Offer("", trusted("Not here, not now")), *rest]
        return working

    def answer(self, text: str, offer: Offer | None) -> SafeText | None:
        if offer is not None:
            self._perform(offer.value, ())
        return None
