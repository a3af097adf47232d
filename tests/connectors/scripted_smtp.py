"""A tiny SMTP server that answers as a script says, to see every outcome of a send."""

from __future__ import annotations

import asyncio
import ssl
from types import TracebackType
from typing import Self

OK = {
    "EHLO": "250 hello",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    ".": "250 queued",
    "QUIT": "221 bye",
}
DROP = "drop"
"""As an answer: reset the connection instead."""
SILENCE = "silence"
"""As an answer: never answer."""


class ScriptedSmtp:
    """`answers`: command -> answer, `RCPT x@y` for one recipient; what is not named is answered well.
    With `tls` it speaks TLS from the start, or after STARTTLS when that is answered."""

    def __init__(
        self, answers: dict[str, str] | None = None, greeting: str = "220 ready", tls: ssl.SSLContext | None = None
    ) -> None:
        self.answers = {**OK, **(answers or {})}
        self.greeting = greeting
        self.tls = tls
        self.port = 0
        self.mails: list[bytes] = []
        self.commands: list[str] = []
        self._server: asyncio.Server | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, limit=1 << 24, ssl=None if "STARTTLS" in self.answers else self.tls
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.append(task)
        try:
            if not await self._answer(writer, self.greeting):
                return
            while line := (await reader.readline()).decode("utf-8", "replace").strip():
                self.commands.append(line)
                verb = line.split(" ")[0].split(":")[0].upper()
                answer = self.answers.get(verb, "500 what")
                for key, special in self.answers.items():
                    if key.startswith("RCPT ") and verb == "RCPT" and key[5:] in line:
                        answer = special
                if not await self._answer(writer, answer):
                    return
                if verb == "STARTTLS" and answer.startswith("220") and self.tls is not None:
                    await writer.start_tls(self.tls)
                if verb == "DATA" and answer.startswith("354"):
                    self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
                    if not await self._answer(writer, self.answers["."]):
                        return
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # a cancelled handler is logged as an error by asyncio 3.11
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, answer: str) -> bool:
        if answer == DROP:
            writer.transport.abort()
            return False
        if answer == SILENCE:
            await asyncio.sleep(30)
            return False
        writer.write(answer.encode() + b"\r\n")
        await writer.drain()
        return True
