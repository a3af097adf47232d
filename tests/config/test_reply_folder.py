"""Folders of canned replies: what files say, what is wrong by file and line, and that the rest is used."""

from __future__ import annotations

import re
from pathlib import Path
from time import perf_counter

import pytest

from agent_tui.config import reply_settings
from agent_tui.config.hub_check import check_hub_settings
from agent_tui.config.reply_folder import FolderRead, ReplyFolder, check_replies
from agent_tui.domain.replies.reply import Canned, ReplyField, Variant
from agent_tui.domain.replies.template import Shape, shape_of
from tests.domain.test_reply_templates import HOSTILE

LATE = """
[[reply]]
key = "late-parcel"
title = "The parcel is late"
language = "en"
channels = ["whatsapp", "mail"]
tags = ["delay"]
text = "Parcel {{ number }} comes {{ day }}."
[[reply.variant]]
language = "he"
text = "חבילה {{ number }}"
[[reply.variant]]
channel = "sms"
text = "{{ number }}: {{ day }}"
[[reply.field]]
name = "number"
title = "parcel number"
[[reply.field]]
name = "day"
choices = ["today", "tomorrow"]
default = "today"
"""
PLAIN = '[[reply]]\nkey = "thanks"\ntext = "Thank you!"\n'


def written(folder: Path, **files: str) -> ReplyFolder:
    for name, words in files.items():
        path = folder / name.replace("__", "/").replace("_toml", ".toml").replace("_md", ".md")
        path.parent.mkdir(exist_ok=True)
        path.write_text(words, encoding="utf-8")
    return ReplyFolder(folder)


def keys(read: FolderRead) -> list[str]:
    return sorted(one.key for one in read.replies)


def lines(read: FolderRead, folder: Path) -> list[str]:
    return [str(problem).removeprefix(f"{folder}/").partition("; expected")[0] for problem in read.problems]


def test_what_a_file_says(tmp_path: Path) -> None:
    hours = '+++\ntitle = "Hours"\nlanguage = "en"\nfiles = ["map.pdf"]\n+++\n\nWe are there from 9 to 5.\n\n- Sunday\n'
    folder = written(tmp_path, a_toml=LATE, delivery__hours_md=hours, plain_md="Just words", README_md="# not one")
    (tmp_path / "delivery" / "map.pdf").write_bytes(b"%PDF-1.4")
    read = folder.read()
    assert read.problems == ()
    by_key = {one.key: one for one in read.replies}
    assert by_key["late-parcel"] == Canned(
        "late-parcel",
        "Parcel {{ number }} comes {{ day }}.",
        title="The parcel is late",
        language="en",
        channels=("whatsapp", "mail"),
        tags=("delay",),
        variants=(Variant("חבילה {{ number }}", "he"), Variant("{{ number }}: {{ day }}", "en", "sms")),
        fields=(ReplyField("number", "parcel number"), ReplyField("day", "", ("today", "tomorrow"), "today")),
    )
    hours_read = by_key["hours"]
    assert (hours_read.text, hours_read.tags) == ("We are there from 9 to 5.\n\n- Sunday", ("delivery",))
    (file,) = hours_read.files
    assert (file.name, file.media, file.size, file.path) == (
        "map.pdf",
        "application/pdf",
        8,
        str(tmp_path / "delivery" / "map.pdf"),
    )
    assert by_key["plain"].text == "Just words"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            '[[reply]]\nkey = "x"\ntext = "{{ 9 ** 9 }}"',
            "a.toml:3: reply[1].text: line 1 of it: arithmetic",
        ),
        ('[[reply]]\nkey = "x"\ntext = "{{ nmae }}"', "a.toml:3: reply[1].text: nmae is no field of it"),
        (
            '[[reply]]\nkey = "x"\n\ntext = "{{ customer.nmae }}"',
            "a.toml:4: reply[1].text: line 1 of it: customer has",
        ),
        ('[[reply]]\nkey = "x y"\ntext = "x"', "a.toml:2: reply[1].key: not a name"),
        ('[[reply]]\nkey = "x"\ntext = "x"\ntitel = "x"', "a.toml:4: reply[1].titel: unknown key"),
        ('[[reply]]\nkey = "x"', "a.toml:1: reply[1].text: missing"),
        (
            '[[reply]]\nkey = "x"\ntext = "{{ n }}"\n[[reply.field]]\nname = "n"\nchoices = ["a"]\ndefault = "b"',
            "a.toml:7: reply[1].field[1].default: none of the choices",
        ),
        (
            '[[reply]]\nkey = "x"\ntext = "x"\n[[reply.field]]\nname = "today"',
            "a.toml:5: reply[1].field[1].name: today is filled in by itself",
        ),
        ('[[reply]]\nkey = "x"\ntext = "x"\nfiles = ["../up"]', "a.toml:4: reply[1].files[1]: not the name of a file"),
        ('[[reply]]\nkey = "x"\ntext = "x"\nfiles = ["gone"]', "a.toml:4: reply[1].files[1]: no such file"),
        ('[[reply]]\nkey = "thanks"\ntext = "again"', "b.toml:2: key: thanks is in {folder}/a.toml:2 too"),
        ('reply = "x"', "a.toml:1: reply: not a list"),
        ("[[reply]\n", "a.toml:1: not TOML"),
        ('[[reply]]\nkey = "x"\ntext = "x"\n[colour]\n', "a.toml:4: colour: unknown key"),
        ("\xff", "a.toml:1: not TOML"),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_is_used(tmp_path: Path, words: str, told: str) -> None:
    read = written(tmp_path, a_toml=words, b_toml=PLAIN).read()
    first, *_ = lines(read, tmp_path)
    assert first.startswith(told.format(folder=tmp_path))
    assert "thanks" in keys(read)


