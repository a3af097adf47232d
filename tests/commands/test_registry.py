"""Every declared command can be run, and a typed line finds it."""

from __future__ import annotations

import pytest

from agent_tui.commands import ids, ids_keys
from agent_tui.commands.command import CommandError
from agent_tui.commands.ids import SPECS
from agent_tui.commands.presences import AVAILABLE
from agent_tui.commands.registry import REGISTRY, read_line
from agent_tui.domain.standing import REASONS
from agent_tui.keymaps.loader import keymap_names
from agent_tui.themes.loader import load_themes


def test_themes_and_keymaps_that_come_along_are_completed() -> None:
    assert set(ids_keys.KEYMAPS) == set(keymap_names())
    assert set(ids_keys.THEMES) == {"auto", *load_themes()[0]}


def test_every_declared_command_is_there_and_no_other() -> None:
    assert list(REGISTRY) == list(SPECS)


@pytest.mark.parametrize(
    ("line", "id", "arguments"),
    [
        ("view-mine", ids.VIEW_MINE, ()),
        ("snooze tomorrow 9", ids.SNOOZE, ("tomorrow 9",)),
        ("assign-to Night shift", ids.ASSIGN_TO, ("Night shift",)),
        ("priority high", ids.PRIORITY, ("high",)),
        ("  note call her back ", ids.NOTE, ("call her back",)),
        ("assign-t avi", ids.ASSIGN_TO, ("avi",)),
    ],
)
def test_a_line_is_a_command_and_its_arguments(line: str, id: str, arguments: tuple[str, ...]) -> None:
    command, found = read_line(line)
    assert (command.spec.id, found) == (id, arguments)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("view-", "more of it"),
        ("fly away", "no command fly"),
        ("priority huge", "low, normal"),
        ("redraw x", "no arg"),
    ],
)
def test_a_wrong_line_says_what_is_wrong(line: str, said: str) -> None:
    with pytest.raises(CommandError) as caught:
        read_line(line)
    assert said in caught.value.text


def test_the_line_suggests_the_presences_that_there_are() -> None:
    assert ids.PRESENCES[: len(REASONS) + 1] == (AVAILABLE, *REASONS)
