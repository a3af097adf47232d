"""Keys become commands as a plain reading of the keymap says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent_tui.keymaps.keymap import Binding, Keymap
from agent_tui.keymaps.resolver import Counting, Match, NoMatch, Pending, Resolver

KEYMAP = Keymap(
    (
        Binding("global", ("escape",), "go-back"),
        Binding("global", ("ctrl+p",), "palette"),
        Binding("list", ("g", "m"), "view-mine"),
        Binding("list", ("g", "t"), "view-team"),
        Binding("list", ("slash",), "filter"),
        Binding("list", ("1",), "view-number", ("1",)),
        Binding("inner", ("ctrl+p",), "other"),
        Binding("inner", ("g", "t"), "inner-team"),
        Binding("global", ("g", "t", "x"), "never-reached"),
    )
)
LIST = ("list", "global")


def test_a_single_key() -> None:
    resolver = Resolver(KEYMAP)
    assert resolver.feed(LIST, "ctrl+p") == Match("palette", (), ("ctrl+p",))
    assert resolver.feed(LIST, "1") == Match("view-number", ("1",), ("1",))
    assert resolver.feed(LIST, "/") == Match("filter", (), ("slash",))
    assert resolver.feed(LIST, "x") == NoMatch(("x",))
    assert resolver.feed((), "x") == NoMatch(("x",))


def test_a_sequence_tells_how_it_goes_on() -> None:
    resolver = Resolver(KEYMAP)
    assert resolver.feed(LIST, "g") == Pending(("g",), KEYMAP.bindings[2:4])
    assert list(resolver.waiting) == ["g"]
    assert resolver.feed(LIST, "t") == Match("view-team", (), ("g", "t"))
    assert not resolver.waiting


def test_a_wrong_key_ends_a_sequence_and_does_nothing_else() -> None:
    resolver = Resolver(KEYMAP)
    resolver.feed(LIST, "g")
    assert resolver.feed(LIST, "1") == NoMatch(("g", "1"))
    assert resolver.feed(LIST, "1") == Match("view-number", ("1",), ("1",))


def test_escape_ends_a_sequence_and_does_nothing_else() -> None:
    resolver = Resolver(KEYMAP)
    resolver.feed(LIST, "g")
    assert resolver.feed(LIST, "escape") == NoMatch(("g", "escape"), cancelled=True)
    assert resolver.feed(LIST, "escape") == Match("go-back", (), ("escape",))


def test_a_sequence_does_not_cross_into_other_contexts() -> None:
    resolver = Resolver(KEYMAP)
    resolver.feed(LIST, "g")
    assert resolver.feed(("global",), "m") == NoMatch(("m",))
    resolver.feed(LIST, "g")
    resolver.reset()
    assert resolver.feed(LIST, "m") == NoMatch(("m",))


def test_the_innermost_context_decides() -> None:
    resolver = Resolver(KEYMAP)
    stack = ("inner", *LIST)
    assert resolver.feed(stack, "ctrl+p") == Match("other", (), ("ctrl+p",))
    pending = resolver.feed(stack, "g")
    assert isinstance(pending, Pending)
    assert [binding.command for binding in pending.continuations] == ["view-mine", "inner-team"]
    assert resolver.feed(stack, "t") == Match("inner-team", (), ("g", "t"))
    resolver.feed(stack, "g")
    assert resolver.feed(stack, "m") == Match("view-mine", (), ("g", "m"))


def test_digits_count_where_the_keymap_says_so() -> None:
    resolver = Resolver(Keymap((*KEYMAP.bindings, Binding("list", ("0",), "zero")), counts=True))
    assert resolver.feed(LIST, "3") == Counting(3)
    assert resolver.feed(LIST, "0") == Counting(30)
    assert resolver.feed(LIST, "slash") == Match("filter", (), ("slash",), 30)
    assert resolver.feed(LIST, "0") == Match("zero", (), ("0",))
    resolver.feed(LIST, "2")
    assert resolver.feed(LIST, "g") == Pending(("g",), KEYMAP.bindings[2:4], 2)
    assert resolver.feed(LIST, "m") == Match("view-mine", (), ("g", "m"), 2)
    resolver.feed(LIST, "2")
    assert resolver.feed(LIST, "escape") == NoMatch(("2", "escape"), cancelled=True)
    assert resolver.feed(LIST, "escape") == Match("go-back", (), ("escape",))
    for digit in "999":
        resolver.feed(LIST, digit)
    assert resolver.feed(LIST, "9") == NoMatch(("9", "9", "9", "9"))
    resolver.feed(LIST, "2")
    assert resolver.feed(("composer", "global"), "1") == NoMatch(("1",))
    assert Resolver(KEYMAP).feed(LIST, "1") == Match("view-number", ("1",), ("1",))


KEYS = st.sampled_from(["A", "B", "C", "escape", "f2"])
CONTEXTS = ("one", "two", "three")
BINDINGS = st.lists(
    st.builds(
        Binding,
        st.sampled_from(CONTEXTS),
        st.lists(KEYS.filter(lambda key: key != "escape"), min_size=1, max_size=3).map(tuple),
        st.sampled_from(["p", "q", "r", "s"]),
    ),
    max_size=8,
)


def clean(bindings: list[Binding]) -> Keymap:
    """Only bindings that the loader would let stand within one context."""
    kept: list[Binding] = []
    for binding in bindings:
        same = [other.keys for other in kept if other.context == binding.context]
        if not any(
            keys[: min(len(keys), len(binding.keys))] == binding.keys[: min(len(keys), len(binding.keys))]
            for keys in same
        ):
            kept.append(binding)
    return Keymap(tuple(kept))


def plainly(keymap: Keymap, stack: tuple[str, ...], keys: tuple[str, ...]) -> str:
    """What `keys`, the last of which just came, mean by the words of the rule."""
    begun = False
    for context in stack:
        mine = [binding for binding in keymap.bindings if binding.context == context]
        if any(binding.keys == keys[: len(binding.keys)] and len(binding.keys) < len(keys) for binding in mine):
            break
        whole = [binding for binding in mine if binding.keys == keys]
        if whole:
            return "pending" if begun else whole[0].command
        begun = begun or any(binding.keys[: len(keys)] == keys for binding in mine)
    return "pending" if begun else "none"


@given(BINDINGS, st.permutations(CONTEXTS), st.lists(KEYS, max_size=12))
def test_as_a_plain_reading_says(bindings: list[Binding], stack: list[str], pressed: list[str]) -> None:
    keymap = clean(bindings)
    contexts = tuple(stack)
    resolver, again = Resolver(keymap), Resolver(keymap)
    held: tuple[str, ...] = ()
    for key in pressed:
        result = resolver.feed(contexts, key)
        assert result == again.feed(contexts, key)
        keys = (*held, key)
        meaning = "none" if held and key == "escape" else plainly(keymap, contexts, keys)
        held = keys if meaning == "pending" else ()
        assert resolver.waiting == held
        if isinstance(result, Match):
            assert result.command_id == meaning
            assert result.keys == keys
        elif isinstance(result, Pending):
            assert meaning == "pending"
            assert result.prefix == keys
            assert result.continuations
            for binding in result.continuations:
                fresh = Resolver(keymap)
                last = [fresh.feed(contexts, each) for each in binding.keys][-1]
                assert last == Match(binding.command, (), binding.keys)
        else:
            assert meaning == "none"
            assert result == NoMatch(keys, cancelled=len(keys) > 1 and key == "escape")
