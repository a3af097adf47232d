"""Turns any text a customer can send into text that is safe to draw."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from agent_tui.domain import text_tables as tables
from agent_tui.domain.frozen import frozen
from agent_tui.domain.text_isolates import ISOLATES, balance
from agent_tui.domain.text_safe import SafeText, seal
from agent_tui.domain.text_tables import char_class

MAX_CHARS: Final = 200_000
MAX_LINE: Final = 10_000
MAX_ONE_LINE: Final = 1_000
MAX_GRAPHEME: Final = 24  # code points; the longest emoji in use has 10, a syllable with all its marks fewer
_NOTICE_ROOM: Final = 32  # for "\n… 1234567 more"
_LEAST: Final = 2 * _NOTICE_ROOM
_JOINERS: Final = "\u200c\u200d"
_DANGLING: Final = "\u200c\u200d\ufe0f"
_BREAKS: Final = re.compile("[\n\r\v\f\x85\u2028\u2029]+")
_FLAG_BASE: Final = "\U0001f3f4"
_RARE_SCRIPTS: Final = re.compile("[\U00010000-\U0001efff]")  # where all marks beyond the first plane are
PLAIN_TEXT: Final = re.compile(f"[{char_class(tables.PLAIN)}]*")


def clean(
    raw: str,
    *,
    max_chars: int = MAX_CHARS,
    max_line: int = MAX_LINE,
    keep_marks: bool = False,
    veil: Callable[[str], str] = str,
) -> SafeText:
    """Make `raw` safe to draw; never raises on any ``str``, and cleaning the result again changes nothing.

    Lengths are in code points of the result, each at least 64; what is cut off is counted in "… N more".
    `keep_marks` keeps LRM, RLM and ALM for a layout that will consume them; they must never reach the cells.
    `veil` gets the clean text before anything is cut off and may replace visible characters by others.
    Linear: about 0.1 s for the worst million characters.
    """
    max_chars = max(max_chars, _LEAST)
    max_line = max(max_line, _LEAST)
    if PLAIN_TEXT.fullmatch(raw):
        text, hidden = raw, 0
    else:
        text, hidden = _rules().apply(raw, _enough(max_chars), keep_marks)
    enough = _enough(max_chars)  # the fast way has not cut; what will not be shown need not be veiled
    return seal(_cap(veil(text[:enough]) + text[enough:], hidden, max_chars, max_line))


def clean_line(
    raw: str, *, max_chars: int = MAX_ONE_LINE, keep_marks: bool = False, veil: Callable[[str], str] = str
) -> SafeText:
    """Like ``clean``, on one line: each run of line breaks is one space, and no spaces stand at the ends."""
    if "\n" not in raw and len(raw) <= max_chars and PLAIN_TEXT.fullmatch(raw):
        return seal(veil(raw.strip()))
    max_chars = max(max_chars, _LEAST)
    once = _one_line(raw, max_chars, keep_marks, veil)
    # Stripping may bare a mark that stood on a space; the second pass gives it a base.
    return seal(_one_line(once, max_chars, keep_marks, str))


def _one_line(raw: str, max_chars: int, keep_marks: bool, veil: Callable[[str], str]) -> str:
    text, hidden = _rules().apply(_BREAKS.sub(" ", raw), _enough(max_chars), keep_marks)
    return _cap_line(veil(text.strip()), max_chars, hidden)


def _enough(max_chars: int) -> int:
    # Some of what is looked at will be dropped, so look at more than can be shown.
    return max_chars + max_chars // 4


def _normal_breaks(raw: str) -> str:
    text = raw.replace("\r\n", "\n")
    for char in "\r\v\f\x85\u2028\u2029":
        text = text.replace(char, "\n")
    return text


@frozen
class _Rules:
    """The compiled rules; compiled at the first text that needs them, as that takes some milliseconds."""

    invisible: re.Pattern[str]
    marks_kept: re.Pattern[str]
    flood: re.Pattern[str]
    tags: re.Pattern[str]
    selector: re.Pattern[str]
    joiner: re.Pattern[str]
    marks: re.Pattern[str]
    marks_common: re.Pattern[str]
    baseless: re.Pattern[str]
    shown: re.Pattern[str]
    clusters: re.Pattern[str]

    def apply(self, raw: str, enough: int, keep_marks: bool) -> tuple[str, int]:
        """The clean text of the first `enough` characters that count, and how many characters were left out.

        First, as far as needed and at the speed of the regular expressions, what drops floods of unseen characters, so
        that they cannot push the words behind them out; then, on a bounded length, what needs a closer look.
        """
        drop = self.marks_kept if keep_marks else self.invisible
        text, end = "", 0
        while end < len(raw) and len(text) < enough:
            start, end = end, end + enough
            if raw[end - 1 : end] == "\r":
                end += 1  # the line feed after it, if any, is the same line break
            text = self.flood.sub(r"\1", text + drop.sub("", _normal_breaks(raw[start:end])))
        hidden = max(0, len(raw) - end) + max(0, len(text) - enough)
        text = self.tags.sub(r"\1" if _FLAG_BASE in text else "", text[:enough])
        text = self._joiners_and_marks(self.selector.sub("", text))
        text = self.baseless.sub("\\1\N{DOTTED CIRCLE}\\2", text)
        text = self.shown.sub(_show, text)
        hidden += max(0, len(text) - enough)
        text = text[:enough]
        text = balance(text)
        if self.clusters.search(text):
            # The cut of a grapheme can leave a neighbour without its reason to stay.
            text = balance(self._joiners_and_marks(self.selector.sub("", _cap_graphemes(text))))
        return text, hidden

    def _joiners_and_marks(self, text: str) -> str:
        marks = self.marks if _RARE_SCRIPTS.search(text) else self.marks_common
        if "\u200c" in text or "\u200d" in text:
            text = self.joiner.sub("", text)
            text = marks.sub(r"\1", text)
            # A joiner after a mark that was one too many has lost what it joined.
            return self.joiner.sub("", text)
        return marks.sub(r"\1", text)


@lru_cache(maxsize=1)
def _rules() -> _Rules:
    mark = char_class(tables.MARKS)
    common_mark = char_class(tables.MARKS, last_plane=0)
    picture = char_class(tables.PICTOGRAPHS)
    joining = char_class(tables.JOINING)
    invisible = char_class(tables.INVISIBLE)
    direction = char_class(tables.DIRECTION_MARKS)
    tag = "\U000e0020-\U000e007f"
    skin = "\U0001f3fb-\U0001f3ff"
    between_pictures = f"(?:(?<=[{picture}]\u200d)|(?<=[{picture}][\ufe0f{skin}]\u200d))(?=[{picture}])"
    in_a_word = f"(?<=[{joining}][{_JOINERS}])(?=[{joining}])(?![{mark}])"
    # A flag of a region: a black flag, the region as tag letters (two and one to four more), a cancel tag (UTS #51).
    flag = f"{_FLAG_BASE}[\U000e0061-\U000e007a]{{2}}[\U000e0030-\U000e0039\U000e0061-\U000e007a]{{1,4}}\U000e007f"
    unseen = f"{common_mark}{tag}{_JOINERS}\u2066-\u2069{direction}"
    # A coarse test, quick to fail: a class with many ranges beyond the first plane is slow.
    growing = char_class(f"{tables.MARKS} {tables.PICTOGRAPHS} {tables.JOINING} {tables.CLUSTERING}", last_plane=0)
    return _Rules(
        invisible=re.compile(f"[{invisible}{direction}]+"),
        marks_kept=re.compile(f"[{invisible}]+"),
        flood=re.compile(f"([{unseen}]{{16}})[{unseen}]+"),
        tags=re.compile(f"({flag})|[{tag}]+"),
        selector=re.compile(f"\ufe0f(?:(?<![{picture}0-9#*]\ufe0f)|(?<=[0-9#*]\ufe0f)(?!\u20e3))"),
        joiner=re.compile(f"[{_JOINERS}](?!{between_pictures}|{in_a_word})"),
        marks=re.compile(f"([{mark}]{{4}})[{mark}]+"),
        marks_common=re.compile(f"([{common_mark}]{{4}})[{common_mark}]+"),
        baseless=re.compile(f"(^|[\n\u2066-\u2069{direction}])([{mark}])"),
        shown=re.compile(f"[{char_class(tables.SHOWN)}]+"),
        clusters=re.compile(f"[{growing}{_JOINERS}\U00010000-\U0010ffff]{{{MAX_GRAPHEME}}}"),
    )


def _show(found: re.Match[str]) -> str:
    run = found.group()
    return _visible(run) if len(run) == 1 else "".join(map(_visible, run))


@lru_cache(maxsize=128)
def _visible(char: str) -> str:
    code = ord(char)
    if char == "\t":
        return "    "
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if code < 0xA0:
        return f"\\x{code:02x}"
    if code == 0x2800:  # an empty Braille cell looks like a space, so let it count as one
        return " "
    return "\N{REPLACEMENT CHARACTER}"


def _cap_graphemes(text: str) -> str:
    from wcwidth import iter_graphemes

    graphemes = list(iter_graphemes(text))
    if max(map(len, graphemes), default=0) <= MAX_GRAPHEME:
        return text
    return "".join(g if len(g) <= MAX_GRAPHEME else g[: MAX_GRAPHEME - 1].rstrip(_DANGLING) + "…" for g in graphemes)


def _cap(text: str, hidden: int, max_chars: int, max_line: int) -> str:
    if len(text) > max_line:
        *lines, last = text.split("\n")
        lines = [line if len(line) <= max_line else _cap_line(line, max_line, 0) for line in lines]
        if len(last) > max_line:  # one notice for the rest of this line and of the message
            last, hidden = _cap_line(last, max_line, hidden), 0
        text = "\n".join([*lines, last])
    if len(text) <= max_chars and not hidden:
        return text
    kept = _cut(text, max_chars - _NOTICE_ROOM)
    hidden += len(text) - min(len(text), max_chars - _NOTICE_ROOM)
    return f"{kept}\n… {hidden} more"


def _cap_line(line: str, max_line: int, hidden: int) -> str:
    if len(line) <= max_line and not hidden:
        return line
    kept = _cut(line, max_line - _NOTICE_ROOM)
    return f"{kept}… {hidden + len(line) - min(len(line), max_line - _NOTICE_ROOM)} more"


def _cut(text: str, limit: int) -> str:
    """The whole graphemes within the first `limit` characters, isolates closed; `limit` and at most 4 more."""
    if len(text) <= limit:
        return text
    if text.isascii():
        return text[:limit]
    from wcwidth import iter_graphemes

    # One grapheme more than fits is looked at, as only its end tells where it began.
    graphemes = list(iter_graphemes(text[: limit + MAX_GRAPHEME + 1]))
    length = sum(map(len, graphemes))
    while length > limit:
        length -= len(graphemes.pop())
    kept = text[:length].rstrip(_JOINERS)
    return balance(kept) if ISOLATES.search(kept) else kept
