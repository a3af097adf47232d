"""A user's keymap overlays the default; what cannot work is named by line and left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.commands.ids import SPECS
from agent_tui.commands.spec import CONTEXTS, STACKS
from agent_tui.keymaps.hebrew import spellings
from agent_tui.keymaps.keymap import Keymap
from agent_tui.keymaps.loader import load_keymap


def load(tmp_path: Path, text: str) -> tuple[Keymap, list[str]]:
    path = tmp_path / "keys.toml"
    path.write_text(text, encoding="utf-8")
    keymap, problems = load_keymap(path)
    return keymap, [str(problem).replace(f"{tmp_path}/", "") for problem in problems]


def shown(keymap: Keymap, command: str, context: str) -> list[str]:
    return [" ".join(binding.keys) for binding in keymap.of(command, (context,))]


def test_an_entry_replaces_the_default_keys(tmp_path: Path) -> None:
    text = '[list]\ncase-done = ["&", "g Y"]\nfold = "%"\nquit = []\n'
    keymap, problems = load(tmp_path, text)
    assert problems == []
    assert shown(keymap, "case-done", "list") == ["ampersand", "g Y"]
    assert shown(keymap, "fold", "list") == ["percent_sign"]
    assert shown(keymap, "quit", "list") == []
    assert shown(keymap, "reply", "list") == ["r"]


def test_two_commands_may_exchange_keys(tmp_path: Path) -> None:
    keymap, problems = load(tmp_path, '[list]\nreply = "n"\nnote = "r"\n')
    assert problems == []
    assert shown(keymap, "reply", "list") == ["n"]
    assert shown(keymap, "note", "list") == ["r"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[list]\ncase-dnoe = 'x'", "keys.toml:2: list.case-dnoe: no such command; expected case-done"),
        ("[lists]\nreply = 'x'", "keys.toml:1: lists: no such context; expected one of [global], [list]"),
        ("reply = 'x'", "keys.toml:1: reply: stands outside any context; expected it under one of [global]"),
        ("[list]\ncompose-send = 'x'", "compose-send does nothing in [list]; expected it under [composer]"),
        ("[list]\nreply = [\n 'ctr+x',\n]", "keys.toml:3: list.reply[1]: 'ctr' is not a modifier"),
        ("[list]\nreply = 'ctrl+c'", "keys.toml:2: list.reply: ^C is never bound: terminals use it"),
        ("[list]\nreply = 'q'", "list.reply: q is never bound: the Hebrew layout types / there"),
        ("[list]\nreply = 3", "keys.toml:2: list.reply: not a key; expected a list of keys"),
        ("[list]\nreply = [3]", "keys.toml:2: list.reply[1]: not a key; expected a key such as"),
        ("[list]\nreply = ''", "keys.toml:2: list.reply: not a key"),
        ("[list]\nreply = 'a b c d e'", "a sequence of 5 keys; expected 4 at most"),
        ("[list]\nreply = 'x escape'", "Esc in a sequence"),
        ("[composer]\ncompose-send = 'x'", "x types itself in [composer]; expected Ctrl with a letter"),
        ("[global]\npalette = ':'", ": types itself in [global]"),
        ("[list]\nreply = 'n'", "keys.toml:2: list.reply: n is note in [list] already; expected a key of its own"),
        ("[list]\nreply = 'm'", "keys.toml:2: list.reply: m is call-mute in [call] already"),
        ("[list]\nreply = 'g'", "list.reply: g begins g m, which is view-mine in [list]"),
        ("[list]\nreply = 'r x'\nlabel = 'r'", "keys.toml:3: list.label: r begins r x, which is reply in [list]"),
        ("[list]\nlabel = 'd x'", "list.label: d x begins with d, which is case-done in [list]"),
        (
            "[list]\nreply = '{'\nlabel = '}'",
            "keys.toml:3: list.label: } and { (reply in [list]) are one character, }, in the Latin and the",
        ),
        ("[list]\n'view-number 12' = 'V'", "keys.toml:2: list.view-number 12: view-number: number is one of 1, 2"),
        ("[list]\n'case-done now' = 'V'", "case-done: takes no arguments"),
        ("[list]\nreply = 'ר'", "'ר' is a Hebrew letter; bind the Latin letter of that key and both work"),
        ("[list\nreply = 'r'", "keys.toml:1: not TOML"),
        ("[list]\nreply = 'ctrl+i'", "^I is never bound: it is Tab; expected tab, if that is meant"),
        ("[list]\nreply = 'ctrl+1'", "most terminals send the digit alone for it; expected Ctrl with a letter"),
        ("base = 'wim'", "keys.toml:1: base: no such keymap; expected one of default, emacs, gmail, vim"),
        ("counts = 3", "keys.toml:1: counts: neither yes nor no; expected true or false"),
        ("typed = 3", "keys.toml:1: typed: not a table; expected [typed]"),
        ("[typed]\nw = 'case-doen'", "keys.toml:2: typed.w: no such command; expected case-open or case-done"),
        ("[typed]\nnote = 'case-done'", "keys.toml:2: typed.note: cannot be a word for it"),
        (
            "[global]\nredraw = 'ctrl+x'\n[prompt]\nredraw = 'ctrl+k'\ncompose-undo-text = 'ctrl+x'\n"
            "[keypad]\n'call-digit 1' = 'ctrl+x'\n[script]\nscript-say = 'ctrl+x'",
            "keys.toml:2: global.redraw: ^X is never reached: it is case-last in [list], case-last in [composer], "
            "compose-undo-text in [prompt], call-digit 1 in [keypad], script-say in [script]; "
            "expected a key of its own",
        ),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_goes_on(tmp_path: Path, text: str, expected: str) -> None:
    keymap, problems = load(tmp_path, f"{text}\n")
    assert len(problems) == 1
    assert expected in problems[0]
    # the default keys of whatever was named are still there
    assert shown(keymap, "label", "list") == ["l"]
    assert shown(keymap, "reply", "list") in (["r"], ["r x"], ["left_curly_bracket"])
    assert shown(keymap, "compose-send", "composer") == ["ctrl+g", "f9"]


def test_a_good_key_beside_a_bad_one_stays(tmp_path: Path) -> None:
    keymap, problems = load(tmp_path, '[list]\nreply = ["ctrl+z", "ctrl+e"]\n')
    assert len(problems) == 1
    assert shown(keymap, "reply", "list") == ["ctrl+e"]


def test_a_key_taken_from_an_entry_that_fails_goes_back_to_it(tmp_path: Path) -> None:
    keymap, problems = load(tmp_path, '[list]\nreply = "n"\nnote = "ctrl+c"\n')
    assert [problem.split(":")[1] for problem in problems] == ["2", "3"]
    assert shown(keymap, "reply", "list") == ["r"]
    assert shown(keymap, "note", "list") == ["n"]


def test_single_keys_over_a_keymap_by_name(tmp_path: Path) -> None:
    """The user's file is over whichever is chosen; without a choice over the one it names itself."""
    path = tmp_path / "keys.toml"
    path.write_text('base = "vim"\n[list]\nreply = "r"\n')
    keymap, problems = load_keymap(path)
    assert problems == ()
    assert shown(keymap, "reply", "list") == ["r"]
    assert shown(keymap, "case-done", "list") == ["d d"]
    assert (
        keymap.counts and keymap.modal and keymap.meant("w") == "compose-keep" and keymap.meant("wipe it") == "wipe it"
    )
    keymap, problems = load_keymap(path, name="gmail")
    assert shown(keymap, "case-done", "list") == ["e"] and not keymap.counts
    keymap, problems = load_keymap(name="joe")
    assert keymap == load_keymap()[0]
    assert [problem.what for problem in problems] == ["no such keymap"]


