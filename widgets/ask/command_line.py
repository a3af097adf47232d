"""The `:` line: a command by its name with its arguments, both completed by Tab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent_tui.commands.breaches import reason_words
from agent_tui.commands.command import Command, CommandError
from agent_tui.commands.context import Context
from agent_tui.commands.presences import presence_of
from agent_tui.commands.registry import REGISTRY, read_line
from agent_tui.commands.spec import Argument, CommandSpec
from agent_tui.domain.channels import CHANNEL_KEYS, channel
from agent_tui.domain.model import Directory
from agent_tui.domain.text import SafeText, clean_line, declared, marked, trusted
from agent_tui.domain.views import VIEWS
from agent_tui.keymaps.keymap import Keymap
from agent_tui.widgets.ask.asking import Asking, Offer
from agent_tui.widgets.ask.commands import Perform, offer_of

_WHEN = (
    ("30m", marked("half an hour")),
    ("2h", marked("two hours")),
    ("11:00", marked("a time of day")),
    ("tomorrow 9", marked("a day and an hour")),
    ("sun", marked("a weekday, at 09:00")),
    ("reply", marked("the customer's next reply")),
)


class CommandLineAsking(Asking):
    """Enter runs what is typed; the sheet helps to type it."""

    label = trusted(":")
    enter = marked("do it")
    chooses = False

    def __init__(self, context: Context, keymap: Keymap, perform: Perform) -> None:
        self._context, self._keymap, self._perform = context, keymap, perform

    def offers(self, text: str) -> Sequence[Offer]:
        name, blank, rest = text.lstrip().partition(" ")
        if not blank:
            commands = [command for id, command in REGISTRY.items() if id.startswith(name)]
            commands += [command for id, command in REGISTRY.items() if name and name in id and command not in commands]
            named = [offer_of(command, self._context, self._keymap) for command in commands]
            return [Offer(one.value, clean_line(one.value), one.beside, one.key, one.why_not) for one in named]
        command = _named(name)
        if command is None or not command.spec.arguments:
            return ()
        argument, _, word = _being_typed(command.spec, rest)
        started = word.strip().removeprefix("-").casefold()
        found = [offer for offer in self._values(argument) if started in offer.title.casefold()]
        found.sort(key=lambda offer: not offer.title.casefold().startswith(started))
        return found or ([Offer("", declared(argument.help))] if argument.help else ())

    def complete(self, text: str, offer: Offer) -> str:
        name, blank, rest = text.lstrip().partition(" ")
        if not blank:
            spec = REGISTRY[offer.value].spec
            return offer.value + (" " if spec.arguments else "")
        command = _named(name)
        if command is None or not offer.value:
            return text
        argument, before, word = _being_typed(command.spec, rest)
        minus = "-" if word.startswith("-") else ""
        last = argument is command.spec.arguments[-1]
        return f"{command.spec.id} {before}{minus}{offer.value}{'' if last else ' '}"

    def answer(self, text: str, offer: Offer | None) -> SafeText | None:
        if not text.strip():
            return None
        try:
            command, arguments = read_line(self._keymap.meant(text))
        except CommandError as error:
            return error.text
        self._perform(command.spec.id, arguments)
        return None

    def _values(self, argument: Argument) -> Iterator[Offer]:
        backend = self._context.backend
        directory = backend.directory if backend is not None else Directory()
        if argument.choices:
            yield from (Offer(choice, clean_line(choice)) for choice in argument.choices)
        elif argument.suggested:
            yield from (Offer(word, clean_line(word)) for word in argument.suggested)
        elif argument.kind == "address":
            yield from (Offer(address.drawn(), address, whose) for address, whose in self._addresses())
        elif argument.kind in ("agent", "team"):
            for agent in directory.agents:
                yield Offer(agent.name, clean_line(agent.name), presence_of(agent, directory.reasons))
            yield from (
                Offer(team, clean_line(directory.team_title(team)), trusted("team")) for team in directory.teams
            )
        elif argument.kind == "target":
            for agent in directory.agents:
                yield Offer(f"@{agent.id}", clean_line(agent.name), presence_of(agent, directory.reasons))
            yield from (Offer(f"#{one.id}", clean_line(one.name), trusted("queue")) for one in directory.queues)
        elif argument.kind == "label":
            row = self._context.row
            on = row.labels if row is not None else ()
            for label in dict.fromkeys([*on, *directory.labels]):
                yield Offer(label, clean_line(label), trusted("is on") if label in on else trusted(""))
        elif argument.kind == "reason":
            titles = dict(directory.breach_reasons)
            yield from (Offer(code, clean_line(code), reason_words(code, titles)) for code in titles)
        elif argument.kind == "channel":
            for key in CHANNEL_KEYS:
                yield Offer(key, clean_line(key), channel(key).title)
        elif argument.kind == "view":
            yield from (
                Offer(view.name, clean_line(view.name), clean_line(view.text))
                for view in self._context.workbench.desk.saved.views
            )
            yield from (Offer(name, clean_line(name)) for name in VIEWS)
            yield Offer("save ", trusted("save NAME"), trusted("what is shown and searched now"))
            yield Offer("drop ", trusted("drop NAME"))
        elif argument.kind == "when":
            yield from (Offer(words, clean_line(words), meaning.text) for words, meaning in _WHEN)
        elif argument.kind == "command":
            yield from (Offer(id, clean_line(id), declared(REGISTRY[id].spec.title)) for id in REGISTRY)

    def _addresses(self) -> Iterator[tuple[SafeText, SafeText]]:
        """The customer's own of the open case, then those who wrote or were written to in it."""
        case = self._context.workbench.desk.open_case
        if case is None:
            return
        found: dict[str, tuple[SafeText, SafeText]] = {}
        for address in case.customer.addresses if case.customer is not None else ():
            value = address.value.safe_line
            found.setdefault(value.drawn(), (value, case.row.name.safe_line if case.row is not None else trusted("")))
        for message in reversed(case.messages):
            for person in (*message.to, *message.cc):
                found.setdefault(person.safe_line.drawn(), (person.safe_line, trusted("in this case")))
        yield from found.values()


def _named(name: str) -> Command | None:
    """The command of this name, which may be cut short where it stays unambiguous."""
    found = [REGISTRY[name]] if name in REGISTRY else [c for id, c in REGISTRY.items() if name and id.startswith(name)]
    return found[0] if len(found) == 1 else None


def _being_typed(spec: CommandSpec, rest: str) -> tuple[Argument, str, str]:
    """The argument that the line's end belongs to, what stands before it, and what there is of it."""
    before, left = "", rest.lstrip()
    for argument in spec.arguments[:-1]:
        word, blank, more = left.partition(" ")
        if not blank:
            return argument, before, left
        before, left = f"{before}{word} ", more.lstrip()
    return spec.arguments[-1], before, left
