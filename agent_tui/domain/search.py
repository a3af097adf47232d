"""What an agent types to find something, read: words, "phrases", -without, and operators such as `from:dana after:3d`.

Pure. Desk and hub read the same line with the same rules: the desk to say at once what is wrong, the hub to answer.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from difflib import get_close_matches
from typing import Final, Literal

from agent_tui.domain import folding
from agent_tui.domain.channels import CHANNEL_KEYS, channel
from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import SafeText, clean_line, compose, listed, trusted
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, MS, Ms

Operator = Literal["from", "channel", "label", "before", "after", "owner", "is", "has"]
OPERATORS: Final[tuple[Operator, ...]] = ("from", "channel", "label", "before", "after", "owner", "is", "has")
_ALSO: Final[dict[str, Operator]] = {
    "מאת": "from",
    "ערוץ": "channel",
    "תווית": "label",
    "לפני": "before",
    "אחרי": "after",
    "אצל": "owner",
    "מצב": "is",
    "יש": "has",
}
"""The same in Hebrew."""
STATES: Final = (
    "open", "waiting", "snoozed", "done", "spam", "unread", "urgent", "in", "out", "note", "failed",
)  # fmt: skip
"""What `is:` takes: of the case (waiting: for the customer) or of the message (in, out, note, failed)."""
PARTS: Final = ("file", "link")
"""What `has:` takes."""
_VALUES_ALSO: Final = {
    "פתוח": "open", "ממתין": "waiting", "נדחה": "snoozed", "טופל": "done", "ספאם": "spam", "לא-נקרא": "unread",
    "דחוף": "urgent", "נכנס": "in", "יוצא": "out", "הערה": "note", "נכשל": "failed", "קובץ": "file", "קישור": "link",
}  # fmt: skip
"""The same in Hebrew."""
SHORTEST_BEGINNING: Final = 3
MAX_TERMS: Final = 12
"""Words and operators that one search may have."""

_PIECE: Final = re.compile(
    r"(?P<minus>-?)(?:(?P<name>[^\W\d_]+):)?"
    r'(?:"(?P<phrase>[^"]*)"?|(?P<word>(?:[^\s"]|(?<=[\u05d0-\u05ea])"(?=[\u05d0-\u05ea]))+))?'
)
_AGO: Final = re.compile(r"(\d{1,4})(min|h|d|w|m|y)")
_UNITS: Final = {
    "min": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS, "w": 7 * DAY_MS, "m": 30 * DAY_MS, "y": 365 * DAY_MS,
}  # fmt: skip
_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")


class SearchError(ValueError):
    """The line cannot be read; `text` names the word and what was expected."""

    def __init__(self, text: SafeText) -> None:
        super().__init__(str(text))
        self.text = text


@frozen
class Term:
    """One thing to find. `folded`: its words in a row, folded. `exact`: it was in quotes: no beginnings of longer
    words, no Hebrew prefixes. `local` and `reversed`: digits as the index holds them from either end, where it may be
    part of a telephone number. `without`: what has it is left out."""

    folded: tuple[str, ...]
    exact: bool = False
    without: bool = False
    local: str = ""
    reversed: str = ""


@frozen
class Condition:
    """`name:value`, values of `before` and `after` as Ms in digits. `without`: what meets it is left out."""

    name: Operator
    value: str
    without: bool = False


@frozen
class Sought:
    """A search as read. Terms must all be there; of several conditions of one name (but `is`) one must be met."""

    terms: tuple[Term, ...] = ()
    conditions: tuple[Condition, ...] = ()

    def of(self, name: Operator, *, without: bool = False) -> tuple[str, ...]:
        """The values asked for (or against) under a name."""
        return tuple(one.value for one in self.conditions if one.name == name and one.without == without)

    @property
    def wanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if not term.without)

    def __bool__(self) -> bool:
        """Whether there is something to look for: what is only left out finds everything, which nobody wants."""
        return bool(self.wanted) or any(not one.without for one in self.conditions)


def parse(text: str, now: Ms, zone_minutes: int = 0) -> Sought:
    """Read what was typed. `now`: Ms; `zone_minutes`: the agent's zone east of UTC, for days. Raises SearchError."""
    terms: list[Term] = []
    conditions: list[Condition] = []
    for said in _pieces(text):
        name = _operator(said["name"])
        without = bool(said["minus"])
        value = said["phrase"] if said["phrase"] is not None else said["word"] or ""
        if name is None:
            terms += _terms(said, value, without)
        elif value.strip():
            conditions.append(Condition(name, _VALUES[name](value.strip(), now, zone_minutes), without))
        else:
            raise SearchError(compose("{name}: needs {expected}", name=clean_line(name), expected=expected(name)))
    if len(terms) + len(conditions) > MAX_TERMS:
        raise SearchError(compose("a search has at most {n} words", n=MAX_TERMS))
    return Sought(tuple(terms), tuple(conditions))


