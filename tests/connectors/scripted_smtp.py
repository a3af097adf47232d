"""A tiny SMTP server that answers as a script says, to see every outcome of a send."""

from __future__ import annotations

import asyncio
import ssl

from tests.connectors.scripted_lines import ScriptedLines, lines_of

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


class ScriptedSmtp(ScriptedLines):
    """`answers`: command -> answer, `RCPT x@y` for one recipient; what is not named is answered well.
    With `tls` it speaks TLS from the start, or after STARTTLS when that is answered."""

    def __init__(
        self, answers: dict[str, str] | None = None, greeting: str = "220 ready", tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__()
        self.answers = {**OK, **(answers or {})}
        self.greeting = greeting
        self.tls = tls
        self.mails: list[bytes] = []
        self.commands: list[str] = []

    def _tls_at_once(self) -> ssl.SSLContext | None:
        return None if "STARTTLS" in self.answers else self.tls

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._answer(writer, self.greeting):
            return
        async for line in lines_of(reader):
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
