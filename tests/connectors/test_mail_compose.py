"""The mail that goes out: threading, envelope, subject, and nothing that can be injected."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.backends.connectors.base import OutboundFile
from agent_tui.backends.connectors.mail.compose import BadAddress, Draft, compose, message_id_for, quote
from agent_tui.backends.connectors.mail.mime import read_tree
from agent_tui.backends.connectors.mail.parse import parse_mail
from agent_tui.backends.connectors.mail.threading import reply_subject

DRAFT = Draft(
    message="m1",
    sender="Support Team <agent@example.test>",
    to=("Carol <carol@customer.test>",),
    subject="Re: the parcel",
    body="It is on its way.",
    at=1_770_000_000_000,
    references=("<a@x.test>", "<b@x.test>"),
)


def test_it_threads_under_what_it_answers() -> None:
    mail = parse_mail(compose(DRAFT).content)
    assert mail.in_reply_to == ("<b@x.test>",)
    assert mail.references == ("<a@x.test>", "<b@x.test>")
    assert mail.message_id == message_id_for("m1", "example.test") == compose(DRAFT).message_id
    assert mail.reply == "It is on its way."
    assert mail.auto is None


def test_long_threads_keep_the_first_and_the_latest() -> None:
    ids = tuple(f"<{number}@x.test>" for number in range(100))
    mail = parse_mail(compose(replace(DRAFT, references=ids)).content)
    assert len(mail.references) == 40
    assert (mail.references[0], mail.references[-1]) == (ids[0], ids[-1])


def test_hidden_recipients_are_in_the_envelope_only() -> None:
    composed = compose(replace(DRAFT, cc=("dan@customer.test",), bcc=("boss@example.test",)))
    assert composed.recipients == ("carol@customer.test", "dan@customer.test", "boss@example.test")
    assert b"boss" not in composed.content


def test_hebrew_a_file_a_signature_and_the_quoted_mail_come_back() -> None:
    draft = replace(
        DRAFT,
        subject="Re: המשלוח",
        body="שלום, המשלוח בדרך 📦",
        signature="צוות התמיכה",
        quoted=quote("איפה המשלוח?", "On Monday Carol wrote:"),
        files=(OutboundFile("חשבונית.pdf", "application/pdf", b"%PDF-1.4 x"),),
    )
    composed = compose(draft)
    assert composed.content.isascii()
    mail = parse_mail(composed.content)
    assert (mail.subject, mail.reply) == ("Re: המשלוח", "שלום, המשלוח בדרך 📦")
    assert "> איפה המשלוח?" in mail.folded and "צוות התמיכה" in mail.folded
    assert [(each.name, each.content) for each in mail.attachments] == [("חשבונית.pdf", b"%PDF-1.4 x")]
    assert mail.problems == ()


def test_only_automatic_mails_say_that_they_are() -> None:
    assert b"Auto-Submitted" not in compose(DRAFT).content
    automatic = parse_mail(compose(replace(DRAFT, automatic=True)).content)
    assert automatic.auto == "auto-reply"
    assert parse_mail(compose(replace(DRAFT, automatic=True)).content, {"agent@example.test"}).auto == "loop"


@pytest.mark.parametrize("bad", ["carol", "a@b@c d", "<>", "a@", "@b", "a b@c.test", "a@b.test, c@d.test", "x@y..test"])
def test_a_bad_address_is_named(bad: str) -> None:
    with pytest.raises(BadAddress, match="address"):
        compose(replace(DRAFT, to=(bad,)))


def test_without_recipients_it_says_what_to_do() -> None:
    with pytest.raises(BadAddress, match="add an address"):
        compose(replace(DRAFT, to=()))


def test_foreign_domains_are_written_in_ascii_and_foreign_names_ask_for_smtputf8() -> None:
    assert compose(replace(DRAFT, to=("x@bücher.example",))).recipients == ("x@xn--bcher-kva.example",)
    composed = compose(replace(DRAFT, to=("דנה@example.com",)))
    assert composed.needs_utf8 and "דנה@example.com".encode() in composed.content


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("parcel", "Re: parcel"),
        ("Re: parcel", "Re: parcel"),
        ("RE: re: Re[3]: parcel", "Re: parcel"),
        ("השב: תגובה: המשלוח", "Re: המשלוח"),
        ("AW: SV: paket", "Re: paket"),
        ("Fwd: parcel", "Re: Fwd: parcel"),
        ("", "Re:"),
        ("regarding: it", "Re: regarding: it"),
    ],
)
def test_one_reply_prefix(subject: str, answer: str) -> None:
    assert reply_subject(subject) == answer


@given(
    subject=st.text(max_size=200),
    name=st.text(max_size=40),
    body=st.text(max_size=300),
    reference=st.text(max_size=40),
    file=st.text(max_size=80),
)
def test_nothing_typed_becomes_a_header(subject: str, name: str, body: str, reference: str, file: str) -> None:
    draft = replace(
        DRAFT,
        subject=f"{subject}\r\nBcc: evil@x.test",
        sender="agent@example.test",
        body=f"{body}\r\n.\r\nMAIL FROM:<x>",
        references=(f"<{reference}@x>", "<ok@x.test>\r\nBcc: evil@x.test", "<ok@x.test>"),
        signature=name,
        files=(OutboundFile(f"{file}\r\nX-Evil: 1", "text/html; x=\r\nX-Evil: 1", b"x"),),
    )
    composed = compose(draft)
    fields = read_tree(composed.content).root.fields
    assert "bcc" not in fields and "x-evil" not in fields
    assert fields.count("subject") == fields.count("to") == fields.count("message-id") == 1
    assert all(len(line) <= 998 for line in composed.content.split(b"\r\n"))
    assert b"\n" not in composed.content.replace(b"\r\n", b"")


WORD = "=?utf-8?Q?x=0D=0ABcc=3A_eve@evil.test=0D=0A=0D=0Abody?="


@pytest.mark.parametrize(
    "changed",
    [
        replace(DRAFT, subject=WORD),
        replace(DRAFT, subject=f"Re: {WORD} and more"),
        replace(DRAFT, sender=f"{WORD} <agent@example.test>"),
        replace(DRAFT, to=(f"{WORD} <carol@customer.test>",)),
        replace(DRAFT, cc=(f'"{WORD}" <dan@customer.test>',)),
        replace(DRAFT, reply_to=f"{WORD} <dan@customer.test>"),
        replace(DRAFT, references=("<=?utf-8?Q?x=0D=0ABcc=3A_e?=@evil.test>", "<b@x.test>")),
    ],
)
def test_an_encoded_word_in_what_a_customer_sent_injects_nothing(changed: Draft) -> None:
    head = compose(changed).content.partition(b"\r\n\r\n")[0].decode("ascii")
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith((" ", "\t"))]
    assert "Bcc" not in names
    assert names[-1] == "MIME-Version" or "Content-Type" in names


def test_an_address_that_is_an_encoded_word_is_refused() -> None:
    with pytest.raises(BadAddress):
        compose(replace(DRAFT, to=("=?utf-8?Q?a=0D=0AX=3A_y?=@customer.test",)))