def test_a_device_or_a_pipe_is_named_and_not_read(tmp_path: Path) -> None:
    folder = written(tmp_path, **{"good.md": "Hello"})
    (tmp_path / "device.md").symlink_to("/dev/null")
    (tmp_path / "device.toml").symlink_to("/dev/null")
    read = folder.read()
    assert keys(read) == ["good"]
    assert [(Path(one.file).name, one.what) for one in read.problems] == [
        ("device.md", "not a file"),
        ("device.toml", "not a file"),
    ]


def test_hostile_templates_are_named_within_a_second(tmp_path: Path) -> None:
    for number, (source, _) in enumerate(HOSTILE):
        (tmp_path / f"{number:02}.md").write_text(source)
    begun = perf_counter()
    found = check_replies(tmp_path)
    assert perf_counter() - begun < 1, "all of them together"
    assert [problem.file for problem in found] == [str(tmp_path / f"{number:02}.md") for number in range(len(HOSTILE))]
    for problem, (_, why) in zip(found, HOSTILE, strict=True):
        assert why in problem.what
        assert (problem.line, bool(problem.expected)) == (1, True)


def test_a_front_matter_is_told_with_the_lines_of_its_file(tmp_path: Path) -> None:
    read = written(
        tmp_path,
        a_md='+++\ntitle = "A"\nlanguage = "xyz"\n+++\nwords',
        b_md="+++\ntitle = 1\n",
        c_md="+++\n+++\n\nHi\n{{ ''.__class__ }}",
        d_md='+++\ntext = "x"\n+++\nx',
        e_md="",
    ).read()
    assert lines(read, tmp_path) == [
        "a.md:3: reply[1].language: not a name",
        "b.md:1: the +++ is never closed",
        "c.md:4: reply[1].text: line 2 of it: nothing here has a .__class__",
        "d.md:2: text: is told by the file",
        "e.md:1: reply[1].text: empty",
    ]


def test_what_was_good_stays_while_it_is_wrong(tmp_path: Path) -> None:
    folder = written(tmp_path, a_toml=LATE + PLAIN, b_md="b")
    assert keys(folder.read()) == ["b", "late-parcel", "thanks"]
    seen = folder.stamps()
    written(tmp_path, a_toml=LATE + PLAIN.replace("Thank you!", "{{ oh }}"))
    assert folder.stamps() != seen
    read = folder.read()
    assert keys(read) == ["b", "late-parcel", "thanks"]
    assert len(read.problems) == 1
    assert next(one.text for one in read.replies if one.key == "thanks") == "Thank you!"
    written(tmp_path, a_toml=LATE + "[[")
    assert keys(folder.read()) == ["b", "late-parcel", "thanks"], "nobody knows what it was to be"
    written(tmp_path, a_toml=LATE)
    (tmp_path / "b.md").unlink()
    assert keys(folder.read()) == ["late-parcel"]
    assert folder.read().problems == ()


def test_a_file_that_comes_late_is_found(tmp_path: Path) -> None:
    folder = written(tmp_path, a_toml=PLAIN + 'files = ["map.pdf"]\n')
    assert [problem.what for problem in folder.read().problems] == ["no such file"]
    seen = folder.stamps()
    (tmp_path / "map.pdf").write_bytes(b"map")
    assert folder.stamps() != seen
    (one,) = folder.read().replies
    assert one.files[0].size == 3
    seen = folder.stamps()
    (tmp_path / "map.pdf").unlink()
    assert folder.stamps() != seen
    assert [problem.what for problem in folder.read().problems] == ["no such file"]


