"""A shop whose first case is the conversation of the look's sketch: WhatsApp in Hebrew, a mail with quotes, a call."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual.keys import _character_to_key

from agent_tui.backends.base import Outcome, Rejected
from agent_tui.desk_settings import DeskSettings
from agent_tui.domain.events import MessageAdded
from agent_tui.domain.language import Language
from agent_tui.domain.model import (
    Address,
    Attachment,
    Call,
    CaseDetail,
    Conversation,
    Customer,
    Directory,
    Message,
    PastCase,
    Sender,
)
from agent_tui.domain.orders import NewMessage, Order
from agent_tui.domain.queries import (
    CasePage,
    CaseQuery,
    DirectoryPage,
    DirectoryQuery,
    HistoryPage,
    HistoryQuery,
    Page,
    Query,
)
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, Ms
from agent_tui.themes.theme import Depth
from tests.widgets.running import Running, running
from tests.widgets.shop import AVI, NOA, NOW, RUTI, Shop

_T = CustomerText
DANA = "c4471"
TODAY: Ms = NOW // DAY_MS * DAY_MS
PICTURE = "a" * 64
PAPER = "b" * 64


def at(days: int, hour: int, minute: int) -> Ms:
    """An instant `days` before today."""
    return TODAY - days * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS


WA = Conversation("wa", DANA, "whatsapp", "wa-main", _T("054-987-1234"), at(1, 18, 2), last_inbound=at(0, 9, 31))
EM = Conversation(
    "em", DANA, "email", "main", _T("dana@example.co.il"), at(7, 14, 2), _T("Refund for 88102"), at(7, 14, 2), 2
)
PH = Conversation("ph", DANA, "phone", "ph-main", _T("054-987-1234"), at(77, 11, 14), last_inbound=at(77, 11, 14))
CALL = Call("k1", DANA, "ph", "written-up", at(77, 11, 13), _T("054-987-1234"), "billing", agent="rami",
            answered=at(77, 11, 14), ended=at(77, 11, 20) + 12_000, outcome="solved")  # fmt: skip


def messages() -> list[Message]:
    """What was said, oldest first."""
    dana, mail = _T("Dana Levi"), _T("Dana Levi <dana@example.co.il>")
    return [
        Message("n0", DANA, "ph", "phone", "note", at(77, 11, 20), _T("New flat: 4 HaNevi'im St, Haifa."),
                author="rami"),
        Message("m1", DANA, "em", "email", "in", at(7, 14, 2), _T("The lamp came broken, see photo."), sender=mail,
                subject=_T("Refund for 88102"), to=(_T("help@nofar.example"),), cc=(_T("avi@home.example"),),
                folded=_T("-- \nDana Levi\n> On Monday you wrote:\n> your lamp is on its way"),
                attachments=(Attachment(_T("lamp.jpg"), "image/png", 240_100, PICTURE, "image/jpeg"),
                             Attachment(_T("bill.pdf"), "application/pdf", 18_000_000, PAPER))),
        Message("m2", DANA, "em", "email", "out", at(7, 16, 40), _T("We return 120 by Thursday."), "delivered", "rami",
                folded=_T("> The lamp came broken"), subject=_T("Re: Refund for 88102")),
        Message("m3", DANA, "wa", "whatsapp", "in", at(1, 18, 2), _T("ההזמנה לא הגיעה."), sender=dana),
        Message("m4", DANA, "wa", "whatsapp", "out", at(1, 18, 5), _T("אני בודקת מול חברת המשלוחים."), "read", "noa"),
        Message("n1", DANA, "", "", "note", at(1, 18, 6), _T("Courier: the parcel is in Haifa."), author="avi"),
        Message("m5", DANA, "wa", "whatsapp", "in", at(0, 9, 8), _T("יש חדש?"), sender=dana),
        Message("m6", DANA, "wa", "whatsapp", "in", at(0, 9, 31), _T("אין לי מספר מעקב, וזה כבר שבוע שלישי."),
                sender=dana),
    ]  # fmt: skip


def picture() -> bytes:
    """A small picture: a lamp, more or less."""
    from PIL import Image

    image = Image.new("RGB", (64, 48), (30, 40, 60))
    for y in range(48):
        for x in range(64):
            if (x - 32) ** 2 + (y - 18) ** 2 < 150:
                image.putpixel((x, y), (240, 210, 120))
            elif 30 <= x <= 34 and y >= 28:
                image.putpixel((x, y), (150, 150, 150))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@asynccontextmanager
async def talking(
    shop: TalkShop | None = None,
    size: tuple[int, int] = (120, 40),
    theme: str = "dark",
    depth: Depth = "truecolor",
    settings: DeskSettings | None = None,
    language: Language | None = None,
    keymap: str = "",
) -> AsyncIterator[Running]:
    """A desk on a `TalkShop` with Dana's case open and the focus in its timeline."""
    async with running(shop or TalkShop(), size, theme, depth, settings, language, keymap=keymap) as desk:
        await desk.press("enter")
        yield desk
        desk.app.desk_screen.case.composer.writing.save()  # the workbench stops before the screen does here


