"""What the customer wrote now, apart from quoted mails and the signature: found with mail-parser-reply's expressions.

The library knows the reply headers and signatures of many mailers and languages; Hebrew and Russian are added
here. Its own splitting is not used: it loses indentation, and takes any line that begins
with "Thanks," or "- " for a signature.
"""

from __future__ import annotations

import re

from mailparser_reply.constants import MAIL_LANGUAGES, QUOTED_MATCH_INCLUDE  # type: ignore[import-untyped]
from mailparser_reply.parser import EmailMessage  # type: ignore[import-untyped]

READ_LIMIT = 100_000
"""Characters looked at; in a longer text the rest belongs to what was found last."""
LINE_LIMIT = 240
"""A reply header is never longer; the library's expressions take quadratic time in the length of a line."""
SIGNATURE_LINES = 12

_EVIDENCE = {
    "de": ("schrieb", "Von:", "Gesendet von"),
    "fr": ("a écrit", "Envoyé"),
    "es": ("escribió", "Enviado"),
    "it": ("ha scritto", "Inviato"),
    "nl": ("schreef", "Verzonden"),
    "cs": ("napsal(a)", "Odesláno"),
    "pl": ("napisał", "Wysłano"),
    "da": ("skrev", "Sendt fra"),
    "sv": ("skrev", "Skickat"),
    "ja": ("年",),
    "zh": ("写道", "发件人"),
    "ko": ("작성하였습니다", "보낸"),
}
"""A language's expressions are tried only where such a word stands: they are loose, and each costs time."""

_OWN = {
    "he": {
        "wrote_header": rf"^({QUOTED_MATCH_INCLUDE}(?:[\u200e\u200f\u202a-\u202e\u2066-\u2069]*)"
        r"(?:בתאריך|ב-? ?\d|ביום)[^\n]{1,200}(?:\n[^\n]{0,200})?(?:כתב/ה|כתבה|כתב|מאת)[^\n]{0,200}:"
        r"[\u200e\u200f\u202c\u2069]*)$",
        "from_header": rf"((?:(?:^|\n|\n{QUOTED_MATCH_INCLUDE})[* ]*(?:מאת|נשלח|אל|נושא|תאריך|עותק):"
        r"[ *]*(?:\s{,2}).*){2,}(?:\n.*){,1})",
        "signatures": ["בברכה", "בכבוד רב", "תודה מראש", "תודה,", "כל טוב"],
        "sent_from": "נשלח מה|נשלח מ",
        "disclaimers": [],
    },
    "ru": {
        "wrote_header": rf"^({QUOTED_MATCH_INCLUDE}[^\n]{{3,200}}(?:писал|написал)(?:а|\(а\))?:)$",
        "from_header": rf"((?:(?:^|\n|\n{QUOTED_MATCH_INCLUDE})[* ]*(?:От|Отправлено|Кому|Тема|Дата):"
        r"[ *]*(?:\s{,2}).*){2,}(?:\n.*){,1})",
        "signatures": ["С уважением"],
        "sent_from": "Отправлено с",
        "disclaimers": [],
    },
}
_OWN_EVIDENCE = {
    "he": ("כתב", "מאת", "נשלח", "בברכה", "בכבוד", "תודה", "כל טוב"),
    "ru": ("писал", "От:", "уважением", "Отправлено"),
}

