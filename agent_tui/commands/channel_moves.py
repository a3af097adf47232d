"""Going on with a customer on another channel: what each needs, the questions in between, and the words that invite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agent_tui.commands.case import give, who
from agent_tui.commands.command import CommandError
from agent_tui.commands.conditions import can
from agent_tui.commands.consenting import ask_agreed, consent_words
from agent_tui.commands.context import NOTHING, Choice, Context
from agent_tui.commands.dialling import dial
from agent_tui.commands.invitations import Words, words_for
from agent_tui.commands.promises import as_note
from agent_tui.desk.channel_hint import hint_words, shown_hint
from agent_tui.desk.channel_targets import TYPED, Target, targets_of
from agent_tui.desk.drafts import Draft
from agent_tui.desk.moving import Moving
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.channels import CHANNEL_KEYS
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.orders import SetConsent
from agent_tui.domain.taught import key_of
from agent_tui.domain.templates import Template, UsedTemplate, filled
from agent_tui.domain.text import CustomerText, SafeText, clean_line, compose, listed, trusted
from agent_tui.domain.text_time import span

_can_move, _can_dial = can("move-channel"), can("dial")


NO_HINT = "no-hint"
"""Chosen instead of a channel: nothing more is said of others for this case."""


def targets(context: Context) -> list[Choice]:
    """The channels that the open case can move to, each with what it needs or what stands in the way; none where its
    server cannot do it. Of a case that is not open it is not known what its customer agreed to."""
    if _can_move(context) is not None:
        return []
    case = _opened(context)
    if case is None:
        return [Choice("channel", trusted("another channel"), NOTHING, trusted("open the case first (Enter)"))]
    found = [
        Choice(target.channel, target.profile.title, _beside(context, target), _why_not(context, target))
        for target in _targets(context, case)
        if (not target.current or _by_template(target)) and (target.address or target.profile.scheme in TYPED)
    ]
    numbered = case.customer is not None and any(one.scheme in ("tel", "wa") for one in case.customer.addresses)
    if _can_dial(context) is None and numbered:
        found.append(Choice("phone", profile_of("phone").title, trusted("calls them")))
    hint = shown_hint(context.workbench.desk, case, context.workbench.time.now())
    if hint is not None:
        words = hint_words(hint)
        found = [replace(one, beside=words if one.value == hint.channel else one.beside) for one in found]
        found.sort(key=lambda one: one.value != hint.channel)
        found.append(Choice(NO_HINT, trusted("suggest no other channel for this case")))
    return found


def named(word: str) -> str:
    """The channel of that key or name, "" when it is none."""
    wanted = word.strip().casefold()
    names = ((key, profile_of(key)) for key in CHANNEL_KEYS)
    return next((key for key, one in names if wanted in (key, one.name.casefold(), one.title.casefold())), "")


def begin(context: Context, channel: str, note: str = "") -> SafeText | None:
    """Invite the customer of the open case to a channel: ask what is missing, then the words stand in the composer.
    `note`: what was done and promised, where that was said already. Raises CommandError."""
    if channel == NO_HINT:
        if context.key is not None:
            context.workbench.no_hint(context.key)
        return None
    if profile_of(channel).kind == "voice":
        if (why_not := _can_dial(context)) is not None:
            raise CommandError(why_not)
        return dial(context)
    case = _opened(context)
    if case is None:
        raise CommandError(trusted("open the case first (Enter)"))
    if (why_not := _can_move(context)) is not None:
        raise CommandError(why_not)
    target = next((one for one in _targets(context, case) if one.channel == channel), None)
    if target is None:
        name = profile_of(channel).title
        raise CommandError(compose("nobody writes on {channel} from here", channel=name))
    if (why_not := _why_not(context, target)) is not None:
        raise CommandError(compose("{channel}: {why}", channel=target.profile.title, why=why_not))
    _Move(context, case, target, note.strip()).go()
    return None


def _opened(context: Context) -> OpenCase | None:
    case = context.workbench.desk.open_case
    return case if case is not None and context.opened and case.row is not None else None


def _targets(context: Context, case: OpenCase) -> list[Target]:
    backend = context.backend
    if backend is None:
        return []
    return list(targets_of(case, backend.directory, context.workbench.time.now() + backend.clock_skew))


def _beside(context: Context, target: Target) -> SafeText:
    """`054-987-1234, 23h left`."""
    words: list[SafeText] = []
    if target.address:
        words.append(target.address.safe_line)
        if not target.theirs:
            words.append(trusted("their phone number"))
    elif target.profile.scheme in TYPED:
        words.append(trusted("no address: it is asked"))
    if target.left:
        words.append(compose("{left} left", left=span(target.left).text))
    elif target.closed and target.templates:
        words.append(trusted("by template"))
    if target.stands == "unknown":
        words.append(trusted("ask whether they agree"))
    return listed(", ", words)


def _why_not(context: Context, target: Target) -> SafeText | None:
    if target.stands == "refused":
        return consent_words(target.consent, context.zone)
    if target.invited:
        return trusted("they were invited there within the hour")
    if not target.address and target.profile.scheme not in TYPED:
        return trusted("they have not written there yet")
    if target.closed and not target.templates:
        return trusted("its window is closed, and there is no template")
    if target.current and not _by_template(target):
        return compose("you are there already: {key} writes", key=key_of("reply", "r"))
    return None


def _by_template(target: Target) -> bool:
    """Whether free words do not go there now, but a template does."""
    return target.closed and bool(target.templates)


class _Move:
    """One move on its way: each question leads to the next; leaving one leaves all as it was."""

    def __init__(self, context: Context, case: OpenCase, target: Target, note: str) -> None:
        assert case.row is not None
        self._context, self._case, self._target, self._row = context, case, target, case.row
        self._to, self._note = target.address, note
        self._consent = False

    def go(self) -> None:
        """Address, consent, template, note; then the words."""
        self._ask_address(lambda: self._ask_consent(self._words))

    def _ask_address(self, then: Callable[[], None]) -> None:
        if self._to:
            then()
            return
        title = compose("{channel} of {who}", channel=self._target.profile.title, who=who(self._row))

        def take(typed: str) -> None:
            if not typed.strip():
                return
            self._to = CustomerText(typed.strip())
            then()

        self._context.ui.pick(title, [], take, free=True)

    def _ask_consent(self, then: Callable[[], None]) -> None:
        if self._target.stands != "unknown":
            then()
            return
        title = self._target.profile.title

        def answer(agreed: bool) -> None:
            if not agreed:
                give(self._context, SetConsent(self._row.id, self._target.channel, False))
                words = compose("{who} does not want to be written to on {channel}", who=who(self._row), channel=title)
                self._context.ui.say(words)
                return
            self._consent = True
            then()

        no = trusted("no: it is written down, nothing is sent")
        ask_agreed(self._context.ui, self._target.channel, no, answer)

    def _words(self) -> None:
        backend = self._context.backend
        assert backend is not None
        words = words_for(self._context, backend, self._case, self._target)
        if not self._target.closed:
            self._ask_note(words, None)
            return
        held = sorted(self._target.templates, key=lambda one: one.language[:2] != words.language)
        if len(held) == 1:
            self._ask_values(words, held[0], ())
            return
        choices = [
            Choice(str(place), clean_line(one.text), clean_line(f"{one.name} {one.language}"))
            for place, one in enumerate(held)
        ]
        title = trusted("the window is closed: which template?")
        self._context.ui.pick(title, choices, lambda place: self._ask_values(words, held[int(place)], ()))

    def _ask_values(self, words: Words, template: Template, known: tuple[str, ...]) -> None:
        """One place after the other; what the desk knows is not asked."""
        while len(known) < len(template.variables) and words.values.get(template.variables[len(known)]):
            known = (*known, words.values[template.variables[len(known)]])
        if len(known) == len(template.variables):
            self._with_template(words, template, known)
            return
        name = clean_line(template.variables[len(known)])

        def take(typed: str) -> None:
            if typed.strip():
                self._ask_values(words, template, (*known, " ".join(typed.split())))

        self._context.ui.pick(compose("{name} in the template", name=name), [], take, free=True)

    def _with_template(self, words: Words, template: Template, values: tuple[str, ...]) -> None:
        try:
            text = filled(template, values)
        except ValueError:
            self._context.ui.say(trusted("each place of the template needs one line of words"), "warning")
            return
        used = UsedTemplate(template.name, template.language, tuple(CustomerText(value) for value in values))
        self._ask_note(replace(words, text=text), used)

    def _ask_note(self, words: Words, used: UsedTemplate | None) -> None:
        """What was done and what is promised: whoever goes on there need not ask the customer."""
        if self._note or self._target.current:
            self._write(words, used, self._note)
            return
        title = compose("on {channel}: what was done, what is promised?", channel=self._target.profile.title)
        known = as_note(self._context, self._row)
        self._context.ui.pick(title, known, lambda note: self._write(words, used, note), free=True)

    def _write(self, words: Words, used: UsedTemplate | None, note: str) -> None:
        context, target = self._context, self._target
        if not note.strip() and not target.current:
            context.ui.say(trusted("say what was done and what is promised: nothing was sent"), "warning")
            return
        context.ui.keep_draft()
        begun = context.workbench.desk.drafts.get(self._case.key)
        text = words.text
        if begun is not None and not begun.note and begun.body.strip() and used is None:
            text = begun.body  # what was written already invites them
        draft = Draft(
            self._case.key,
            target.channel,
            account=target.account,
            subject=words.subject if target.profile.kind == "mail" else "",
            to=(self._to,) if self._to else (),
            body=text,
            updated=context.workbench.time.now(),
            base_version=self._row.version,
            move=Moving(note.strip(), self._consent) if not target.current else None,
            template=used,
        )
        if target.current:
            draft = replace(draft, conversation=self._there(), to=())
        if begun is not None:
            context.workbench.discard_draft(self._case.key)
        context.workbench.put_draft(draft)
        context.ui.open_case(self._case.key, "composer")
        context.ui.say(trusted("look at the words: sending invites them; emptying them leaves all as it was"))

    def _there(self) -> str:
        """The conversation that goes on, where the case stays."""
        talks = (one.id for one in reversed(self._case.conversations) if one.channel == self._target.channel)
        return next(talks, "")
