"""Where supervisors are told things by webhook: one address, that no name of somebody else's can turn into one of ours.

An address of this machine or of a private network is posted to only where it stands in the URL itself. A name must lead
to public ones alone, and the connection goes to the address that was looked at, so that a name server which answers
otherwise the second time (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

import httpx

from agent_tui.backends.connectors.base import SendResult
from agent_tui.backends.connectors.webhook import posting
from agent_tui.domain.time import TimeSource

SECONDS = 5.0
LookUp = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to its addresses. Raises OSError."""


async def look_up(host: str, port: int) -> list[str]:
    """By this machine's resolver. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(where[0]) for *_, where in found]


class PrivateAddress(Exception):
    """A name leads to an address that is not public."""


class AlertHook:
    """A hook of [[alert]]. `key`: what its posts are signed with; `seconds`: for all of a try; `transport`: what
    carries them, httpx's own when None."""

    def __init__(
        self,
        url: str,
        key: bytes,
        time: TimeSource,
        look_up: LookUp = look_up,
        *,
        seconds: float = SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = httpx.URL(url)
        self._key = key
        self._time = time
        self._look_up = look_up
        self._seconds = seconds
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def post(self, id: str, content: bytes) -> SendResult:
        if self._client is None:
            self._client = posting.new_client(self._seconds, self._transport)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(self._client, id, content)
        except PrivateAddress as error:
            return SendResult("refused", reason=str(error))
        except TimeoutError:
            return SendResult("later", reason=f"no answer within {self._seconds:g} s")
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            return SendResult("later", reason=f"no answer ({type(error).__name__})")

    async def stop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _post(self, client: httpx.AsyncClient, id: str, content: bytes) -> SendResult:
        now, host = self._time.now(), self._url.host
        if _written_by_hand(host):
            return await posting.post(client, self._url, self._key, id, now, content)
        port = self._url.port or (443 if self._url.scheme == "https" else 80)
        address = _public(host, await self._look_up(host, port))
        return await posting.post(
            client,
            self._url.copy_with(host=address),
            self._key,
            id,
            now,
            content,
            {"host": self._url.netloc.decode("ascii")},
            {"sni_hostname": host},
        )


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
        if not ipaddress.ip_address(address.partition("%")[0]).is_global:
            raise PrivateAddress(f"{host} leads to {address}, which is no public address: write it into the URL itself")
    if not addresses:
        raise OSError(f"{host} has no address")
    return addresses[0]
