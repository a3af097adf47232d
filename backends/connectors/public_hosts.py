"""Where this hub connects outward by an address in its configuration: one machine, that no name of somebody else's can
turn into one of ours.

An address of this machine or of a private network is used only where it stands in the URL itself. A name must lead to
public ones alone, and the connection goes to the address that was looked at, so that a name server which answers
otherwise the second time (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

LookUp = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to its addresses. Raises OSError."""


async def look_up(host: str, port: int) -> list[str]:
    """By this machine's resolver. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(where[0]) for *_, where in found]


class PrivateAddress(Exception):
    """A name leads to an address that is not public."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """A URL whose host is the address that was looked at, with what a request needs so that the server at the other end
    is still asked by its name."""

    url: httpx.URL
    headers: Mapping[str, str] = field(default_factory=dict)
    extensions: dict[str, Any] = field(default_factory=dict)


async def pinned(url: httpx.URL, look_up: LookUp) -> Pinned:
    """Where a request for `url` goes. Raises PrivateAddress and OSError."""
    host = url.host
    if _written_by_hand(host):
        return Pinned(url)
    port = url.port or (443 if url.scheme == "https" else 80)
    address = _public(host, await look_up(host, port))
    return Pinned(url.copy_with(host=address), {"host": url.netloc.decode("ascii")}, {"sni_hostname": host})


def _written_by_hand(host: str) -> bool:
    """Whether the URL itself says which machine it is."""
    if host == "localhost":
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _public(host: str, addresses: Sequence[str]) -> str:
    """The first address, all being public. Raises PrivateAddress and OSError."""
    for address in addresses:
        if not _is_public(address):
            raise PrivateAddress(f"{host} leads to {address}, which is no public address: write it into the URL itself")
    if not addresses:
        raise OSError(f"{host} has no address")
    return addresses[0]


def _is_public(address: str) -> bool:
    """Also of the IPv4 address that an IPv6 one stands for: 6to4 (RFC 3056), NAT64 (RFC 6052)."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if not isinstance(found, ipaddress.IPv6Address):
        return found.is_global
    inner = found.sixtofour
    if found in _NAT64:
        inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.is_global and (inner is None or inner.is_global)