def test_hub_check_names_what_is_wrong_in_the_folder(tmp_path: Path) -> None:
    hub = tmp_path / "hub.toml"
    hub.write_text('replies = "replies"\n[[canned]]\nname = "old"\ntext = "Hello {customer}"\n')
    (found,) = check_hub_settings(hub, {}, tmp_path)
    assert (found.line, found.what) == (4, "{customer} is the old spelling")
    assert found.expected == "{{ customer.name }}"
    hub.write_text('replies = "replies"\n')
    assert [problem.what for problem in check_hub_settings(hub, {}, tmp_path)] == ["no such folder"]
    (tmp_path / "replies").mkdir()
    assert check_hub_settings(hub, {}, tmp_path) == ()
    (tmp_path / "replies" / "a.toml").write_text(PLAIN + 'brand = "nobody"\n')
    assert [problem.line for problem in check_hub_settings(hub, {}, tmp_path)] == [2]


def test_brands_and_replies_of_hub_toml_are_known(tmp_path: Path) -> None:
    written(tmp_path, a_toml=PLAIN + 'brand = "nofar"\n' + PLAIN.replace("thanks", "bye") + 'brand = "nobody"\n')
    found = check_replies(tmp_path, ["nofar"], [Canned("thanks", "x", "nofar")])
    assert [problem.what for problem in found] == [
        "thanks is in hub.toml too",
        "bye is of nobody, which is no brand",
    ]
    assert [problem.what for problem in check_replies(tmp_path / "gone")] == ["no such folder"]


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are checked as templates from now on."""
    texts: list[str] = []

    def noted(text: str) -> Shape:
        texts.append(text)
        return shape_of(text)

    monkeypatch.setattr(reply_settings, "shape_of", noted)
    return texts


def test_what_was_good_at_the_last_start_is_not_checked_again(tmp_path: Path, checked: list[str]) -> None:
    place, folder = tmp_path / "kept.json", tmp_path / "replies"
    folder.mkdir()
    written(folder, a_toml=LATE, b_toml=PLAIN, wrong_toml=PLAIN.replace("thanks", "bye").replace("!", "{{ oh }}"))
    first = ReplyFolder(folder, kept=place).read()
    assert place.stat().st_mode & 0o077 == 0
    checked.clear()
    again = ReplyFolder(folder, kept=place)
    assert again.read() == first, "with the same mistake named"
    assert set(checked) == {"Thank you{{ oh }}"}
    checked.clear()
    written(folder, a_toml=LATE + PLAIN.replace("thanks", "more").replace("Thank you!", "More {{ customer.name }}"))
    assert keys(again.read()) == ["late-parcel", "more", "thanks"]
    assert set(checked) == {"More {{ customer.name }}"}, "of a file that changed only what is new in it"
    checked.clear()
    assert keys(ReplyFolder(folder, kept=place).read()) == ["late-parcel", "more", "thanks"]
    assert set(checked) == {"Thank you{{ oh }}"}


def test_what_is_kept_goes_with_the_files_that_it_names(tmp_path: Path) -> None:
    place, folder = tmp_path / "kept.json", tmp_path / "replies"
    folder.mkdir()
    written(folder, a_toml=PLAIN + 'files = ["map.pdf"]\n')
    (folder / "map.pdf").write_bytes(b"map")
    assert ReplyFolder(folder, kept=place).read().replies[0].files[0].size == 3
    (folder / "map.pdf").write_bytes(b"larger")
    assert ReplyFolder(folder, kept=place).read().replies[0].files[0].size == 6
    (folder / "map.pdf").unlink()
    assert [problem.what for problem in ReplyFolder(folder, kept=place).read().problems] == ["no such file"]


@pytest.mark.parametrize(
    ("was", "now"), [(r".*", ""), (r"}$", ""), (r'"code":"', '"code":"0'), (r'"line":2', '"line":"x"')]
)
def test_what_was_kept_and_cannot_be_used_costs_time_alone(
    tmp_path: Path, was: str, now: str, checked: list[str]
) -> None:
    place = tmp_path / "kept.json"
    (folder := tmp_path / "replies").mkdir()
    written(folder, b_toml=PLAIN)
    ReplyFolder(folder, kept=place).read()
    kept = place.read_text()
    place.write_text(re.sub(was, now, kept))
    assert place.read_text() != kept
    checked.clear()
    assert keys(ReplyFolder(folder, kept=place).read()) == ["thanks"]
    assert checked
    assert place.read_text() == kept


def test_nothing_need_be_kept(tmp_path: Path) -> None:
    (folder := tmp_path / "replies").mkdir()
    written(folder, b_toml=PLAIN)
    assert keys(ReplyFolder(folder, kept=tmp_path / "nowhere" / "kept.json").read()) == ["thanks"]
