"""Safe names made of customer text: file names for attachments, hosts and targets for links."""

import re
import unicodedata
from typing import Final

from agent_tui.domain.text_clean import clean_line
from agent_tui.domain.text_isolates import ISOLATES
from agent_tui.domain.text_safe import SafeText, seal

MAX_NAME_BYTES: Final = 120
MAX_TARGET: Final = 2_000
_MAX_SUFFIX_BYTES: Final = 16
_MAX_HOST: Final = 253  # RFC 1035, 2.3.4
_MOST_READ: Final = 4_096  # of a longer name, its end
_NO_NAME: Final = "file"

_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f]+")
# What a shell, Windows or a path reads as more than a letter.
_SPECIAL: Final = re.compile(r'[<>:"|?*;$`&!\\/\u2215\u2044\uff0f\uff3c]')
_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])\s*(\.|$)")
_EDGE_FRONT: Final = " .-~\xa0"
_EDGE_BACK: Final = " .\xa0"

_WEB: Final = re.compile(r"(?i)(https?)://(?:([^/?#]*)@)?([^/?#@]*)([/?#].*)?", re.DOTALL)
_HOST_AND_PORT: Final = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[^:\[\]]+)(?::([0-9]{0,5}))?")
_PLAIN_HOST: Final = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_MAIL: Final = re.compile(r"(?i)mailto:([A-Za-z0-9.!#$%'*+/=^_`{|}~-]{1,64})@([^?@]+)(\?.*)?")
_PHONE: Final = re.compile(r"(?i)tel:(\+?[0-9()./*#-]{2,32})(;[^\s]*)?")
_SAFE: Final = "!#$%&'()*+,-./:;=?@[]_~"
_BLANK: Final = re.compile(r"[\s\x00-\x20\x7f-\xa0\\]")


def safe_filename(raw: str) -> SafeText:
    """A name for a new file in a folder of ours, from what a customer called it.

    The last part of the path only, NFC, without controls, direction marks or what shells and other systems read as
    more than a letter; no leading "." or "-", no trailing "." or space; at most 120 bytes of UTF-8, the suffix kept;
    never empty, never a device name of Windows. Not unique: the caller looks for a free name.
    """
    name = re.split(r"[/\\]", raw[-_MOST_READ:].rstrip("/\\"))[-1]
    name = _CONTROLS.sub("_", re.sub("[\r\n\t]+", " ", name))
    name = ISOLATES.sub("", clean_line(unicodedata.normalize("NFC", name), max_chars=_MOST_READ))
    name = _SPECIAL.sub("_", name)
    name = _trim(unicodedata.normalize("NFC", name))
    name = _trim(_shorten(name)) or _NO_NAME
    if _RESERVED.match(name):
        name = _trim(_shorten("_" + name))
    # Trimming can bare a mark or a joiner; cleaning gives it a base again or drops it.
    return seal(_shorten(clean_line(name)))


def safe_link_host(url: str) -> SafeText | None:
    """Where a link leads, for the eye: the host of http and https, the address of mailto, the number of tel.

    ASCII only, in punycode where needed (UTS #46 without transitional mapping). None for any other scheme and for
    anything malformed or disguised: show such text as text and never open it.
    """
    parts = _parse(url)
    return parts and seal(parts[0])


def safe_link_target(url: str) -> SafeText | None:
    """The link itself, percent-encoded to printable ASCII, at most 2,000 characters; None as for the host."""
    parts = _parse(url)
    return seal(parts[1]) if parts and len(parts[1]) <= MAX_TARGET else None


def _trim(name: str) -> str:
    return name.lstrip(_EDGE_FRONT).rstrip(_EDGE_BACK)


def _shorten(name: str) -> str:
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    from wcwidth import iter_graphemes

    stem, dot, suffix = name.rpartition(".")
    if not stem or len((dot + suffix).encode()) > _MAX_SUFFIX_BYTES:
        stem, dot, suffix = name, "", ""
    room = MAX_NAME_BYTES - len((dot + suffix).encode())
    kept: list[str] = []
    for grapheme in iter_graphemes(stem):
        room -= len(grapheme.encode())
        if room < 0:
            break
        kept.append(grapheme)
    return "".join(kept).rstrip("\u200c\u200d" + _EDGE_BACK) + dot + suffix


def _parse(url: str) -> tuple[str, str] | None:
    """What to show and where to go, or None."""
    url = url.strip(" ")
    # Browsers skip line breaks and tabs and read a backslash as a slash; no honest link needs either.
    if _BLANK.search(url):
        return None
    if match := _WEB.fullmatch(url):
        scheme, _user, authority, rest = match.groups()
        split = _HOST_AND_PORT.fullmatch(unicodedata.normalize("NFKC", authority))
        host = split and _ascii_host(split.group(1))
        if not split or not host:
            return None
        # A name and password before the host only ever disguise it, so they are left out.
        port = f":{split.group(2)}" if split.group(2) else ""
        return host, f"{scheme.lower()}://{host}{port}{_encoded(rest or '/')}"
    if match := _MAIL.fullmatch(url):
        local, domain, query = match.groups()
        host = _ascii_host(unicodedata.normalize("NFKC", domain))
        if not host:
            return None
        return f"{local}@{host}", f"mailto:{_encoded(local)}@{host}{_encoded(query or '')}"
    if match := _PHONE.fullmatch(url):
        return match.group(1), f"tel:{match.group(1)}"
    return None


def _ascii_host(host: str) -> str | None:
    if len(host) > _MAX_HOST:
        return None
    if host.startswith("["):
        return host.lower()
    labels: list[str] = []
    for label in host.lower().replace("\N{IDEOGRAPHIC FULL STOP}", ".").split("."):
        if label.isascii():
            labels.append(label)
        elif all(char == "-" or unicodedata.category(char)[0] in "LMN" for char in label):
            labels.append("xn--" + label.encode("punycode").decode())
        else:
            return None
    name = ".".join(labels)
    return name if len(name) <= _MAX_HOST and _PLAIN_HOST.fullmatch(name) else None


def _encoded(rest: str) -> str:
    from urllib.parse import quote

    return quote(rest, safe=_SAFE, errors="replace")
