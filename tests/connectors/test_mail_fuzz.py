"""Whatever bytes come, a mail is read in bounded time and never raises."""
# ruff: noqa: E501

from __future__ import annotations

import time
from functools import cache

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from agent_tui.backends.connectors.mail.mime import DEPTH_LIMIT, PARTS_LIMIT
from agent_tui.backends.connectors.mail.parse import ParsedMail, parse_mail

SEEDS = (
    b"From: =?utf-8?B?16nXnNeV150=?= <a@x.test>\r\nTo: b@y.test\r\nSubject: =?utf-8?q?=D7=A9?= x\r\nDate: Mon, 2 Mar 2026 10:00"
    b":00 +0200\r\nMessage-ID: <1@x>\r\nReferences: <2@x> <3@x>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
    b"boundary=a\r\n\r\n--a\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\nContent-Transfer-Encoding: "
    b"quoted-printable\r\n\r\nhello =D7=A9 \r\n> quoted\r\n--a\r\nContent-Type: application/pdf; name*0*=utf-8''%41;"
    b" name*1=b.pdf\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--a--\r\n",
    b'From: MAILER-DAEMON@x\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\n'
    b"failed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; d@x"
    b"\r\nAction: failed\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <o@x>\r\n\r\nx\r\n--b--",
    b"Subject: x\nContent-Type: text/html; charset=windows-1255\n\n<html><body><p>\xf9\xec\xe5\xed<blockquote>q</blockquote>",
)
GLUE = [b"\r\n", b"\r\n\r\n", b"--a", b"--a--", b"=?", b"?=", b";", b"\0", b"\xff", b'"', b"<", b">", b"(", b"@", b"Content-Type: ",
        b"multipart/mixed; boundary=a", b"message/rfc822", b"charset=", b"begin 644 x\n", b" ", b"\x1b$B"]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    raw = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 12))):
        place = draw(st.integers(0, len(raw)))
        match draw(st.integers(0, 3)):
            case 0:
                raw[place : place + draw(st.integers(0, 60))] = b""
            case 1:
                raw[place:place] = draw(st.sampled_from(GLUE))
            case 2:
                raw[place:place] = draw(st.binary(max_size=12))
            case _:
                other = draw(st.sampled_from(SEEDS))
                cut = draw(st.integers(0, len(other)))
                raw[place:place] = other[cut : cut + 200]
    return bytes(raw)


def check(found: ParsedMail, raw: bytes) -> None:
    assert found.raw == raw
    assert not any("could not be decoded" in each for each in found.problems), found.problems
    assert found.text.strip() or found.problems
    found.text.encode("utf-8", "surrogatepass")
    for name in (each.name for each in found.attachments):
        assert name and "/" not in name and not name.startswith((".", "-"))
    for each in (found.message_id, *found.references):
        assert not each or (each.startswith("<") and each.endswith(">") and not any(part.isspace() for part in each))


@given(mutated())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(b"")
@example(b"\n")
@example(b"From ")
@example(b"Subject:")
@example(b"\xef\xbb\xbfSubject: x\n\nx")
def test_mutated_mails(raw: bytes) -> None:
    check(parse_mail(raw), raw)


@given(st.binary(max_size=2000))
@settings(max_examples=200, deadline=None)
def test_any_bytes(raw: bytes) -> None:
    check(parse_mail(raw), raw)


def nested(levels: int) -> bytes:
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (each, each) for each in range(levels))
    return b"From: a@b\nSubject: x\n" + head + b"\ndeep\n"


def nested_mails(levels: int) -> bytes:
    return b"From: a@b\nContent-Type: message/rfc822\n\n" * levels + b"From: a@b\n\ndeep"


@cache
def hostile() -> dict[str, bytes]:
    head = b"From: a@b.test\nSubject: x\n"
    html = head + b"Content-Type: text/html\n\n"
    return {
        "nested parts": nested(3000),
        "nested mails": nested_mails(5000),
        "many parts": head + b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * 100_000,
        "long lines between similar boundaries": head
        + b"Content-Type: multipart/mixed; boundary=a\n\n"
        + b"--ab" * 500_000,
        "a long subject": b"Subject: " + b"=?utf-8?q?" * 200_000 + b"\n\nx",
        "a long from": b"From: " + b"(" * 500_000 + b"\n\nx",
        "quotes in from": b"From: " + b'"\\' * 200_000 + b"\n\nx",
        "many recipients": b"To: " + b"a@b.test, " * 100_000 + b"\n\nx",
        "many fields": b"X: y\n" * 300_000 + b"\nx",
        "many folded lines": b"Subject: a\n" + b" b\n" * 300_000 + b"\nx",
        "parameters": head + b"Content-Type: text/plain" + b';a="' * 100_000 + b"\n\nx",
        "continued parameters": head
        + b"Content-Type: text/plain"
        + b"".join(b"; n*%d*=%%41" % each for each in range(20_000))
        + b"\n\nx",
        "references": b"References: " + b"<a@b>" * 200_000 + b"\nMessage-ID: " + b"<" * 300_000 + b"\n\nx",
        "base64": head + b"Content-Transfer-Encoding: base64\n\n" + b"=A" * 500_000,
        "uuencode": head + b"Content-Transfer-Encoding: x-uuencode\n\n" + b"begin 644 a\n" * 100_000,
        "quoted-printable": head + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=\n" * 500_000,
        "html elements": html + b"<div>" * 200_000,
        "html quotes": html + b"<blockquote>" * 100_000 + b"x",
        "html brackets": html + b"<" * 1_000_000,
        "html ampersands": html + b"&" * 1_000_000,
        "html attributes": html + b"<a href='" * 100_000,
        "html comments": html + b"<!--" * 300_000,
        "reply headers": head + b"\n" + (b"On " * 80 + b"\n") * 4000,
        "header lines": head + b"\n" + b"From: \nTo: x\n" * 50_000,
        "quote marks": head + b"\n" + b">" * 1_000_000,
        "blanks": head + b"\n" + (b" " * 200 + b"\n") * 5000,
        "flowed": head + b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 300_000,
        "report groups": head
        + b"Content-Type: multipart/report; report-type=delivery-status; boundary=a\n\n--a\n"
        + b"Content-Type: message/delivery-status\n\n"
        + b"Final-Recipient: a\n\n" * 100_000,
        "at signs": head + b"\n" + b"@" * 500_000 + b"a@" * 200_000,
        "utf-7": head + b"Content-Type: text/plain; charset=utf-7\n\n" + b"+AAA" * 200_000,
        "iso-2022": head + b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + b"\x1b$B" * 200_000,
    }


@pytest.mark.parametrize("name", hostile())
def test_hostile_mails_take_bounded_time(name: str) -> None:
    raw = hostile()[name]
    began = time.process_time()
    found = parse_mail(raw)
    took = time.process_time() - began
    check(found, raw)
    # megabytes of the worst; quadratic reading of any of these takes minutes
    assert took < 20


def test_bounds_are_named() -> None:
    assert any(f"nested more than {DEPTH_LIMIT}" in each for each in parse_mail(nested(100)).problems)
    assert parse_mail(nested(DEPTH_LIMIT - 2)).text == "deep"
    parts = b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * (PARTS_LIMIT + 10) + b"--a--"
    assert any(f"more than {PARTS_LIMIT} parts" in each for each in parse_mail(b"From: a@b\n" + parts).problems)
