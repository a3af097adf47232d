"""Which addresses stay on this machine, and that nothing leaves it unencrypted by accident."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

from agent_tui.config.problems import Wrong

PLAIN_EXPECTED = "TLS, or plain_allowed = true if the line is protected otherwise"


def is_loopback(host: str) -> bool:
    """Whether `host` can only be this machine: `localhost`, 127.0.0.0/8 (RFC 1122), ::1 (RFC 4291)."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def split_url(url: str, schemes: tuple[str, ...]) -> SplitResult:
    """The parts of an address. Raises Wrong when it is none, of another scheme, or carries a login."""
    expected = " or ".join(f"{scheme}://HOST" for scheme in schemes)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Wrong("not an address", expected) from None
    if parts.scheme not in schemes or not parts.hostname or port == 0:
        raise Wrong("not an address", expected)
    if parts.username or parts.password or "@" in parts.netloc:
        raise Wrong("holds a login", f"{expected} alone; tokens and passwords do not belong into an address")
    if any(char.isspace() or not char.isprintable() for char in url):
        raise Wrong("not an address", f"{expected} without spaces")
    return parts


def check_line(url: str, plain_allowed: bool) -> None:
    """Raises Wrong where a token would leave this machine unencrypted."""
    parts = urlsplit(url)
    if parts.scheme in ("ws", "http") and not plain_allowed and not is_loopback(parts.hostname or ""):
        raise Wrong("would send the token unencrypted", PLAIN_EXPECTED, ("url",))
