"""Whether the customer may be written to on a channel: reading it, and writing down what they said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import tzinfo

from agent_tui.commands import ids
from agent_tui.commands.case import give, who
from agent_tui.commands.command import CommandError, command
from agent_tui.commands.conditions import can, has_case
from agent_tui.commands.context import Arguments, Choice, Context, Ui
from agent_tui.domain import consents
from agent_tui.domain.channels import CHANNEL_KEYS, channel
from agent_tui.domain.consents import Consent
from agent_tui.domain.orders import SetConsent
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, marked, trusted
from agent_tui.domain.text_time import day_and_month
from agent_tui.domain.time import local_time

ANSWERS: dict[str, bool | None] = {"yes": True, "no": False, "unknown": None}
_ANSWERS: dict[str, Phrase] = {
    "yes": marked("they agreed to be written to there"),
    "no": marked("they do not want it"),
    "unknown": marked("nobody knows: it is asked before they are written to"),
}


def consent_words(known: Consent | None, zone: tzinfo) -> SafeText:
    """How it stands: `wrote there first`, `refused on 3 Sep`."""
    if known is None:
        return trusted("not asked yet")
    if known.how == "wrote":
        return trusted("wrote there first")
    day = day_and_month(local_time(known.at, zone).date())
    if known.how == "word":
        return compose("joined by a word on {day}", day=day) if known.given else compose("sent STOP on {day}", day=day)
    return compose("agreed on {day}", day=day) if known.given else compose("refused on {day}", day=day)


def known_of(context: Context, key: str) -> Consent | None:
    """What is known of a channel, of the customer of the open case."""
    case = context.workbench.desk.open_case
    customer = case.customer if case is not None and context.opened else None
    return consents.of_channel(customer.consents, key) if customer is not None else None


def ask_agreed(ui: Ui, key: str, no: SafeText, answer: Callable[[bool], None]) -> None:
    """Whether they agreed to be written to on a channel; `no`: what that answer means."""
    title = compose("they agreed to be written to on {channel}?", channel=channel(key).title)
    choices = [Choice("yes", trusted("yes, they said so")), Choice("no", no)]
    ui.pick(title, choices, lambda said: answer(said == "yes"))


def _channels(context: Context) -> Iterator[str]:
    """Those that we write on, or of which something is known."""
    backend, case = context.backend, context.workbench.desk.open_case
    ours = {sender.channel for sender in backend.directory.senders} if backend is not None else set()
    customer = case.customer if case is not None and context.opened else None
    known = {one.channel for one in customer.consents} if customer is not None else set()
    held = ours | known
    yield from (key for key in CHANNEL_KEYS if key in held)
    yield from sorted(held - set(CHANNEL_KEYS))


def _consent(context: Context, arguments: Arguments) -> SafeText | None:
    row = context.row
    if row is None:
        return None

    def write_down(key: str, answer: str) -> SafeText:
        give(context, SetConsent(row.id, key, ANSWERS[answer]))
        title = channel(key).title
        if ANSWERS[answer] is None:
            return compose("nothing is known of {who} and {channel}", who=who(row), channel=title)
        if ANSWERS[answer]:
            return compose("{who} agreed to be written to on {channel}", who=who(row), channel=title)
        return compose("{who} does not want to be written to on {channel}", who=who(row), channel=title)

    def ask(key: str) -> None:
        choices = [Choice(answer, words.text) for answer, words in _ANSWERS.items()]
        title = compose("{who}: {channel}", who=who(row), channel=channel(key).title)
        context.ui.pick(title, choices, lambda answer: context.ui.say(write_down(key, answer)))

    if not arguments:
        choices = [
            Choice(key, channel(key).title, consent_words(known_of(context, key), context.zone))
            for key in _channels(context)
        ]
        context.ui.pick(trusted("may be written to on"), choices, ask)
        return None
    key = _named(context, arguments[0])
    if len(arguments) == 1:
        ask(key)
        return None
    return write_down(key, arguments[1])


def _named(context: Context, word: str) -> str:
    """The channel of that key or name. Raises CommandError."""
    wanted = word.casefold()
    for key in (*_channels(context), *CHANNEL_KEYS):
        if wanted in (key, channel(key).name.casefold(), channel(key).title.casefold()):
            return key
    raise CommandError(compose("there is no channel {channel}", channel=clean_line(word)))


COMMANDS = (command(ids.CONSENT, _consent, has_case, can("set-consent")),)
