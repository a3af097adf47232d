"""Subjects of mail, compared as mail programs write them when they answer and pass on."""

from __future__ import annotations

_PREFIXES = (
    "re",
    "fw",
    "fwd",
    "aw",
    "wg",
    "sv",
    "vs",
    "antw",
    "rv",
    "tr",
    "enc",
    "rif",
    "ynt",
    "odp",
    "תשובה",
    "הועבר",
)


def subject_key(subject: str) -> str:
    """A subject without its reply and forward prefixes, blanks and case, for threading mail that names no parent
    (after RFC 5256 section 2.1)."""
    rest = " ".join(subject.split()).casefold()
    while True:
        head, colon, tail = rest.partition(":")
        if colon and head.split("[")[0].strip() in _PREFIXES:
            rest = tail.lstrip()
            continue
        return rest[:200]
