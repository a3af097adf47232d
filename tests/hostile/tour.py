"""What an agent does with every case: look at it from all sides, so that each of its texts comes to the screen."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.end_to_end.hub_run import until
from tests.hostile.sequences import written
from tests.hostile.stage import AGENT, NAMED, FilledHub, Recorded

CALM = 0.06
"""Seconds without a byte and without work after which a desk is taken to have drawn."""
TICK_NS = 2_000_000
"""What a desk that does nothing may run in that time."""
ESC = "\x1b[27u"
REDRAW = "\x0c"
HOME, END, PAGE_UP, PAGE_DOWN, DOWN, UP = "\x1b[H", "\x1b[F", "\x1b[5~", "\x1b[6~", "\x1b[B", "\x1b[A"
SCROLLED_BACK = b"\x1bM"
"""What a terminal is told when lines move down. A run of the harmless texts that never says it is no measure."""
MOST_ROUNDS = 4
CLIP = b"\x1b]52;"
FOUND = re.compile(r"FOUND +([1-9][0-9]*)")
NOTICE = b"\x1b]9;"


@dataclass
class Tour:
    """`opened`: how many of the cases are opened, and how many texts are pasted and ring. `notices`: how many
    notifications to wait for (there is at most one in two seconds). `numbers`: the case numbers that were copied;
    `saved`: how many files were saved; `hits`: how many each search found; `scripts`: how many
    cases showed what a guided script found out."""

    hub: FilledHub
    desk: Recorded
    texts: Sequence[str]
    opened: int
    notices: int
    numbers: set[str] = field(default_factory=set)
    saved: int = 0
    hits: dict[str, int] = field(default_factory=dict)
    scripts: int = 0

    async def all(self) -> None:
        """Rows, cases, choices, typed text, what is found, rings, notifications, and out by the front door."""
        await self.desk.shows("Noa")
        await self._see("NEEDS ME")
        await self._rows()
        await self._cases()
        await self._choices()
        await self._shift()
        await self._incidents()
        await self._typed()
        await self._found()
        await self._rings()
        await self._notices()
        await self._see("hub ●")
        await self._leave()

    async def _leave(self) -> None:
        """Out by the front door; drafts that the pasting left are asked about first."""
        child = self.desk.child
        assert child is not None
        for _ in range(4):
            await self._press(ESC)
        await self.desk.press("Q")
        await until(lambda: child.returncode is not None or "you have" in self.desk.text, what="it leaves or asks")
        if child.returncode is None:
            for _ in range(len(self.texts) // 10 + 2):
                await self._press(PAGE_DOWN)
            await self.desk.press("log out\r")
        assert await self.desk.ended() == 0

    # -- at the keyboard

    async def _press(self, keys: str) -> None:
        await self.desk.press(keys)
        await self._calm()

    async def _calm(self) -> None:
        assert self.desk.child is not None
        seen, since, before = len(self.desk.bytes), time.monotonic(), self.desk.working()[1]
        while time.monotonic() - since < CALM and self.desk.child.returncode is None:
            await asyncio.sleep(CALM / 3)
            busy, ran = self.desk.working()
            if busy or ran - before > TICK_NS or len(self.desk.bytes) != seen:
                seen, since, before = len(self.desk.bytes), time.monotonic(), ran

    async def _see(self, words: str) -> None:
        await self.desk.shows(words)
        await self._calm()

    async def _copies(self, keys: str) -> str:
        """Press until something is in the clipboard: the messages may be on their way still."""
        before = self.desk.bytes.count(CLIP)
        end = time.monotonic() + 20
        while self.desk.bytes.count(CLIP) == before:
            assert time.monotonic() < end, f"{keys!r} copies nothing:\n{self.desk.text}"
            await self._press(keys)
        return written(bytes(self.desk.bytes[self.desk.bytes.rindex(CLIP) :])).clipboard()[0]

    # -- the way round

    async def _rows(self) -> None:
        """Through the inbox by pages, one line and two lines a row."""
        for view in "371":
            await self._press(view)
            for _ in range(len(self.texts) // 10 + 2):
                await self._press(PAGE_DOWN)
            await self._press(ESC)
            await self._press(ESC)  # at the end a page on opens a case

    async def _cases(self) -> None:
        """Every case opened, unfolded, explained, copied, with its card and its files."""
        await self._press(HOME)
        for place in range(self.opened):
            await self._press("\r")
            self.numbers.add(await self._copies("Y"))
            await self._copies("y")
            await self._press(HOME + "F")
            await self._asks_why("e")
            if place % 4 == 0:
                await self._offered()
            await self._press("gC")
            await self._see("may be written to on:")
            await self._press(ESC)
            self.scripts += "COLLECTED" in self.desk.text  # the case has come by now: later questions were answered
            await self._asks_why("gy")
            await self._copies("y")
            await self._press(PAGE_UP)
            await self._press("f")
            await self._press(ESC)
            await self._press("i" + DOWN + ESC)
            await self._press("h" + HOME + "F" + DOWN)
            await self._press("h")
            await self._press(":erase-customer\r")
            await self._see("to erase them for good type")
            await self._press(ESC)
            if place % 20 == 0 and len(self.texts[place]) < 10_000:
                await self._save()
            if place > self.opened - 3:
                for key in (PAGE_UP, UP, UP, DOWN, END):  # what a terminal is told to scroll by itself
                    await self._press(key)
            await self._press(END + ESC)
            await self._press(DOWN)
        for _ in range(MOST_ROUNDS):
            for key in (HOME, *[DOWN] * 24, *[UP] * 24, END, *[UP] * 24):
                await self._press(key)
            if SCROLLED_BACK in self.desk.bytes:
                break
            await self._press("3")  # nothing beside the rows: then they are moved, not drawn again
            await self._press(ESC)

    async def _offered(self) -> None:
        """What is offered with every case alike: reasons, queues, channels with addresses, who is called what."""
        await self._press(":excuse\r")
        await self._see("Enter choose")
        await self._press(DOWN * 6 + ESC)
        await self._press("U")
        await self._see("take the next one:")  # they come from the hub
        await self._press(ESC)
        await self._press("t")
        await self._see("transfer to:")
        await self._press(DOWN * 2 + ESC)

    async def _asks_why(self, keys: str) -> None:
        """The answer stands on the status line; where it is longer it is a page, to be left again."""
        before = self._status()
        await self._press(keys)
        await until(lambda: "choose:" in self.desk.text or self._status() not in ("", before), what="an answer")
        if "choose:" in self.desk.text:
            await self._press(DOWN * 6 + ESC)

    def _status(self) -> str:
        lines = self.desk.text.rstrip().split("\n")
        return lines[-2].strip() if len(lines) > 1 else ""

    async def _save(self) -> None:
        """The first file of the case into the folder that is offered; it claims to be something else."""
        await self._press(HOME + "f")
        await self._see("open:")
        await self._press("\r")
        await until(lambda: "all the same" in self.desk.text or "into a folder" in self.desk.text, what="what to do")
        if "all the same" in self.desk.text:
            await self._press("\r")
        await self._see("into a folder here")  # it is no picture after all
        await self._press("save\r")
        await self._see("save into")
        await self._press("\r")
        await self._see("saved: ")
        self.saved += 1

    async def _choices(self) -> None:
        """What offers names: labels, people, canned replies, ways to write, files to send, every command."""
        for keys in ("l", "A", "R", "?", "\x10", "b"):
            await self._press(keys)
            for _ in range(8):
                await self._press(DOWN * 6)
            await self._press(ESC)

    async def _shift(self) -> None:
        """What was handed over, announced and promised; all that could be handed on; and how the queues do."""
        for keys, words in (("go", "your shift"), ("ge", "hand over:")):
            await self._press(keys)
            await self._see(words)
            for _ in range(len(self.texts) // 4 + 4):
                await self._press(PAGE_DOWN)
            await self._press(ESC)
        await self._press("gb")
        await self._see("BOTTLENECK")
        await self._press(ESC)

    async def _incidents(self) -> None:
        """What incidents are called, and what was said of every fourth: all titles stand in each list."""
        for place in range(0, NAMED, 4):
            await self._press(HOME + "gz")
            await self._see("Still open")
            await self._press(DOWN * place + "\r")
            await self._see("choose:")
            await self._press(ESC)

    async def _typed(self) -> None:
        """Every text pasted into the search and into a reply, as far as a terminal lets it be pasted."""
        await self._press(HOME)
        for text in self.texts[: self.opened]:
            pasted = "".join(char for char in _typable(text) if char >= " " and not "\x7f" <= char <= "\x9f")
            await self._press(f"/\x1b[200~{pasted}\x1b[201~")
            await self._press("\r")
            await self._press(f"/\x15{ESC}")
        await self._press(ESC + HOME + "\r\r")
        for text in self.texts[: self.opened]:
            await self._press(f"\x1b[200~{_typable(text)}\x1b[201~")
            await self._press("\x15" * 12)
        await self._replies()
        await self._asked()
        await self._press(ESC + ESC)

    async def _replies(self) -> None:
        """Every canned reply with how it would read, and what one asks for."""
        await self._press("\x1bOQ")
        for _ in range(NAMED):
            await self._press(DOWN)
        for keys in ("\t", "\r", ESC, "\x15" * 12):
            await self._press(keys)

    async def _asked(self) -> None:
        """What is written here is this desk's; agents of all these names would like to have it."""
        await self._write()
        for _ in range(6):  # a colleague may have the first one, and more
            if await self._taken():
                break
            await self._press("\x15" + ESC + ESC + DOWN + "\r\r")
            await self._write()
        assert self.hub.held_by(AGENT.id), self.desk.text
        for place, text in enumerate(self.texts[: min(self.opened, NAMED)]):
            await self.hub.asks(place, text, self.hub.held_by(AGENT.id))
            await self._see("asks for")
        await self._press("\x15" * 2)

    async def _write(self) -> None:
        """A letter into the composer, wherever the keys went before."""
        for _ in range(4):
            if "Esc out" in self.desk.text:
                break
            await self._press("\r")
        await self._press("x")

    async def _taken(self) -> bool:
        """Whether the case in the composer is this desk's within two seconds."""
        try:
            await until(lambda: self.hub.held_by(AGENT.id) != "", 2)
        except AssertionError:
            return False
        return True

    async def _found(self) -> None:
        """Every message and every customer as a hit, and some opened from there."""
        await self._press(ESC + HOME)
        await self._hits_of("has:file")
        for words in ("is:note", "is:out", "is:in", "example.com"):
            self.hits[words] = await self._hits_of(words)
        for place in range(0, self.opened, 4):
            await self._hits_of(f"from:v{place}@example.com")

    async def _hits_of(self, words: str) -> int:
        """How many there are, after all of them were in sight; one is opened."""
        await self._press(f"/{words}\r")
        await until(lambda: FOUND.search(self.desk.text) is not None, what=f"hits for {words}")
        await self._calm()
        for _ in range(4):  # each end brings more of them
            await self._press(END)
        found = FOUND.search(self.desk.text)
        assert found is not None, self.desk.text
        for _ in range(int(found[1]) // 8 + 2):
            await self._press(PAGE_UP)
        await self._press("\r" + ESC)
        await self._press(f"/\x15{ESC}")
        await until(lambda: "FOUND" not in self.desk.text, what="the search is over")
        return int(found[1])

    async def _rings(self) -> None:
        for place, text in enumerate(self.texts[: self.opened]):
            await self.hub.ring(place, text, over=False)
            await self._see("RINGING")
            await self._press(REDRAW)
            await self.hub.ring(place, text, over=True)
            await until(lambda: "RINGING" not in self.desk.text, what="the ring is over")

    async def _notices(self) -> None:
        for _ in range(4):  # what the agent looks at calls nobody
            await self._press(ESC)
        for place in range(0, self.opened, max(1, self.opened // self.notices)):
            before, number = self.desk.bytes.count(NOTICE), 0
            while self.desk.bytes.count(NOTICE) == before:
                number += 1
                assert number < 80, f"no notification:\n{self.desk.text}"
                await self.hub.more(place, number, self.texts[place])
                await asyncio.sleep(0.1)


def _typable(text: str) -> str:
    """What a terminal would paste of it: no half characters, no ESC."""
    return text[:400].encode(errors="replace").decode().replace("\x1b", "")
