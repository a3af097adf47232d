"""HTML of a mail as readable plain text."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import html2text
import nh3

from agent_tui.domain.text import safe_link_host, safe_link_target

HTML_LIMIT = 500_000
"""Characters of one HTML part that are turned into text; more is cut, with a problem."""
NESTING_LIMIT = 200

_DROPPED = {"script", "style", "title", "noscript", "template", "svg", "math", "object"}
_TAGS = {
    "a",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "p",
    "br",
    "hr",
    "div",
    "span",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "tr",
    "td",
    "th",
    "thead",
    "tbody",
    "blockquote",
    "pre",
    "code",
    "center",
    "font",
    "img",
}
_UNCLOSED = {
    "p",
    "br",
    "hr",
    "li",
    "td",
    "th",
    "tr",
    "dt",
    "dd",
    "img",
    "meta",
    "link",
    "input",
    "col",
    "option",
    "area",
    "base",
    "wbr",
    "tbody",
    "thead",
    "body",
    "html",
    "o",
}
"""Elements that need no end tag: they say nothing about nesting."""
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_DATA = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=\s]{100,}")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!>|~-])")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\(<?([^()\s<>]+)>?\)")
_NOT_IN_LINKS = re.compile(r"[\s()<>]")
_NAMES_A_HOST = re.compile(r"(?:https?://)?((?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24})(?:[/:?#].*)?", re.IGNORECASE)
_BLANKS = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")


def html_to_text(html: str) -> tuple[str, str]:
    """Readable text, and what was wrong ("" when nothing was). Links keep their target, quotes become `> ` lines.

    Never raises: markup that no library can read is stripped of its tags.
    """
    problem = ""
    html = _DATA.sub("", html)
    if deep := _too_deep(html):
        html = _without_tags(html)
    if len(html) > HTML_LIMIT:
        problem = f"html: {len(html)} characters, only the first {HTML_LIMIT} were read"
        html = html[:HTML_LIMIT]
    if deep:
        # parsers take quadratic time in the depth, and quotes and lists would indent without bound
        text = html
        problem = f"html: nested more than {NESTING_LIMIT} deep, shown without its tags"
    else:
        try:
            text = _read(html)
        except (ValueError, IndexError, KeyError, AttributeError, AssertionError, RecursionError, TypeError) as error:
            text = _without_tags(html)
            problem = f"html: could not be read ({type(error).__name__}), shown without its tags"
    text = _LINK.sub(_honest, _ESCAPED.sub(r"\1", text))
    lines = [line.rstrip() for line in text.replace("\xa0", " ").split("\n")]
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip("\n"), problem


def _read(html: str) -> str:
    clean = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes={"a": {"href"}, "img": {"alt"}},
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
    return str(_reader().handle(clean))


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Nothing but what is read: nh3 lets a title through by itself, and one behind a link's target would hide the
    target from `_LINK`, as brackets and blanks in it would."""
    if name == "href":
        return _NOT_IN_LINKS.sub(lambda found: quote(found[0]), value.strip())
    return value if name == "alt" else None


def _honest(link: re.Match[str]) -> str:
    """A link with its real target, its host in punycode where it is not ASCII; and said in words where what is read
    names another host than the one it leads to."""
    words, url = link.groups()
    host, target = safe_link_host(url), safe_link_target(url) or url
    if host is None:
        return link[0]
    named = _NAMES_A_HOST.fullmatch(words.strip())
    said = safe_link_host(f"https://{named[1]}") if named and "@" not in words else None
    if said is not None and _bare(said) != _bare(host):
        return f"{words} (! leads to {host}: {target})"
    return link[0] if url.isascii() else f"[{words}]({target})"


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def _without_tags(html: str) -> str:
    return unescape(re.sub(r"<[^<>]{0,2000}>", " ", html))


def _too_deep(html: str) -> bool:
    """More than NESTING_LIMIT elements open at once, end tags matched by count only."""
    depth = 0
    for match in _TAG.finditer(html):
        if match[2].lower() not in _UNCLOSED:
            depth = max(0, depth - 1) if match[1] else depth + 1
            if depth > NESTING_LIMIT:
                return True
    return False


def _reader() -> html2text.HTML2Text:
    reader = html2text.HTML2Text(bodywidth=0)
    reader.ignore_emphasis = True
    reader.ignore_tables = True
    reader.images_to_alt = True
    reader.skip_internal_links = True
    reader.unicode_snob = True
    reader.ul_item_mark = "-"
    return reader
