"""The catalogues hold exactly the words of the source, and are compiled as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from agent_tui.domain.language import spoken
from agent_tui.domain.text import clean_line, compose, fixed, marked, plural, trusted
from agent_tui.language.build import TRANSLATED, built
from agent_tui.language.catalogue import FOLDER, Catalogue, language_named
from agent_tui.language.extraction import NoLiteral, words_of

ROOT = Path(__file__).parents[2]
_FIELD = re.compile(r"\{[^{}]*\}")


def _messages(code: str) -> Iterator[Message]:
    with (FOLDER / f"{code}.po").open("rb") as file:
        yield from (message for message in read_po(file, locale=code) if message.id)


def _forms(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text or ""),)


def test_no_catalogue_is_stale() -> None:
    """`make words` writes them."""
    for path, content in built(ROOT).items():
        if path.suffix != ".mo":
            assert path.read_text(encoding="utf-8") == content.decode(), f"{path.name} is stale: make words"


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_word_of_the_source_is_translated(code: str) -> None:
    """`make words` puts new ones into the .po; a glossary of what is called how stands at its head."""
    lacking = [message.id for message in _messages(code) if not all(_forms(message.string))]
    assert lacking == [], f"translate these in {code}.po, then: make words"


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_compiled_words_are_those_of_the_source(code: str) -> None:
    with (FOLDER / f"{code}.mo").open("rb") as file:
        compiled = GNUTranslations(file)
    for message in _messages(code):
        one, *many = _forms(message.id)
        if many:
            told = [compiled.ngettext(one, many[0], n) for n in (1, 2, 3)]
            assert told == list(_forms(message.string)), "stale: make words"
        elif message.context:
            assert compiled.pgettext(message.context, one) == message.string, "stale: make words"
        else:
            assert compiled.gettext(one) == message.string, "stale: make words"


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_has_the_fields_of_its_words(code: str) -> None:
    """A missing field would raise while something is drawn; the dual may leave its number out."""
    for message in _messages(code):
        wanted = set(_FIELD.findall(_forms(message.id)[-1]))
        for form in filter(None, _forms(message.string)):
            spare = {"{n}"} if len(_forms(message.id)) > 1 else set()
            assert wanted - spare <= set(_FIELD.findall(form)) <= wanted, f"{message.id!r}: {form!r}"


@pytest.mark.parametrize("code", TRANSLATED)
def test_nothing_is_fuzzy_and_blanks_belong_to_the_layout(code: str) -> None:
    for message in _messages(code):
        assert not message.fuzzy
        for form in _forms(message.string):
            assert form == form.strip(" "), f"{message.id!r}: {form!r}"


def test_words_are_found_where_a_desk_would_look_them_up() -> None:
    source = """
from agent_tui.domain.text import compose, marked, plural, trusted
TITLE = marked("done", "key")
CommandSpec(OPEN, "Open", "Open the case.", (LIST,), (Argument("number", "digit", help="1 to 9"),))
def said(n):
    trusted(" takes it back" if n else "kept")
    compose("{name}: {why}", name=n, why=n)
    return trusted("note", context="rule") + plural("{n} case", "{n} cases", n=n)
"""
    found = sorted((word.text, word.plural, word.context) for word in words_of(source))
    assert found == [
        ("1 to 9", "", ""),
        ("Open", "", ""),
        ("Open the case.", "", ""),
        ("done", "", "key"),
        ("kept", "", ""),
        ("note", "", "rule"),
        ("number", "", ""),
        ("takes it back", "", ""),
        ("{n} case", "{n} cases", ""),
    ]


def test_words_that_are_no_literal_are_refused() -> None:
    with pytest.raises(NoLiteral, match="line 2"):
        list(words_of("from agent_tui.domain.text import trusted\ntrusted(name)"))


@pytest.mark.parametrize(
    ("setting", "env", "code"),
    [
        ("he", {}, "he"),
        ("en", {"LANG": "he_IL.UTF-8"}, "en"),
        ("auto", {"LANG": "he_IL.UTF-8"}, "he"),
        ("auto", {"LANG": "iw_IL"}, "he"),
        ("auto", {"LANG": "en_US.UTF-8", "LC_MESSAGES": "he_IL.UTF-8"}, "he"),
        ("auto", {"LANG": "he_IL.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ("auto", {"LANG": "en_US.UTF-8", "LANGUAGE": "fr:he:en"}, "he"),
        ("auto", {"LANG": "C.UTF-8", "LANGUAGE": "he"}, "en"),
        ("auto", {"LANG": "he_IL.UTF-8", "LC_ALL": ""}, "he"),
        ("auto", {}, "en"),
        ("auto", {"LANG": "fr_FR.UTF-8"}, "en"),
    ],
)
def test_the_language_goes_by_setting_then_locale(setting: str, env: dict[str, str], code: str) -> None:
    language = language_named(setting, env)  # type: ignore[arg-type]
    assert (language.code if language is not None else "en") == code


class _Backwards:
    """A language whose words are the English ones backwards."""

    code, from_right = "xx", True

    def text(self, message: str, context: str = "") -> str:
        return "".join(reversed(message)) if "{" not in message else f"\u05d0 {message}"

    def plural(self, one: str, many: str, n: int) -> str:
        return f"\u05d0\u05d0 {many}"


def test_words_are_looked_up_where_they_are_drawn() -> None:
    title = marked("NEEDS ME")
    assert (trusted("done"), title.text, fixed("Esc")) == ("done", "NEEDS ME", "Esc")
    with spoken(_Backwards()):
        assert (trusted("done"), title.text, fixed("Esc")) == ("enod", "EM SDEEN", "Esc")
        assert plural("{n} case", "{n} cases", n=1) == "\u05d0\u05d0 1 cases"
    assert title.text == "NEEDS ME"
    assert plural("{n} case", "{n} cases", n=1) == "1 case"


def test_a_name_in_the_words_does_not_turn_them_around() -> None:
    """UAX #9: the words begin with a letter or a mark of their own, and what is filled in stands in an isolate."""
    dana = clean_line("Dana 2")
    assert compose("{who} is done", who=dana) == "Dana 2 is done"
    with spoken(_Backwards()):
        assert compose("{who} is done", who=dana) == "\u05d0 \u2068Dana 2\u2069 is done"
    with spoken(Catalogue("he")):
        assert compose("{who}: {n}", who=dana, n=3) == "\u200f\u2068Dana 2\u2069: 3"
