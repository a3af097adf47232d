"""The keymaps that come with the desk are sound, complete and speak Hebrew."""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from textual.keys import _character_to_key

from agent_tui.commands import ids
from agent_tui.commands.ids import SPECS
from agent_tui.commands.spec import COMPOSER_NORMAL, CONTEXTS, GROUPS, STACKS, TEXT_CONTEXTS
from agent_tui.keymaps.hebrew import UNDER_HEBREW, hebrew_alias, spellings
from agent_tui.keymaps.keymap import Keymap
from agent_tui.keymaps.keys import NEVER_BOUND, parse_key, show_key, show_keys, textual_name, types_itself
from agent_tui.keymaps.loader import keymap_names, load_keymap
from agent_tui.keymaps.resolver import Match, Resolver

LIST = ("list", "call", "global")
COMPOSER = ("composer", "global")


@pytest.fixture(scope="module")
def keymap() -> Keymap:
    keymap, problems = load_keymap()
    assert problems == ()
    return keymap


@pytest.fixture(scope="module", params=keymap_names())
def each(request: pytest.FixtureRequest) -> Keymap:
    keymap, problems = load_keymap(name=request.param)
    assert problems == ()
    return keymap


def test_every_command_has_a_key(each: Keymap) -> None:
    """Every action can be had three ways: by key, in the palette, on the `:` line. Two have their key in the list that
    `f` opens: they are rare, and asking for a card number is written down, so no slip of a finger may do it. Joins are
    taken back in the list that `J` opens. Taking a case over is a supervisor's and rare. Erasing a customer is for
    admins, and cannot be taken back."""
    assert set(SPECS) - {ids.MESSAGE_SOURCE, ids.CARD_SHOW, ids.UNJOIN, ids.TAKE_OVER, ids.CUSTOMER_ERASE} == {
        binding.command for binding in each.bindings
    }


def test_nothing_is_bound_that_never_may_be(each: Keymap) -> None:
    """But w in NORMAL mode: under the Hebrew layout it sends a sign that means nothing else there."""
    for binding in each.bindings:
        never = set(NEVER_BOUND) - ({"w"} if binding.context == COMPOSER_NORMAL else set())
        assert not set(binding.keys) & never
        assert "apostrophe" not in binding.keys
        assert not any(key.startswith("alt+") for key in binding.keys)


def test_frequent_composer_keys_have_a_twin_that_is_no_ctrl_key(each: Keymap) -> None:
    for command in (
        "compose-send",
        "compose-take-back",
        "compose-channel",
        "compose-attach",
        "case-last",
        "next-waiting",
        "call-answer",
    ):
        keys = [binding.keys for binding in each.of(command, COMPOSER)]
        assert any(key[0].startswith("ctrl+") for key in keys), command
        assert any(key[0].startswith("f") for key in keys), command


@pytest.mark.parametrize("stack", STACKS)
def test_every_binding_works_in_both_layouts(each: Keymap, stack: tuple[str, ...]) -> None:
    for binding in each.bindings:
        if binding.context not in stack:
            continue
        inner = stack[: stack.index(binding.context)]
        if any(other.keys == binding.keys and other.context in inner for other in each.bindings):
            continue
        for spelling in spellings(binding.keys):
            resolver = Resolver(each)
            results = [resolver.feed(stack, key) for key in spelling]
            assert results[-1] == Match(binding.command, binding.arguments, binding.keys)


def test_the_keys_of_the_list_in_hebrew(keymap: Keymap) -> None:
    resolver = Resolver(keymap)
    acts = {"ר": "reply", "ג": "case-done", "ש": "assign-me", "ס": "case-last", "ח": "row-next", "full_stop": "filter"}
    for key, command in acts.items():
        assert resolver.feed(LIST, key) == Match(command, (), resolver.feed(LIST, key).keys)  # type: ignore[union-attr]
    resolver.feed(LIST, "ע")
    assert resolver.feed(LIST, "צ") == Match("view-mine", (), ("g", "m"))
    assert resolver.feed(COMPOSER, "ctrl+ע") == Match("compose-send", (), ("ctrl+g",))


def test_the_hebrew_table_is_a_keyboard() -> None:
    letters = [key for key in UNDER_HEBREW.values() if len(key) == 1]
    assert sorted(letters) == [chr(code) for code in range(0x5D0, 0x5EB)]
    assert len(set(UNDER_HEBREW.values())) == len(UNDER_HEBREW)
    assert all(unicodedata.name(letter).startswith("HEBREW LETTER") for letter in letters)
    assert hebrew_alias("G") is None
    assert hebrew_alias("f2") is None
    assert hebrew_alias("ctrl+g") == "ctrl+ע"


def test_characters_have_the_names_textual_gives_them() -> None:
    for code in range(0x21, 0x7F):
        assert textual_name(chr(code)) == _character_to_key(chr(code))


