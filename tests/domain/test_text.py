"""Customer text stays opaque, and the type system refuses to draw anything but safe text."""

import copy
import json
import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from pydantic import BaseModel, TypeAdapter, ValidationError

from agent_tui.domain.text import CustomerText, SafeText, clean, compose, trusted
from tests.domain.text_strategies import hostile
from tests.type_check import type_errors

SECRET = CustomerText("my card is \x1b[2J 4580")


class Mail(BaseModel):
    body: CustomerText
    more: tuple[CustomerText, ...] = ()


def test_never_becomes_str_by_accident() -> None:
    with pytest.raises(TypeError):
        str(SECRET)
    with pytest.raises(TypeError):
        f"{SECRET}"
    with pytest.raises(TypeError):
        f"{SECRET!s:>10}"
    with pytest.raises(TypeError):
        "%s" % SECRET  # noqa: UP031
    with pytest.raises(TypeError):
        "{}".format(SECRET)  # noqa: UP032
    with pytest.raises(TypeError):
        "".join([SECRET])  # type: ignore[list-item]
    with pytest.raises(TypeError):
        SECRET + "x"  # type: ignore[operator]
    assert repr(SECRET) == f"<CustomerText {len(SECRET)} chars>"
    assert "4580" not in repr([SECRET])


def test_is_a_value() -> None:
    assert CustomerText("a") == CustomerText("a") != CustomerText("b")
    assert CustomerText("a") != "a"
    assert len({CustomerText("a"), CustomerText("a")}) == 1
    assert not CustomerText("")
    assert len(CustomerText("abc")) == 3
    assert copy.deepcopy(SECRET) is copy.copy(SECRET) is SECRET
    assert pickle.loads(pickle.dumps(SECRET)) == SECRET
    for name in ("raw", "_raw"):
        with pytest.raises(AttributeError):
            setattr(SECRET, name, "x")
    with pytest.raises(AttributeError):
        del SECRET._raw
    with pytest.raises(TypeError):
        CustomerText(b"x")  # type: ignore[arg-type]


def test_safe_is_made_once() -> None:
    text = CustomerText("a\x1b\nb")
    assert text.safe == "a\u241b\nb"
    assert text.safe_line == "a\u241b b"
    assert text.safe is text.safe
    assert CustomerText("a\u200f!").safe == "a\u200f!", "the layout reads it"
    assert not CustomerText("a\u200f!").has_card
    assert CustomerText("a\u200f!").safe.drawn() == CustomerText("a\u200f!").safe_line == "a!"
    assert text.safe_line is text.safe_line
    assert type(CustomerText(clean("x")).raw) is str


@given(hostile)
def test_any_str_is_accepted_and_encodes(raw: str) -> None:
    text = CustomerText(raw)
    text.raw.encode()
    again = Mail.model_validate_json(Mail(body=text).model_dump_json())
    assert again.body == text
    assert len(text) == len(raw)


def test_pydantic() -> None:
    assert Mail(body="x").body == CustomerText("x")  # type: ignore[arg-type]
    mail = Mail(body=SECRET, more=(CustomerText("y\ud800"),))
    assert mail.body is SECRET
    assert mail.model_dump() == {"body": SECRET.raw, "more": ("y\ufffd",)}
    assert json.loads(mail.model_dump_json())["more"] == ["y\ufffd"]
    assert Mail.model_json_schema()["properties"]["body"] == {
        "type": "string",
        "format": "customer-text",
        "title": "Body",
    }
    assert Mail.model_json_schema(mode="serialization")["properties"]["body"]["format"] == "customer-text"
    with pytest.raises(ValidationError, match="expected a string"):
        Mail.model_validate({"body": 5})

    @dataclass(frozen=True)
    class Note:
        body: CustomerText

    notes = TypeAdapter(Note)
    assert notes.validate_python({"body": "x"}) == Note(CustomerText("x"))
    assert notes.dump_json(Note(CustomerText("x"))) == b'{"body":"x"}'


def test_safe_text_cannot_be_made_elsewhere() -> None:
    with pytest.raises(TypeError):
        SafeText("x")
    with pytest.raises(TypeError):
        type("Other", (SafeText,), {})
    with pytest.raises(TypeError):
        pickle.dumps(clean("x"))


def test_safe_text_operations_stay_safe() -> None:
    a, b = clean("\u2067ab\u2069"), trusted("-")
    for text in (a + b, a[1:2], b.join([a, a]), a.drawn(), *clean("x\ny").lines(), compose("{n} {a}", n=3, a=a)):
        assert isinstance(text, SafeText)
    assert a[:2] == "\u2067a\u2069"  # a slice closes what it opened
    assert clean("e\u0301")[1:] == "\u25cc\u0301"  # and never begins with a mark for our own text to wear
    assert a.drawn() == "ab"
    assert type(a + "x") is str
    assert type(b.join(["x", a])) is str
    assert compose("{n} {a}", n=3, a=b) == "3 -"
    assert copy.deepcopy(a) is a
    with pytest.raises(TypeError):
        compose("{a}", a="x")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        compose("{a}", a=SECRET)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"U\+001B"):
        trusted("\x1b[2J")


@given(hostile)
def test_every_slice_is_safe(raw: str) -> None:
    text = clean(raw)
    for at in range(0, len(text), 7):
        for part in (text[:at], text[at:]):
            assert "\x1b" not in part
            assert clean(part).count("\u2069") == part.count("\u2069")
        assert len(text[at]) == 1 and not isinstance(text[at], SafeText)


HEADER = """
from agent_tui.domain.text import CustomerText, SafeText, clean, compose, trusted
def draw(text: SafeText) -> None: ...
def show(customer: CustomerText, raw: str) -> None:
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


def types(tmp_path: Path, cache: Path, body: str) -> str:
    snippet = tmp_path / "snippet.py"
    snippet.write_text(HEADER + "\n".join(f"    {line}" for line in body.splitlines()) + "\n")
    return type_errors(snippet, cache, "--follow-imports=silent")


def test_types_refuse_all_but_safe_text(tmp_path: Path, cache: Path) -> None:
    refused = ['draw("x")', "draw(raw)", "draw(customer)", "draw(customer.raw)", 'draw(f"{customer.safe}")']
    refused += ["draw(customer.safe + raw)", "draw(customer.safe.upper())", "draw(customer.safe.join([raw]))"]
    out = types(tmp_path, cache, "\n".join(refused))
    at_lines = {int(line.split(":")[1]) for line in out.splitlines() if "error" in line}
    first = HEADER.count("\n") + 1
    assert at_lines == set(range(first, first + len(refused))), out


def test_types_accept_safe_text(tmp_path: Path, cache: Path) -> None:
    accepted = """draw(customer.safe)
draw(customer.safe_line[:3] + trusted("…"))
draw(clean(raw))
draw(trusted(" ").join([customer.safe, clean(raw)]))
draw(compose("{n} new from {who}", n=3, who=customer.safe_line))
draw(customer.safe.lines()[0])"""
    assert types(tmp_path, cache, accepted) == ""


def test_import_loads_neither_pydantic_nor_wcwidth() -> None:
    code = (
        "import agent_tui.domain.text, sys; sys.exit(bool({'pydantic', 'pydantic_core', 'wcwidth'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
