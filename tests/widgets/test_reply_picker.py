"""The picker of canned replies: how it looks, what it shows of the marked one, and what stands first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.backends.hub.reply_pages import page
from agent_tui.domain.model import Directory
from agent_tui.domain.queries import DirectoryPage, DirectoryQuery, Page, Query, RepliesQuery
from agent_tui.domain.replies.reply import Canned, ReplyField, Variant
from agent_tui.domain.text import trusted
from agent_tui.language.catalogue import Catalogue
from agent_tui.widgets.ask.asking import Offer
from agent_tui.widgets.case.reply_asking import ReplyAsking, Source
from tests.widgets.picture import Picture, picture
from tests.widgets.talk import TalkShop, talking, type_text

__all__ = ["picture"]  # a fixture
LATE = (
    "Hello {{ customer.first_name }}, parcel {{ number }} is on its way and comes {{ day }}. I am sorry that it takes "
    "so long.\n\n{{ agent.name }}, {{ brand.name|default('Nofar Home') }}"
)
LATE_HE = (
    "שלום {{ customer.first_name }}, חבילה {{ number }} בדרך אלייך ותגיע {{ day }}. סליחה על העיכוב.\n\n"
    "{{ agent.name }}"
)
REPLIES = (
    Canned(
        "late-parcel",
        LATE,
        title="The parcel is late",
        language="en",
        tags=("delivery",),
        fields=(ReplyField("number"), ReplyField("day", "which day", ("today", "tomorrow"))),
        variants=(
            Variant(LATE_HE, "he"),
            Variant("{{ customer.first_name }}, it comes {{ day }}.", "en", "sms"),
            Variant("{{ customer.first_name }}, היא תגיע {{ day }}.", "he", "sms"),
        ),
    ),
    Canned("tracking", "Number: {{ number }}", title="Tracking number", language="en"),
    Canned("refund", "We return {{ sum }}.", channels=("mail",), title="Refund", language="en"),
    Canned("hours", "א-ה 8:00 עד 18:00", title="שעות פתיחה", language="he"),
    Canned("thanks", "Thank you for waiting!"),
    Canned("broken", "{{ ''.__class__ }}"),
    *(Canned(f"faq-{n:02}", f"Answer {n}. " * 12 * n, title=f"Question {n}", language="en") for n in range(1, 21)),
)


class Shop(TalkShop):
    """One with many replies."""

    async def query(self, query: Query) -> Page:
        page = await super().query(query)
        if isinstance(query, DirectoryQuery) and isinstance(page, DirectoryPage):
            return replace(page, directory=replace(page.directory or Directory(), canned=REPLIES))
        return page


@pytest.mark.parametrize("language", [None, "he"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_how_it_looks(size: tuple[int, int], language: str | None, picture: Picture) -> None:
    async with talking(Shop(), size=size, language=Catalogue(language) if language else None) as desk:
        await desk.press("enter", "f2", "down")
        picture(desk)


async def test_tab_takes_another_language_and_what_is_put_in_is_what_was_shown() -> None:
    async with talking(Shop()) as desk:
        composer = desk.app.desk_screen.case.composer
        await desk.press("enter", "f2")
        await type_text(desk, "late")
        assert "to be filled: number, which day" in desk.text
        assert "Hello" not in desk.text, "the customer writes Hebrew"
        await desk.press("tab")
        assert "Hello Dana, parcel {{\xa0number\xa0}} is on its way" in desk.text
        await desk.press("enter", "down", "enter")
        words = "Hello Dana, parcel {{ number }} is on its way and comes tomorrow."
        assert composer.writing.draft.body.startswith(words)
        await desk.press("ctrl+u", *["ctrl+u"] * 5, "f2")
        assert "▌ late-parcel" in desk.text, "it was used last"
        await type_text(desk, "broken")
        preview = " ".join(line.rpartition("│")[2].strip() for line in desk.text.splitlines())
        assert "broken cannot be used: line 1: nothing here has a .__class__" in preview
        await desk.press("backspace", *["backspace"] * 5)
        await type_text(desk, "faq-20")
        assert "more lines" in desk.text


class Many(Shop):
    """One with too many for its directory."""

    async def query(self, query: Query) -> Page:
        if isinstance(query, RepliesQuery):
            many = (*REPLIES, *(Canned(f"more-{n}", "x" * 600) for n in range(300)))
            return page(many, "v1", query, self.seq)
        answer = await super().query(query)
        if isinstance(answer, DirectoryPage):
            return replace(answer, directory=replace(answer.directory, canned=(), replies="v1"))
        return answer


async def test_many_replies_come_when_the_picker_is_opened() -> None:
    async with talking(Many()) as desk:
        assert not desk.app.workbench.busy()
        await desk.press("enter", "slash")
        await type_text(desk, "late")
        assert "▌ late-parcel" in desk.text
        await desk.press("enter", "enter")
        assert desk.app.desk_screen.case.composer.writing.draft.body.startswith("שלום Dana")
        await desk.press("ctrl+u", *["ctrl+u"] * 5, "f2")
        await type_text(desk, "more")
        assert "the first 200" in desk.text


async def test_what_is_suggested_stands_first_until_something_is_typed() -> None:
    async with talking(Shop()) as desk:
        case = desk.app.desk_screen.case
        shelf, state = desk.app.workbench.replies, next(iter(desk.app.workbench.desk.backends.values()))
        why = [("thanks", trusted("after: where is it")), ("gone", trusted("nobody has it"))]
        source, occasion = Source(lambda: shelf.index(state, "")), shelf.occasion("sms", "en", "")
        asking = ReplyAsking(source, occasion, case.replies.filling, lambda _: None, why)
        offers = asking.offers("")
        assert [(one.title, one.beside) for one in offers[:3]] == [
            ("suggested", ""),
            ("thanks", "after: where is it"),
            ("all", ""),
        ]
        assert [one.value for one in offers].count("thanks") == 1
        assert asking.offers("late")[0].value == "late-parcel"
        coming = ReplyAsking(replace(source, missing=lambda: (3, 10)), occasion, case.replies.filling, lambda _: None)
        coming.offers("")
        assert coming.title == "canned replies · SMS · 3 of 10 are here"
        preview = asking.preview(Offer("late-parcel", trusted("")))
        assert preview is not None
        assert (preview.title, preview.text) == ("late-parcel · en · for SMS", "Dana, it comes {{ day }}.")
        preview = asking.preview(Offer("refund", trusted("")))
        assert preview is not None
        assert "meant for mail" in preview.title
