"""Canned replies of other systems, as a person imports them; what is written is read again as it was meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agent_tui.cli import main
from agent_tui.config.reply_folder import ReplyFolder
from agent_tui.config.reply_writing import written
from agent_tui.domain.replies.reply import Canned, ReplyField, Variant


def imports(folder: Path, form: str, words: str | bytes, *more: str) -> Result:
    file = folder / "theirs.txt"
    file.write_bytes(words if isinstance(words, bytes) else words.encode())
    return CliRunner().invoke(
        main, ["replies", "import", str(file), "--format", form, "--into", str(folder / "into"), *more]
    )


def there(folder: Path) -> dict[str, Canned]:
    read = ReplyFolder(folder / "into").read()
    assert read.problems == ()
    return {one.key: one for one in read.replies}


def test_a_csv(tmp_path: Path) -> None:
    words = (
        "\ufeffKey,Title,Language,Channel,Tags,Text\r\n"
        'late parcel,The parcel is late,EN,,"delivery; delay","Dear {{ customer.name }},\nparcel {number} is late."\r\n'
        "late parcel,,he,,,חבילה {{ number }} מאחרת\r\n"
        "late parcel,,en,sms,,{{ number }} is late\r\n"
        "late parcel,,en,sms,,once more\r\n"
        "odd,,,,,100% {{ 9 ** 9 }} {% for\r\n"
        ",,,,,no key\r\n"
        "\r\n"
        "short,,,sms,,שלום\u2028לך\r\n"
    )
    done = imports(tmp_path, "csv", words)
    assert done.exit_code == 0, done.output
    assert there(tmp_path) == {
        "late-parcel": Canned(
            "late-parcel",
            "Dear {{ customer.name }},\nparcel {{ number }} is late.",
            title="The parcel is late",
            language="en",
            tags=("delivery", "delay"),
            variants=(Variant("חבילה {{ number }} מאחרת", "he"), Variant("{{ number }} is late", "en", "sms")),
            fields=(ReplyField("number", "number"),),
        ),
        "odd": Canned("odd", "100% {{ '{{' }} 9 ** 9 }} {{ '{%' }} for"),
        "short": Canned("short", "שלום\u2028לך", language="he", channels=("sms",)),
    }
    for said in (
        "line 3: {number} is {{ number }} now",
        "line 6: late-parcel has a text like that already",
        "line 7: only text now, since it is no template: ",
        "line 8: no key, and left out",
        "line 3: late-parcel has the field number",
        "3 canned replies are in",
    ):
        assert said in done.output
    again = imports(tmp_path, "csv", "key;text\na;b")
    assert (again.exit_code, "is there already" in again.output) == (2, True)
    assert imports(tmp_path, "csv", "key;text\na;b", "--force").exit_code == 0
    assert list(there(tmp_path)) == ["a"]
    checked = CliRunner().invoke(main, ["replies", "check", str(tmp_path / "into")])
    assert (checked.exit_code, checked.output) == (0, f"{tmp_path / 'into'}: nothing wrong\n")
    (tmp_path / "into" / "b.md").write_text("{{ oh }}")
    checked = CliRunner().invoke(main, ["replies", "check", str(tmp_path / "into")])
    assert checked.exit_code == 2
    assert "b.md:1: reply[1].text: oh is no field of it" in checked.output


def test_what_chatwoot_and_zammad_have(tmp_path: Path) -> None:
    theirs: list[dict[str, Any]] = [
        {"id": 1, "account_id": 1, "short_code": "hi there", "content": "Hi {{contact.name}}, {{contact.plan}}"},
        {"id": 2, "short_code": "hi/there", "content": "again\x00\ud800"},
    ]
    done = imports(tmp_path, "chatwoot", json.dumps(theirs))
    assert done.exit_code == 0, done.output
    found = there(tmp_path)
    assert found["hi-there"].text == "Hi {{ customer.name }}, {{ contact_plan }}"
    assert "hi-there has the field contact_plan" in done.output
    assert "hi-there has a text like that already" in done.output
    content = "<p>Dear #{ticket.customer.firstname},</p><ul><li>{{ 7 }}</li></ul><script>x</script>"
    modules = [
        {"id": 1, "name": "Late parcel", "keywords": "late delay", "content": content, "active": True},
        {"id": 2, "name": "Old", "keywords": "", "content": "x", "active": False},
    ]
    done = imports(tmp_path, "zammad", json.dumps({"text_modules": modules}), "--force")
    assert done.exit_code == 0, done.output
    (one,) = there(tmp_path).values()
    assert (one.key, one.title, one.tags) == ("Late-parcel", "Late parcel", ("late", "delay"))
    assert one.text.startswith("Dear {{ customer.first_name }},")
    assert "{{ '{{' }} 7 }}" in one.text
    assert "script" not in one.text
    assert "Old is not active, and left out" in done.output


@pytest.mark.parametrize(
    ("form", "words", "told"),
    [
        ("csv", "a,b\n1,2", ":1: no columns key and text; expected key,title,language"),
        ("csv", 'key,text\na,"b', "not CSV: unexpected end of data"),
        ("csv", b"key,text\na,\xf9\xec", ":2: not UTF-8 text"),
        ("csv", "", "no columns key and text"),
        ("chatwoot", "[", "not JSON"),
        ("chatwoot", "[" * 100_000, "not JSON"),
        ("chatwoot", '"x"', "no list"),
        ("zammad", "[3]", "[1]: not an object with name and content"),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_is_written(
    tmp_path: Path, form: str, words: str | bytes, told: str
) -> None:
    done = imports(tmp_path, form, words)
    assert done.exit_code == 2
    assert told in done.output
    assert not (tmp_path / "into").exists()


def test_what_is_written_is_read_as_it_was(tmp_path: Path) -> None:
    texts = ["a\nb", '\n"""x"""\\n\n', "\\\n", "tab\tend\n", "שלום\n{{ x }}", "\u2028\x85\n", "\\\\nb\n\\", 'end"\n"']
    replies = [Canned(f"k{n}", text, fields=(ReplyField("x"),)) for n, text in enumerate(texts)]
    (tmp_path / "into").mkdir()
    (tmp_path / "into" / "a.toml").write_text(written(replies), encoding="utf-8")
    assert list(there(tmp_path).values()) == replies


def test_a_corpus_of_replies_comes_through(corpus: Path, tmp_path: Path) -> None:
    """352 replies of people who wrote for an assistant."""
    held = json.loads((corpus / "data" / "scripts" / "star-canned-replies.json").read_text(encoding="utf-8"))
    rows = [(f"{s['script']}-{r['key']}", r["text"]) for s in held["scripts"] for r in s["replies"]]
    theirs = [{"short_code": key, "content": text} for key, text in rows]
    assert imports(tmp_path, "chatwoot", json.dumps(theirs)).exit_code == 0
    assert len(there(tmp_path)) == len({key for key, _ in rows})
