"""A mailbox of N support mails, the same every time: for the mail programs, and as rows for a stand-in."""

from __future__ import annotations

import email.utils
import os
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHANNELS = ("email", "webchat", "sms", "whatsapp", "phone")
EPOCH = 1_760_000_000
_WORDS = tuple(
    "order parcel invoice refund voucher cancel delivery address broken missing wrong size colour late account "  # noqa: SIM905
    "password locked card declined charged twice subscription upgrade export report warranty repair appointment".split()
)
_FIRST = ("Dana", "Noa", "Omer", "Yael", "Tom", "Maya", "Eli", "Ruth", "Adam", "Lea", "Ben", "Hila", "Ivan", "Mira")
_LAST = (
    "Levi",
    "Cohen",
    "Katz",
    "Moore",
    "Weiss",
    "Singh",
    "Novak",
    "Costa",
    "Haddad",
    "Berg",
    "Silva",
    "Khan",
    "Rossi",
)
BODY = "Hello,\n\n" + "I would like to know what has become of this, please.\n" * 6 + "\nThank you\n"


@dataclass(frozen=True, slots=True)
class Mail:
    """Conversation number `number`; `at` in seconds since 1970."""

    number: int
    channel: str
    customer: str
    subject: str
    at: int


@cache
def _subjects() -> tuple[str, ...]:
    chance = random.Random(2)
    return tuple(" ".join(chance.choices(_WORDS, k=chance.randint(4, 9))) for _ in range(997))


def mail(number: int) -> Mail:
    """The same mail for the same number, in every run."""
    customer = f"{_FIRST[number * 7 % len(_FIRST)]} {_LAST[number * 11 % len(_LAST)]} {number * 31 % 991}"
    subject = _subjects()[number * 37 % 997]
    return Mail(number, CHANNELS[number * 7 % len(CHANNELS)], customer, subject, EPOCH + number * 60)


def write_maildir(folder: Path, count: int) -> None:
    """Write `count` mails, all seen, into the Maildir `folder`; done only once."""
    done = folder / ".complete"
    if done.exists():
        return
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        one = mail(number)
        address = one.customer.lower().replace(" ", ".") + "@example.com"
        path = folder / "cur" / f"{one.at}.M{number}P1.bench:2,S"
        path.write_text(
            f"From: {one.customer} <{address}>\nTo: Support <support@example.com>\n"
            f"Subject: #{number:06d} {one.channel} {one.subject}\nDate: {email.utils.formatdate(one.at)}\n"
            f"Message-ID: <{number}.{one.at}@example.com>\nMIME-Version: 1.0\n"
            f"Content-Type: text/plain; charset=utf-8\n\n{BODY}"
        )
        os.utime(path, (one.at, one.at))
    done.touch()
