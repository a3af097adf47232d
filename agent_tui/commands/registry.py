"""All commands by id, in the order of the help; and reading one from a typed line."""

from __future__ import annotations

from agent_tui.commands import (
    agents,
    attendance,
    breaches,
    caller_offers,
    calls,
    cards,
    case,
    clocks,
    closing,
    consenting,
    desk,
    dialling,
    erasing,
    explaining,
    handover,
    history,
    incidents,
    joining,
    keyboard,
    leases,
    logout,
    moving,
    promises,
    queues,
    scripts,
    shift,
    transfers,
    views,
    wallboard,
    writing,
)
from agent_tui.commands.command import Command, CommandError
from agent_tui.commands.context import Arguments
from agent_tui.commands.ids import SPECS
from agent_tui.commands.spec import CommandSpec
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import clean_line, compose

_ALL = (
    *moving.COMMANDS,
    *views.COMMANDS,
    *case.COMMANDS,
    *transfers.COMMANDS,
    *incidents.COMMANDS,
    *leases.COMMANDS,
    *queues.COMMANDS,
    *explaining.COMMANDS,
    *promises.COMMANDS,
    *clocks.COMMANDS,
    *breaches.COMMANDS,
    *closing.COMMANDS,
    *scripts.COMMANDS,
    *joining.COMMANDS,
    *erasing.COMMANDS,
    *cards.COMMANDS,
    *history.COMMANDS,
    *consenting.COMMANDS,
    *writing.COMMANDS,
    *calls.COMMANDS,
    *caller_offers.COMMANDS,
    *dialling.COMMANDS,
    *attendance.COMMANDS,
    *shift.COMMANDS,
    *handover.COMMANDS,
    *agents.COMMANDS,
    *wallboard.COMMANDS,
    *logout.COMMANDS,
    *desk.COMMANDS,
    *keyboard.COMMANDS,
)
_BY_ID = {command.spec.id: command for command in _ALL}

REGISTRY: dict[str, Command] = {id: _BY_ID[id] for id in SPECS if id in _BY_ID}
"""Every command that can be run. A test holds it equal to SPECS."""

_WITH_BLANKS = frozenset({"text", "when", "agent", "team", "label", "reason", "path", "address"})


def arguments_of(spec: CommandSpec, text: str) -> Arguments:
    """The arguments of a command in `text`. A single name, time or path may hold blanks. Raises CommandError."""
    if len(spec.arguments) == 1 and spec.arguments[0].kind in _WITH_BLANKS and text.strip():
        return (text.strip(),)
    try:
        return spec.parse(text)
    except ValueError as error:
        message = compose("{id}: {error}", id=clean_line(spec.id), error=clean_line(str(error)))
        raise CommandError(message) from None


def read_line(line: str) -> tuple[Command, Arguments]:
    """The command and arguments of a typed line such as `snooze tomorrow 9`. The id may be cut short where it stays
    unambiguous. Raises CommandError."""
    name, _, rest = line.strip().partition(" ")
    found = [REGISTRY[name]] if name in REGISTRY else [c for id, c in REGISTRY.items() if id.startswith(name)]
    if len(found) != 1 or not name:
        word = clean_line(name)
        if found:
            raise CommandError(compose("{word} can be {n} commands; write more of it", word=word, n=len(found)))
        key = key_of("help", "?")
        raise CommandError(compose("there is no command {word}; {key} lists them", word=word, key=key))
    return found[0], arguments_of(found[0].spec, rest)