_QUOTE = re.compile(r"\s{0,3}(?:>|\|\s)")
_SEPARATOR = re.compile(
    r"\s*(?:-{2,}|_{2,}) ?(?:original message|original appointment|forwarded message|ursprüngliche nachricht|"
    r"message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht|הודעה מקורית|הודעה שהועברה|"
    r"пересылаемое сообщение)\b.{0,20}$",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*[_]{32,}\s*$")
_DASHES = re.compile(r"\s*(?:--|__)\s*$")
_SENT_FROM = re.compile(
    r"\s*(?:sent from (?:my|outlook|yahoo|mail for)|get outlook for|gesendet von|envoyé depuis|envoyé de mon|"
    r"enviado desde|inviato da|נשלח מה|נשלח מ-|отправлено с).{0,120}$",
    re.IGNORECASE,
)


class _Expressions(EmailMessage):  # type: ignore[misc]
    """The library's compiled expressions, with Hebrew and Russian."""

    def _get_language_regex(self, language: str, regex_key: str) -> str:
        own = _OWN.get(language)
        if own is None:
            return str(super()._get_language_regex(language, regex_key))
        found = own[regex_key]
        return found if isinstance(found, str) else "|".join(found)


def split_reply(text: str) -> tuple[str, str]:
    """(new text, folded rest). The two hold every non-blank line of `text` between them, in order within each.

    Answers below or between quotes stay in the new text. A mail that is nothing but quotes (a forward) is all new.
    """
    lines = text.split("\n")
    quoted = [False] * len(lines)
    header = _first_header(lines)
    for index, line in enumerate(lines):
        quoted[index] = bool(_QUOTE.match(line)) and bool(line.strip())
    if header is not None:
        _mark_from_header(lines, quoted, *header)
    _mark_signature(lines, quoted)
    reply = "\n".join(line for line, is_quoted in zip(lines, quoted, strict=True) if not is_quoted)
    if not reply.strip():
        return text.strip("\n"), ""
    folded = "\n".join(line for line, is_quoted in zip(lines, quoted, strict=True) if is_quoted)
    return re.sub(r"\n{3,}", "\n\n", reply).strip("\n"), folded.strip("\n")


def _first_header(lines: list[str]) -> tuple[int, int] | None:
    """First and last line of the first reply header ("On ... wrote:", From/Sent/To lines, "Original Message")."""
    shadow: list[str] = []
    size = 0
    for line in lines:
        size += min(len(line), LINE_LIMIT) + 1
        if size > READ_LIMIT:
            break
        shadow.append("" if len(line) > LINE_LIMIT else line.strip())
    candidates: list[tuple[int, int]] = []
    for index, line in enumerate(shadow):
        if _SEPARATOR.match(line):
            candidates.append((index, index))
            break
    text = "\n".join(shadow)
    if match := _expressions(text).HEADER_REGEX.search(text):
        begin = match.start() + len(match[0]) - len(match[0].lstrip())
        first = text.count("\n", 0, begin)
        candidates.append((first, first + match[0].strip().count("\n")))
    if not candidates:
        return None
    first, last = min(candidates)
    if first and _RULE.match(lines[first - 1]):
        first -= 1
    return first, last


def _expressions(text: str) -> _Expressions:
    languages = [
        language
        for language, words in {**_EVIDENCE, **_OWN_EVIDENCE}.items()
        if (language in MAIL_LANGUAGES or language in _OWN) and any(word in text for word in words)
    ]
    return _Expressions(text="", languages=[*languages, "en"], keep_hyphen_lists=True)


def _mark_from_header(lines: list[str], quoted: list[bool], first: int, last: int) -> None:
    """Quote the header and what it introduces: the `>` lines below it, or all below where there are none."""
    for index in range(first, last + 1):
        quoted[index] = True
    following = next((index for index in range(last + 1, len(lines)) if lines[index].strip()), None)
    if following is not None and quoted[following]:
        return
    for index in range(last + 1, len(lines)):
        quoted[index] = True


def _mark_signature(lines: list[str], quoted: list[bool]) -> None:
    """Fold the signature that ends the new text: after `-- `, a "Sent from", or a greeting alone on its line."""
    new = [index for index, line in enumerate(lines) if not quoted[index] and line.strip()]
    if len(new) < 2:
        return
    tail = new[-SIGNATURE_LINES:]
    start = next((index for index in tail if _DASHES.match(lines[index])), None)
    if start is None:
        start = next((index for index in tail[-2:] if _SENT_FROM.match(lines[index][:200])), None)
    if start is None:
        start = _greeting(lines, tail)
    if start is None or start == new[0]:
        return
    for index in range(start, len(lines)):
        if not quoted[index] and index <= new[-1]:
            quoted[index] = True


def _greeting(lines: list[str], tail: list[int]) -> int | None:
    text = "\n".join(lines[index].strip()[:LINE_LIMIT] for index in tail)
    expressions = _expressions(text)
    greetings = [expressions._get_language_regex(language, "signatures") for language in expressions.languages]
    wanted = re.compile("|".join(f"(?:{each})" for each in greetings if each), re.IGNORECASE)
    for place, index in enumerate(tail):
        line = lines[index].strip()[:LINE_LIMIT]
        # a greeting of a few words with at most a name, a title and numbers below it; never a sentence
        if len(line.split()) <= 5 and not line.endswith(("?", "!")) and wanted.match(line):
            below = [lines[each].strip() for each in tail[place + 1 :]]
            if len(below) <= 6 and all(len(each) <= 60 for each in below):
                return index
    return None