def expected(name: Operator) -> SafeText:
    """What an operator takes, for the line that helps and for errors."""
    match name:
        case "from":
            return trusted("a name, an address, or me")
        case "channel":
            return listed(", ", [clean_line(key) for key in CHANNEL_KEYS])
        case "label":
            return trusted("a label")
        case "before" | "after":
            return trusted("a day (2026-11-03), a month (2026-11), today, yesterday, or a time ago (3h, 2d, 4w)")
        case "owner":
            return trusted("an agent, me, or nobody")
        case "is":
            return clean_line(", ".join(STATES))
        case "has":
            return clean_line(", ".join(PARTS))


def meant(text: str) -> Operator | None:
    """The operator that a word with a colon in it may have been meant as: `chanel:wa` is looked for as it stands."""
    for said in _pieces(text):
        if said["name"] and said["word"] and _operator(said["name"]) is None:
            near = get_close_matches(said["name"].casefold(), [*OPERATORS, *_ALSO], 1, 0.75)
            if near:
                return _operator(near[0])
    return None


def plain_words(text: str) -> str:
    """What is left of the line without operators and what is not wanted."""
    kept = [
        (said["phrase"] if said["phrase"] is not None else said.group())
        for said in _pieces(text)
        if _operator(said["name"]) is None and not said["minus"]
    ]
    return " ".join(kept)


def marks(line: str, sought: Sought) -> list[tuple[int, int]]:
    """Where in a line (as it is drawn, before it is ordered) stands what was looked for: ranges in order, apart."""
    return _apart(list(_found(line, sought)))