@pytest.mark.parametrize(
    ("written", "name", "shown"),
    [
        ("/", "slash", "/"),
        ("slash", "slash", "/"),
        ("g", "g", "g"),
        ("shift+g", "G", "G"),
        ("Ctrl+G", "ctrl+g", "^G"),
        ("ctrl+_", "ctrl+underscore", "^_"),
        ("F2", "f2", "F2"),
        ("Escape", "escape", "Esc"),
        ("shift+tab", "shift+tab", "Shift+Tab"),
        ("ctrl+left", "ctrl+left", "Ctrl+Left"),
        ("+", "plus", "+"),
        ("#", "number_sign", "#"),
    ],
)
def test_ways_to_write_a_key(written: str, name: str, shown: str) -> None:
    assert parse_key(written) == name
    assert show_key(name) == shown


@pytest.mark.parametrize(
    "written",
    [
        *("ctrl+c", "ctrl+z", "ctrl+s", "ctrl+q", "ctrl+d", "ctrl+\\", "ctrl+v", "ctrl+y", "ctrl+h", "ctrl+i"),
        *("ctrl+m", "ctrl+[", "ctrl+a", "ctrl+b", "ctrl+^", "alt+x", "f1", "f10", "f11", "f12", "~", "[", "]"),
        *("shift+pageup", "ctrl+pagedown", "ctrl+shift+left", "(", ")", "<", ">", "q", "w", ".", ",", "'", ";", "`"),
    ],
)
def test_keys_that_are_never_bound(written: str) -> None:
    with pytest.raises(ValueError, match="never bound"):
        parse_key(written)


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("ctrl+i", "tab, if"),
        ("ctrl+[", "escape, if"),
        ("ctrl+a", "Ctrl with one of e f g j k l n o p r t u w x, or f2 to f9"),
        ("ctrl+2", "Ctrl with a letter"),
        ("ctrl+space", "Ctrl with a letter"),
        ("ctrl+shift+g", "Ctrl or Shift alone"),
        ("alt+x", "Ctrl, or no modifier"),
        ("q", "Q, or another"),
        ("f11", "f2 to f9"),
        ("~", "a letter, or one of !"),
    ],
)
def test_what_to_write_instead_is_said(written: str, instead: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_key(written)
    assert refused.value.args[1].startswith(instead)


@pytest.mark.parametrize("written", ["ctr+g", "ctrl+1", "ctrl+shift+g", "shift+/", "f13", "ר", "", "ctrl+", "hyper+x"])
def test_keys_that_do_not_exist(written: str) -> None:
    with pytest.raises(ValueError):
        parse_key(written)


def test_which_keys_type_themselves() -> None:
    assert all(types_itself(key) for key in ("a", "Z", "ר", "slash", "space", "1"))
    assert not any(types_itself(key) for key in ("enter", "f2", "ctrl+g", "escape", "left", "shift+tab"))


def test_what_is_taught(keymap: Keymap) -> None:
    assert keymap.shown("compose-send") == "^G"
    assert keymap.shown("case-last", ("list",)) == "x"
    assert keymap.shown("case-last", ("composer",)) == "^X"
    assert keymap.shown("view-number", (), ("3",)) == "3"
    assert keymap.shown("view-mine") == "g m"
    assert keymap.shown("forward") == "W"
    assert show_keys(("g", "slash")) == "g /"


def test_a_key_that_is_hidden_is_not_taught() -> None:
    vim = load_keymap(name="vim")[0]
    assert vim.shown("go-back", COMPOSER) == ""  # Esc leaves INSERT there
    assert vim.shown("go-back", (COMPOSER_NORMAL, *COMPOSER)) == "Esc"
    assert vim.shown("compose-enter", COMPOSER) == "Enter"
    assert vim.shown("compose-enter", (COMPOSER_NORMAL, *COMPOSER)) == ""


def test_specs_are_whole() -> None:
    for command, spec in SPECS.items():
        assert command == spec.id == spec.id.lower()
        assert spec.title and spec.help.endswith(".")
        assert set(spec.contexts) <= set(CONTEXTS)
        assert spec.group in GROUPS
        assert all(argument.kind != "text" for argument in spec.arguments[:-1])
    assert {context for stack in STACKS for context in stack} == set(CONTEXTS)
    assert set(CONTEXTS) >= TEXT_CONTEXTS


def test_arguments_are_checked() -> None:
    assert SPECS["note"].parse("  call back   at ten ") == ("call back   at ten",)
    assert SPECS["priority"].parse("high") == ("high",)
    assert SPECS["filter"].parse("") == ()
    assert SPECS["snooze"].parse("tomorrow 9") == ("tomorrow 9",)
    with pytest.raises(ValueError, match="one of low, normal"):
        SPECS["priority"].parse("hgih")
    with pytest.raises(ValueError, match="no arguments"):
        SPECS["case-done"].parse("now")
    with pytest.raises(ValueError, match="needs number"):
        SPECS["view-number"].parse("")


def test_keys_load_without_the_heavy_libraries() -> None:
    code = (
        "import sys, agent_tui.keymaps.loader as l, agent_tui.keymaps.resolver as r; r.Resolver(l.load_keymap()[0]);"
        "print(*sorted({'textual', 'pydantic', 'rich', 'difflib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_letters_of_a_hebrew_keyboard_are_told(keymap: Keymap) -> None:
    assert keymap.shown_in_hebrew("case-done") == "ג"
    assert keymap.shown_in_hebrew("view-mine") == "ע צ"
    assert keymap.shown_in_hebrew("palette") == ""  # Ctrl+P: the same place, the same key