async def type_text(desk: Running, text: str) -> None:
    """Type letter by letter."""
    await desk.pilot.press(*(_character_to_key(letter) for letter in text))
    await desk.rest()


def case_column(desk: Running) -> list[str]:
    """The middle column of a screen 120 wide."""
    return [line[39:89].rstrip() for line in desk.screen[2:-3]]


class TalkShop(Shop):
    """Dana's case in full; the others as the plain shop has them. `page`: messages a page of a timeline has.
    `refuses`: why replies are refused, "" when they are taken. `wants_consent`: new messages only where they agreed."""

    def __init__(self, said: list[Message] | None = None, page: int = 100) -> None:
        super().__init__()
        self.rows[DANA] = replace(
            self.rows[DANA], brand="Nofar Home", labels=("vip",), channels=("whatsapp", "email"), channel="whatsapp"
        )
        self.said = said if said is not None else messages()
        self.calls: tuple[Call, ...] = (CALL,)
        self.talks: tuple[Conversation, ...] = (PH, EM, WA)
        self.past: tuple[PastCase, ...] = (
            PastCase("h1", 4102, "email", _T("refund"), at(7, 16, 40), 4, "done"),
            PastCase("h2", 3977, "phone", _T("address"), at(77, 11, 20), 2, "done"),
            PastCase("h3", 2544, "whatsapp", _T("delivery"), at(500, 9, 0), 9, "done"),
        )
        self.page = page
        self.refuses = ""
        self.wants_consent = False
        self.files = {PICTURE: picture(), PAPER: b"%PDF-1.4 no more"}
        self.customer = Customer(
            self.rows[DANA].customer,
            self.rows[DANA].name,
            (
                Address("wa", _T("054-987-1234")),
                Address("tel", _T("054-987-1234")),
                Address("mailto", _T("dana@example.co.il")),
                Address("mailto", _T("d.levi@example.com")),
            ),
            at(1500, 8, 0),
            "he",
        )

    def says(self, message: Message, conversation: Conversation | None = None) -> None:
        """Something is said in Dana's case now."""
        from agent_tui.domain.events import Event

        self.said.append(message)
        self.seq += 1
        row = replace(self.rows[DANA], version=self.seq, preview=message.body)
        self.rows[DANA] = row
        body = MessageAdded(message, conversation)
        self.happens(Event(self.seq, self.seq - 1, message.at, message.at, body, DANA, message.author, row))

    async def query(self, query: Query) -> Page:
        if isinstance(query, CaseQuery) and query.case == DANA:
            return CasePage(self._talk(query), self.seq)
        if isinstance(query, HistoryQuery) and query.customer == self.customer.id:
            first = next((n for n, one in enumerate(self.past, 1) if one.id == query.before), 0)
            past = self.past[first : first + query.limit]
            return HistoryPage(self.customer, past, first + len(past) < len(self.past), self.seq)
        if isinstance(query, DirectoryQuery):
            return DirectoryPage(
                Directory(
                    (NOA, AVI, RUTI, replace(AVI, id="rami", name="Rami")),
                    ("billing", "night"),
                    ("refund", "damaged", "vip"),
                    (
                        Sender("main", "email", "Nofar Home", "help@nofar.example", "Nofar Home", "Noa, Nofar Home"),
                        Sender("wa-main", "whatsapp", "Nofar Home", "Nofar Home"),
                    ),
                    (
                        Canned("late-parcel", "Hello {{ name }}, parcel {{ number }} is on its way."),
                        Canned("refund", "We return {{ amount }} by {{ day }}."),
                        Canned("thanks", "Thank you for waiting!"),
                    ),
                ),
                self.seq,
            )
        return await super().query(query)

    async def order(self, command_id: str, order: Order, fence: int = 0) -> Outcome:
        if self.wants_consent and isinstance(order, NewMessage) and not order.consent:
            return Rejected(command_id, "no-consent", "Ask whether they agree to be written to on mail.")
        outcome = await super().order(command_id, order, fence)
        return Rejected(command_id, "no", self.refuses) if self.refuses and order.name == "reply" else outcome

    async def download(self, blob: str, target: Path) -> None:
        target.write_bytes(self.files[blob])  # noqa: ASYNC240  # a few bytes

    def _talk(self, query: CaseQuery) -> CaseDetail:
        said = self.said
        if query.before:
            said = said[: next(place for place, message in enumerate(said) if message.id == query.before)]
        page = said[-self.page :]
        more = len(said) > len(page)
        return CaseDetail(self.rows[DANA], self.customer, self.talks, tuple(page), self.calls, more)
