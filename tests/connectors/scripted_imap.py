"""A tiny IMAP server that logs in as a script says, holds one folder of sent mail, and writes down what it is told."""

from __future__ import annotations

import asyncio
import re

from tests.connectors.scripted_lines import ScriptedLines, lines_of


class ScriptedImap(ScriptedLines):
    """`capabilities` as in its answer. `token`: what XOAUTH2 must bring, else it asks `challenge` and refuses.
    `folders`: the answer to LIST. `append`: the completion of APPEND, "drop" to cut the line after the mail was taken.
    What it has filed is in `filed`, and SEARCH finds it by its Message-ID."""

    def __init__(self, capabilities: str = "IMAP4rev1 AUTH=XOAUTH2 SASL-IR", token: str = "good") -> None:
        super().__init__()
        self.capabilities = capabilities
        self.token = token
        self.challenge = ""
        self.folders = (
            '* LIST (\\HasNoChildren) "/" INBOX\r\n* LIST (\\HasNoChildren \\Sent) "/" "Sent \\"Items\\""\r\n'
        )
        self.append = "OK filed"
        self.lines: list[str] = []
        self.filed: list[tuple[str, bytes]] = []
        self.logins = 0

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK hello\r\n")
        async for line in lines_of(reader):
            self.lines.append(line)
            tag, _, said = line.partition(" ")
            answer = await self._answer(said, reader, writer)
            if answer == "drop":
                writer.transport.abort()
                return
            writer.write(f"{tag} {answer}\r\n".encode())

    async def _answer(self, said: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        if said == "CAPABILITY":
            writer.write(f"* CAPABILITY {self.capabilities}\r\n".encode())
        elif said.startswith("AUTHENTICATE XOAUTH2"):
            return await self._login(said.partition("XOAUTH2")[2].strip(), reader, writer)
        elif said.startswith("LIST"):
            writer.write(self.folders.encode())
        elif "SEARCH" in said:
            wanted = said.rpartition("HEADER Message-ID ")[2].strip('"').encode()
            found = [str(n) for n, (_, mail) in enumerate(self.filed, 1) if wanted and wanted in mail]
            writer.write(f"* SEARCH {' '.join(found)}\r\n".encode())
        elif appending := re.fullmatch(r"APPEND (.+) \(\\Seen\) \{(\d+)\}", said):
            writer.write(b"+ go on\r\n")
            mail = await reader.readexactly(int(appending[2]) + 2)
            if not self.append.startswith("NO"):
                self.filed.append((appending[1], mail[:-2]))
            return self.append
        return "OK done"

    async def _login(self, words: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        self.logins += 1
        if not words:
            writer.write(b"+ \r\n")
            words = (await reader.readline()).decode().strip()
            self.lines.append(words)
        if words == self.token:
            return "OK welcome"
        writer.write(f"+ {self.challenge}\r\n".encode())
        self.lines.append((await reader.readline()).decode().strip())
        return "NO refused"
