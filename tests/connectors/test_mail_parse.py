"""Mails as customers send them, read into text, files, kind and problems."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from agent_tui.backends.connectors.mail.attachments import NAME_LIMIT, safe_name
from agent_tui.backends.connectors.mail.automatic import BounceOf
from agent_tui.backends.connectors.mail.headers import decode_words
from agent_tui.backends.connectors.mail.html import html_to_text
from agent_tui.backends.connectors.mail.parse import parse_mail
from tests.connectors.corpus import mail_files, read_mail


def mail(*lines: str, body: bytes = b"") -> bytes:
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


PLAIN = ("From: Carol <carol@customer.test>", "To: agent@example.test", "Subject: hello", "Message-ID: <1@x.test>")


@pytest.mark.parametrize("path", mail_files() or [None], ids=lambda path: path.name if path else "absent")
def test_every_mail_of_the_corpus_is_readable_or_says_why(path: Path | None) -> None:
    if path is None:
        pytest.skip("the corpus is not here: set AGENT_TUI_CORPUS")
    found = parse_mail(read_mail(path))
    named = " ".join(found.problems)
    assert any(address for _, address in found.sender) or "sender:" in named or "header:" in named
    assert found.subject or "subject:" in named
    assert found.text.strip() or "text:" in named
    assert "could not be decoded" not in named
    assert found.reply.strip() or not found.text.strip()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?B?16nXnNeV150=?=", "שלום"),
        ("=?utf-8?B?16nXnA==?=\r\n =?utf-8?B?15XXnQ==?=", "שלום"),
        ("=?UTF-8?Q?=D7=A9=D7?= =?UTF-8?Q?=9C?=", "של"),
        ("Re: =?iso-8859-1*en?q?caf=E9_x?= now", "Re: café x now"),
        ("=?windows-1255?Q?=F9=EC=E5=ED?=", "שלום"),
        ("=?nonsense?q?abc?=", "abc"),
        ("=?utf-8?b?!!!?=", ""),
        ("=?utf-8?q?a b?=", "a b"),
        ("plain =?", "plain =?"),
    ],
)
def test_encoded_words(written: str, read: str) -> None:
    assert decode_words(written.replace("\r\n", "")) == read


@pytest.mark.parametrize(
    ("charset", "body", "text", "problem"),
    [
        ("utf-8", "שלום".encode(), "שלום", ""),
        ("windows-1255", "שלום".encode("windows-1255"), "שלום", ""),
        ("iso-8859-8-i", "שלום".encode("windows-1255"), "שלום", ""),
        ("", "שלום".encode("windows-1255"), "שלום", "read as windows-1255"),
        ("unknown-8bit", "café".encode("latin-1"), "café", "read as windows-1252"),
        ("utf-8", "café".encode("latin-1"), "café", "read as windows-1252"),
        ("iso-8859-1", "café".encode(), "café", "read as utf-8"),
        ("rot13", b"uryyb", "uryyb", "is not known"),
        ("x-no-such", b"hello", "hello", "is not known"),
        ("unicode_escape", b"\\x1b[31m", "\\x1b[31m", "is not known"),
    ],
)
def test_any_charset_label(charset: str, body: bytes, text: str, problem: str) -> None:
    kind = f"Content-Type: text/plain; charset={charset}" if charset else "Content-Type: text/plain"
    found = parse_mail(mail(*PLAIN, kind, body=body))
    assert found.text == text
    assert (problem in " ".join(found.problems)) if problem else not found.problems


def test_unencoded_header_bytes_are_read_in_the_charset_of_the_body() -> None:
    raw = b"From: a@b.test\r\nContent-Type: text/plain; charset=windows-1255\r\nSubject: \xf9\xec\xe5\xed\r\n\r\nx"
    assert parse_mail(raw).subject == "שלום"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a href="https://evil.example/x">https://bank.example/login</a>',
         "https://bank.example/login (! leads to evil.example: https://evil.example/x)"),
        ('<a href="https://evil.example/x">www.bank.example</a>',
         "www.bank.example (! leads to evil.example: https://evil.example/x)"),
        ('<a href="https://www.bank.example/a">bank.example</a>', "[bank.example](https://www.bank.example/a)"),
        ('<a href="https://bank.example/a">our page</a>', "[our page](https://bank.example/a)"),
        ('<a href="https://\u0430\u0440\u0440le.com/a">sign in</a>', "[sign in](https://xn--le-6kcl1b.com/a)"),
        ('<a href="https://bank.example@evil.example/">bank.example</a>',
         "bank.example (! leads to evil.example: https://evil.example/)"),
        ('<a href="https://evil.example/x" title="the bank">https://bank.example</a>',
         "https://bank.example (! leads to evil.example: https://evil.example/x)"),
        ('<a href="https://evil.example/(x) y<z">https://bank.example</a>',
         "https://bank.example (! leads to evil.example: https://evil.example/%28x%29%20y%3Cz)"),
        (f'<a href="https://evil.example/{"x" * 2500}">https://bank.example</a>',
         f"https://bank.example (! leads to evil.example: https://evil.example/{'x' * 2500})"),
        ('<a href="https://\u0430\u0440\u0440le.com/(a)" title="t">sign in</a>', "[sign in](https://xn--le-6kcl1b.com/%28a%29)"),
    ],
)  # fmt: skip
def test_links_say_where_they_lead(html: str, text: str) -> None:
    got, problem = html_to_text(html)
    assert not problem
    assert re.sub("xn--[a-z0-9-]+", "xn--le-6kcl1b", got) == text


def test_html_becomes_text_without_its_machinery() -> None:
    html = (
        b"<html><head><title>t</title><style>p{color:red}</style></head><body><p>Hello <b>Ann</b> &amp; co,</p>"
        b"<script>alert(1)</script><ul><li>one</li><li>two - three</li></ul><p>1. see "
        b'<a href="https://x.test/a_b">here</a> or <a href="javascript:alert(1)">there</a></p>'
        b"<blockquote>earlier</blockquote></body></html>"
    )
    found = parse_mail(mail(*PLAIN, "Content-Type: text/html; charset=utf-8", body=html))
    assert found.text.splitlines()[0] == "Hello Ann & co,"
    assert "alert" not in found.text and "color" not in found.text and "\\" not in found.text
    assert "[here](https://x.test/a_b)" in found.text
    assert found.folded == "> earlier"
    assert found.problems == ("html only: text was made from it",)


def test_the_plain_alternative_is_shown_and_files_of_the_other_are_kept() -> None:
    body = (
        b"--a\r\nContent-Type: text/plain\r\n\r\nhello plain\r\n--a\r\n"
        b"Content-Type: multipart/related; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>hello <img src='cid:1'></p>\r\n"
        b"--b\r\nContent-Type: image/gif\r\nContent-ID: <1>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        b"R0lGODlhAQABAAAAACw=\r\n--b--\r\n--a--\r\n"
    )
    found = parse_mail(mail(*PLAIN, "Content-Type: multipart/alternative; boundary=a", body=body))
    assert found.text == "hello plain"
    assert [(each.sniffed, each.content_id, each.inline) for each in found.attachments] == [("image/gif", "1", True)]
    assert found.problems == ()


def test_files_have_safe_names_and_a_sniffed_type() -> None:
    body = (
        b"--a\r\n\r\nsee file\r\n--a\r\nContent-Type: application/pdf; name*=utf-8''%D7%97%D7%A9%D7%91.pdf\r\n"
        b"Content-Disposition: attachment\r\n\r\n%PDF-1.7 x\r\n"
        b"--a\r\nContent-Type: image/png\r\n"
        b'Content-Disposition: attachment; filename="../../.bashrc"\r\n\r\nMZ\x90\r\n--a--'
    )
    found = parse_mail(mail(*PLAIN, "Content-Type: multipart/mixed; boundary=a", body=body))
    first, second = found.attachments
    assert (first.name, first.sniffed, first.size) == ("חשב.pdf", "application/pdf", 10)
    assert (second.name, second.declared) == ("bashrc", "image/png")
    assert second.sniffed != "image/png"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("C:\\temp\\a.txt", "a.txt"),
        ("../../etc/passwd", "passwd"),
        ("a\x1b[31mb\u202egnp.exe", "a[31mbgnp.exe"),
        ("--rf", "rf"),
        ("...", ""),
        ("a" * 500 + ".pdf", "a" * (NAME_LIMIT - 4) + ".pdf"),
        ("ש" * 100, "ש" * (NAME_LIMIT // 2)),
    ],
)
def test_safe_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_uuencode_quoted_printable_and_damaged_base64() -> None:
    encoded = b"begin 644 a.txt\r\n%:&5L;&\\\r\n \r\nend\r\n"
    assert parse_mail(mail(*PLAIN, "Content-Transfer-Encoding: x-uuencode", body=encoded)).text == "hello"
    assert parse_mail(mail(*PLAIN, "Content-Transfer-Encoding: quoted-printable", body=b"a=3Db=\r\nc")).text == "a=bc"
    assert parse_mail(mail(*PLAIN, "Content-Transfer-Encoding: base64", body=b"aGVs!\r\nbG8")).text == "hello"


def test_flowed_text_is_joined() -> None:
    found = parse_mail(
        mail(*PLAIN, "Content-Type: text/plain; format=flowed", body=b"one \r\ntwo\r\n> three \r\n> four")
    )
    assert found.text == "one two\n> three four"


def test_a_cut_off_mail_is_shown_with_its_problem() -> None:
    body = b"--a\r\nContent-Type: text/plain\r\n\r\nhello wor"
    found = parse_mail(mail(*PLAIN, "Content-Type: multipart/mixed; boundary=a", body=body))
    assert found.text == "hello wor" and "cut off" in found.problems[0]


def test_encrypted_mails_are_named() -> None:
    body = b"--a\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--a--"
    found = parse_mail(mail(*PLAIN, "Content-Type: multipart/encrypted; boundary=a", body=body))
    assert "encrypted: OpenPGP, it cannot be read here" in found.problems


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (b"Content-Type: application/ms-tnef; name=winmail.dat", "winmail.dat"),
        (b"Content-Type: application/ms-tnef", "winmail.dat"),
        (b"Content-Type: application/octet-stream; name=ATT00001.dat", "ATT00001.dat"),
    ],
)
def test_files_packed_by_outlook_are_named_and_kept(part: bytes, name: str) -> None:
    packed = base64.b64encode(bytes.fromhex("789f3e220100") + b"inside")
    body = b"--a\r\n\r\nSee the file.\r\n--a\r\n%s\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--a--"
    found = parse_mail(mail(*PLAIN, "Content-Type: multipart/mixed; boundary=a", body=body % (part, packed)))
    assert found.text == "See the file."
    assert any("winmail.dat (Outlook's TNEF)" in problem for problem in found.problems)
    (file,) = found.attachments
    assert file.name == name and file.content.endswith(b"inside")


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (("Auto-Submitted: auto-replied (vacation)",), "auto-reply"),
        (("Auto-Submitted: no",), None),
        (("X-Autoreply: yes",), "auto-reply"),
        (("Precedence: bulk",), "list"),
        (("List-Id: <news.shop.test>",), "list"),
        (("X-Loop: agent@example.test",), "loop"),
        (("From: agent@example.test",), "loop"),
        (("Return-Path: <>", "From: MAILER-DAEMON@x.test"), "bounce"),
        (("X-Failed-Recipients: dan@x.test",), "bounce"),
        (("Subject: Automatic reply: away",), "auto-reply"),
        (("Subject: מענה אוטומטי: אני בחופשה",), "auto-reply"),
        ((), None),
    ],
)
def test_kinds_of_automatic_mail(fields: tuple[str, ...], kind: str | None) -> None:
    named = {each.split(":")[0] for each in fields}
    lines = (*fields, *(each for each in PLAIN if each.split(":")[0] not in named))
    assert parse_mail(mail(*lines, body=b"text"), {"agent@example.test"}).auto == kind


def test_a_forwarded_bounce_is_no_bounce() -> None:
    body = (
        b"--a\r\n\r\nWhat does this mean?\r\n--a\r\nContent-Type: message/rfc822\r\n\r\n"
        b"From: MAILER-DAEMON@x.test\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; d@x\r\nAction: failed\r\n--b--\r\n--a--"
    )
    assert parse_mail(mail(*PLAIN, "Content-Type: multipart/mixed; boundary=a", body=body)).auto is None


def test_a_report_names_what_failed() -> None:
    body = (
        b"--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        b"Final-Recipient: rfc822; dan@x.test\r\nAction: %s\r\nStatus: 5.1.1\r\n"
        b"Diagnostic-Code: smtp; 550 no such user\r\n"
        b"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <ours@example.test>\r\nSubject: x\r\n\r\n--b--"
    )
    kind = "Content-Type: multipart/report; report-type=delivery-status; boundary=b"
    failed = parse_mail(mail("From: postmaster@x.test", kind, body=body % b"failed"))
    assert failed.bounce_of == BounceOf("<ours@example.test>", "dan@x.test", "550 no such user", True)
    late = parse_mail(mail("From: postmaster@x.test", kind, body=body % b"delayed"))
    assert late.bounce_of is not None and not late.bounce_of.permanent
    told = parse_mail(mail("From: postmaster@x.test", kind, body=body % b"delivered"))
    assert (told.auto, told.bounce_of) == ("auto-reply", None)


def test_copies_of_one_mail_have_one_digest() -> None:
    raw = mail(*PLAIN, body=b"text\r\n")
    copy = b"Received: from a by b\r\nDelivered-To: x\r\n" + raw.replace(b"\r\n", b"\n")
    other = mail(*PLAIN, body=b"other text\r\n")
    assert parse_mail(raw).digest == parse_mail(copy).digest != parse_mail(other).digest