def around(text: str, sought: Sought, length: int = 240) -> tuple[int, int] | None:
    """The stretch of `text` that shows why it was found, of about `length` characters; None when it does not."""
    first = next(_found(text, sought), None)
    if first is None:
        return None
    begin = max(0, first[0] - length // 4)
    if begin and (blank := text.find(" ", begin, first[0])) > 0:
        begin = blank + 1
    return begin, min(len(text), begin + length)


def _found(text: str, sought: Sought) -> Iterator[tuple[int, int]]:
    longest = max((len(term.folded) for term in sought.wanted), default=0)
    tests = [(len(term.folded), _meets(term)) for term in sought.wanted]
    last: deque[folding.Word] = deque(maxlen=longest or 1)
    for word in folding.words(text) if tests else ():
        last.append(word)
        run = [one.folded for one in last]
        for length, meets in tests:
            if len(run) >= length and meets(run[-length:]):
                yield last[-length].start, word.stop
    numbers = [term for term in sought.wanted if term.local]
    for phone in folding.phones(text) if numbers else ():
        turned = phone.digits[::-1]
        if any(phone.local.startswith(term.local) or turned.startswith(term.reversed) for term in numbers):
            yield phone.start, phone.stop


def begins(folded: str) -> bool:
    """Whether a word stands for the longer ones that begin with it too: shorter ones would begin too many, under a
    Hebrew prefix as well."""
    return len(folded) >= SHORTEST_BEGINNING


def forms(term: Term) -> tuple[str, ...]:
    """The words that a term of one word stands for, under Hebrew prefixes too."""
    return (term.folded[0],) if term.exact else folding.hebrew_forms(term.folded[0])


# -- words


def _pieces(text: str) -> Iterator[re.Match[str]]:
    """Words and operators; a telephone number written with blanks is one word (see `_joined`)."""
    return (found for found in _PIECE.finditer(_joined(text[:500])) if found.group().strip("-"))


def _joined(text: str) -> str:
    """Telephone numbers without what stands between their digits."""
    out, at = [], 0
    for phone in folding.phones(text):
        written = text[phone.start : phone.stop]
        if '"' in text[: phone.start] and text[: phone.start].count('"') % 2:
            continue
        if not any(not char.isdigit() for char in written) or ":" in _word_before(text, phone.start):
            continue
        plus = "+" if written.startswith("+") else ""
        out += [text[at : phone.start], plus, folding.digits_of(written)]
        at = phone.stop
    return "".join([*out, text[at:]])


def _word_before(text: str, at: int) -> str:
    """What stands right before a place, up to a blank."""
    return text[:at].rsplit(maxsplit=1)[-1] if at and not text[at - 1].isspace() else ""


def _operator(name: str | None) -> Operator | None:
    if not name:
        return None
    lower = name.casefold()
    return next((known for known in OPERATORS if known == lower), _ALSO.get(lower))


def _terms(said: re.Match[str], value: str, without: bool) -> list[Term]:
    """One word of what was typed may be several to an index (an address), which then stand in a row."""
    if said["name"]:
        value = f"{said['name']}:{value}"  # no operator: a word with a colon in it
    exact = said["phrase"] is not None
    folded = tuple(word.folded for word in folding.words(value))
    if not folded:
        return []
    digits = folding.digits_of(value)
    if not exact and len(digits) >= 4 and all(char.isdigit() or char in "+-.()/" for char in value):
        phone = next(folding.phones(value), None)
        local = phone.local if phone is not None else digits.lstrip("0") or digits
        ending = local if phone is not None else digits
        return [Term(folded, False, without, local, ending[::-1])]
    return [Term(folded, exact, without)]


def _meets(term: Term) -> Callable[[Sequence[str]], bool]:
    if len(term.folded) > 1 or term.exact:

        def in_a_row(run: Sequence[str]) -> bool:
            *before, last = term.folded
            whole = term.exact or not begins(last)
            return list(run[:-1]) == before and (run[-1] == last if whole else run[-1].startswith(last))

        return in_a_row
    wanted = forms(term)
    longer = tuple(filter(begins, wanted)) if begins(term.folded[0]) else ()
    return lambda run: run[0] in wanted or run[0].startswith(longer)


def _apart(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, stop in sorted(found):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(stop, out[-1][1]))
        else:
            out.append((start, stop))
    return out


# -- values


def _plain(value: str, _now: Ms, _zone: int) -> str:
    return value


def _channel(value: str, _now: Ms, _zone: int) -> str:
    word = value.casefold()
    for key in CHANNEL_KEYS:
        profile = channel(key)
        if word in (key, profile.tag.casefold(), profile.name.casefold(), str(profile.title).casefold()):
            return key
    raise SearchError(
        compose(
            "channel:{word} is no channel; expected {expected}", word=clean_line(value), expected=expected("channel")
        )
    )


def _one_of(name: Operator, choices: Sequence[str]) -> Callable[[str, Ms, int], str]:
    def check(value: str, _now: Ms, _zone: int) -> str:
        word = _VALUES_ALSO.get(value, value.casefold())
        if word in choices:
            return word
        raise SearchError(
            compose(
                "{name}:{word} is not known; expected {expected}",
                name=clean_line(name),
                word=clean_line(value),
                expected=expected(name),
            )
        )

    return check


def _moment(name: Operator) -> Callable[[str, Ms, int], str]:
    """`before` a day is up to its start; `after` a day is from its start on, so that the day itself counts."""

    def read(value: str, now: Ms, zone_minutes: int) -> str:
        zone = timezone(timedelta(minutes=max(-1439, min(1439, zone_minutes)))) if zone_minutes else UTC
        today = datetime.fromtimestamp(now / MS, zone).replace(hour=0, minute=0, second=0, microsecond=0)
        word = value.casefold()
        days = {"today": 0, "היום": 0, "yesterday": 1, "אתמול": 1}
        if word in days:
            return _ms(today - timedelta(days=days[word]))
        if ago := _AGO.fullmatch(word):
            return str(now - int(ago[1]) * _UNITS[ago[2]])
        if day := _DAY.fullmatch(word):
            try:
                return _ms(datetime(int(day[1]), int(day[2]), int(day[3] or 1), tzinfo=zone))
            except (ValueError, OverflowError):
                pass
        raise SearchError(
            compose(
                "{name}:{word} is no time; expected {expected}",
                name=clean_line(name),
                word=clean_line(value),
                expected=expected(name),
            )
        )

    return read


def _ms(moment: datetime) -> str:
    return str(round(moment.timestamp() * MS))


_VALUES: Final[dict[Operator, Callable[[str, Ms, int], str]]] = {
    "from": _plain,
    "channel": _channel,
    "label": _plain,
    "before": _moment("before"),
    "after": _moment("after"),
    "owner": _plain,
    "is": _one_of("is", STATES),
    "has": _one_of("has", PARTS),
}