def test_digits_that_count_are_no_keys(tmp_path: Path) -> None:
    keymap, problems = load(tmp_path, 'base = "vim"\n[list]\nlabel = "5"\n')
    assert problems == [
        "keys.toml:3: list.label: 5 is never reached: digits count here; expected it behind another key"
    ]
    assert shown(keymap, "label", "list") == ["g l"]


def test_an_inner_context_may_hide_an_outer_key(tmp_path: Path) -> None:
    keymap, problems = load(tmp_path, '[composer]\ncompose-attach = "ctrl+p"\n')
    assert problems == []
    assert shown(keymap, "compose-attach", "composer") == ["ctrl+p"]


def test_a_missing_file_leaves_the_default(tmp_path: Path) -> None:
    keymap, problems = load_keymap(tmp_path / "none.toml")
    assert keymap == load_keymap()[0]
    assert [problem.what for problem in problems] == ["no such file"]


COMMANDS = sorted(SPECS)
WRITTEN = st.sampled_from(
    ["a", "b", "g", "g a", "g b", "x", "{", "}", "ctrl+g", "ctrl+c", "f2", "/", "q", "??", "escape"]
)
ENTRIES = st.dictionaries(
    st.tuples(st.sampled_from(sorted(CONTEXTS)), st.sampled_from([*COMMANDS, "no-such"])),
    st.lists(WRITTEN, max_size=3),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ENTRIES)
def test_whatever_is_written_the_result_has_no_clash(tmp_path: Path, entries: dict[tuple[str, str], list[str]]) -> None:
    lines = []
    for context in CONTEXTS:
        lines.append(f"[{context}]")
        lines += [f"{name} = {keys!r}" for (where, name), keys in entries.items() if where == context]
    keymap, _ = load(tmp_path, "\n".join(lines))
    for stack in STACKS:
        seen: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
        for binding in keymap.bindings:
            if binding.context in stack:
                for spelling in spellings(binding.keys):
                    for length in range(1, len(spelling)):
                        assert not any(keys == spelling[:length] for _, keys in seen)
                    assert seen.setdefault((binding.context, spelling), binding.act) == binding.act
    # the result is itself a keymap that loads with nothing to say
    entries_again: dict[str, dict[str, list[str]]] = {}
    for binding in keymap.bindings:
        table = entries_again.setdefault(binding.context, {})
        table.setdefault(" ".join(binding.act), []).append(" ".join(binding.keys))
    again = "\n".join(
        f"[{context}]\n" + "\n".join(f"{act!r} = {keys!r}" for act, keys in table.items())
        for context, table in entries_again.items()
    )
    path = tmp_path / "again.toml"
    path.write_text(again, encoding="utf-8")
    assert load_keymap(default=path)[1] == ()
