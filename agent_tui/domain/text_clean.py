"""Turns any text a customer can send into text that is safe to draw."""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import chain, pairwise
from operator import itemgetter
from typing import Any, Final

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
_A_MARK: Final = 0x301
_FEW: Final = 16
_RARE_SCRIPTS: Final = re.compile("[\U00010000-\U0001efff]")  # where all marks beyond the first plane are
_KEPT: Final[Callable[[re.Match[str]], Any]] = itemgetter(1)
"""What r"\1" puts in place of a match, at a quarter of its time; a group that took no part is nothing."""
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
    Linear: below 0.1 s for the worst million characters.
    """
    max_chars = max(max_chars, _LEAST)
    max_line = max(max_line, _LEAST)
    enough = _enough(max_chars)
    if PLAIN_TEXT.fullmatch(raw):
        text, hidden = raw[:enough], max(0, len(raw) - enough)
    else:
        text, hidden = _rules().apply(raw, enough, keep_marks)
    return seal(_cap(veil(text), hidden, max_chars, max_line))


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
    joiner_common: re.Pattern[str]
    marks: re.Pattern[str]
    rare_mark: re.Pattern[str]
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
            text = self.flood.sub(_KEPT, text + drop.sub("", _normal_breaks(raw[start:end])))
        hidden = max(0, len(raw) - end) + max(0, len(text) - enough)
        text = self.tags.sub(_KEPT if _FLAG_BASE in text else "", text[:enough])
        text = self._joiners_and_marks(self.selector.sub("", text))
        text = self._with_bases(text)
        text = self.shown.sub(_show, text)
        hidden += max(0, len(text) - enough)
        whole = len(text) <= enough
        text = text[:enough]
        text = balance(text)
        if self.clusters.search(text):
            capped = _cap_graphemes(text)
            if capped is not text or not whole:
                # The cut of a grapheme can leave a neighbour without its reason to stay.
                text = balance(self._joiners_and_marks(self.selector.sub("", capped)))
        return text, hidden

    def _joiners_and_marks(self, text: str) -> str:
        if "\u200c" not in text and "\u200d" not in text:
            return self._fewer_marks(text)
        joiner = self.joiner if _RARE_SCRIPTS.search(text) else self.joiner_common
        text = joiner.sub("", text)
        fewer = self._fewer_marks(text)
        # A joiner after a mark that was one too many has lost what it joined.
        return fewer if len(fewer) == len(text) else joiner.sub("", fewer)

    def _fewer_marks(self, text: str) -> str:
        if not _RARE_SCRIPTS.search(text):
            return self.marks.sub("", text)
        too_many = [found.span() for found in self.marks.finditer(self._with_common_marks(text))]
        return _without(text, too_many) if too_many else text

    def _with_bases(self, text: str) -> str:
        """A dotted circle before each mark that stands on nothing."""
        places = [found.start() for found in self.baseless.finditer(self._with_common_marks(text))]
        if not places:
            return text
        return "\N{DOTTED CIRCLE}".join([text[a:b] for a, b in pairwise([0, *places, len(text)])])

    def _with_common_marks(self, text: str) -> str:
        """Of the same length, a common mark in place of each rare one: classes of a hundred ranges beyond the first
        plane, which every other character is held against, are slow."""
        if not _RARE_SCRIPTS.search(text):
            return text
        chars = set(text)
        rare = [char for char in chars if char > "\uffff" and self.rare_mark.match(char)]
        if len(rare) > _FEW:
            return text.translate({**{ord(char): ord(char) for char in chars}, **{ord(char): _A_MARK for char in rare}})
        for char in rare:
            text = text.replace(char, chr(_A_MARK))
        return text


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
    in_a_word = f"(?<=[{joining}][{_JOINERS}])(?=[{joining}])"
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
        joiner=re.compile(f"[{_JOINERS}](?!{in_a_word}(?![{mark}])|{between_pictures})"),
        joiner_common=re.compile(f"[{_JOINERS}](?!{in_a_word}(?![{common_mark}])|{between_pictures})"),
        # What these two seek is a class at their begin, which is found fast.
        marks=re.compile(f"[{common_mark}](?<=[{common_mark}]{{5}})[{common_mark}]*"),
        baseless=re.compile(f"[{common_mark}](?<![^\n\u2066-\u2069{direction}].)"),
        rare_mark=re.compile(f"[{mark}]"),
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


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    edges = [0, *chain.from_iterable(spans), len(text)]
    return "".join([text[start:stop] for start, stop in zip(edges[::2], edges[1::2], strict=True)])


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

    # No grapheme goes over a line's end. One more than fits is looked at, as only its end tells where it began.
    line = text.rfind("\n", 0, limit) + 1
    graphemes = list(iter_graphemes(text[line : limit + MAX_GRAPHEME + 1]))
    length = line + sum(map(len, graphemes))
    while length > limit:
        length -= len(graphemes.pop())
    last = text[line:length].rstrip(_JOINERS)
    return text[:line] + (balance(last) if ISOLATES.search(last) else last)
