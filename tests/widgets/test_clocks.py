"""Clocks by policy on the desk: all of a case explained, and why a promise of time was broken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.backends.base import Connected, Disconnected
from agent_tui.domain.language import Language
from agent_tui.domain.model import Breach, Clock, Promise
from agent_tui.domain.orders import Excuse, MarkRead, Order, Resolve
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import HOUR_MS, MINUTE_MS
from agent_tui.language.catalogue import Catalogue
from tests.widgets.late import LATE, REASONS, STARTED, LateShop
from tests.widgets.picture import Picture, picture
from tests.widgets.running import Running, running
from tests.widgets.shop import NOW
from tests.widgets.talk import DANA, talking

__all__ = ["picture"]  # a fixture

SAID = Excuse(DANA, "next", STARTED, "system")


def acts(shop: LateShop) -> list[Order]:
    """What was done, besides reading."""
    return [order for order in shop.orders if not isinstance(order, MarkRead)]


def words_of(desk: Running) -> str:
    """The screen, with lines that were broken in one piece."""
    return " ".join(" ".join(line.strip(" ▌") for line in desk.screen).split())


async def types(desk: Running, words: str) -> None:
    names = {" ": "space", ":": "colon", "-": "minus"}
    await desk.press(*(names.get(char, char) for char in words), "enter")


@pytest.mark.parametrize("language", [None, Catalogue("he")], ids=["en", "he"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["small", "wide"])
async def test_all_clocks_of_a_case_each_with_its_sentence(
    size: tuple[int, int], language: Language | None, picture: Picture
) -> None:
    async with talking(LateShop(), size, language=language) as desk:
        await desk.press("e")
        picture(desk)


@pytest.mark.parametrize("keys", [("e",), ("g", "l"), ("colon", *"clocks", "enter")], ids=["key", "two-keys", "line"])
async def test_the_clock_that_matters_comes_first_and_what_has_ended_last(keys: tuple[str, ...]) -> None:
    async with talking(LateShop()) as desk:
        await desk.press(*keys)
        lines = [line.strip(" ▌") for line in desk.screen]
        starts = ["late 3 min", "14 h left", "II 3 h left", "in time"]
        places = [next(at for at, line in enumerate(lines) if line.startswith(start)) for start in starts]
        assert places == sorted(places)
        said = words_of(desk)
        assert "next response, 30 min, office: Mon-Thu 09:00-17:00, Fri 09:00-13:00; since 09:08; late since" in said
        assert "late since 09:38, by 3 min; policy vip-chat; nobody has said why" in said
        assert "paused since 09:29 (pending); 3 h left once it goes on" in said


async def test_who_said_why_it_was_late_stands_with_the_clock() -> None:
    shop = LateShop()
    first, late, *others = shop.clocks[DANA]
    late = replace(late, reason="system", reason_by="avi", reason_at=NOW - MINUTE_MS)
    shop.clocks[DANA] = (first, late, *others)
    async with talking(shop) as desk:
        await desk.press("e")
        assert "why: A system was down (Avi, 09:40)" in words_of(desk)


async def test_where_no_policy_promises_anything_the_row_s_own_clock_is_explained() -> None:
    shop = LateShop()
    shop.clocks = {}
    async with talking(shop) as desk:
        await desk.press("e")
        assert "late 3 min: next response" in desk.text
        await desk.press("escape", "colon", *"clocks", "enter")
        assert "no policy promises anything" in desk.text


async def test_done_asks_why_it_was_late_and_says_so_before_the_case_is_closed(picture: Picture) -> None:
    shop = LateShop()
    async with talking(shop, (80, 24)) as desk:
        await desk.press("d")
        assert "late since 09:38: next response" in desk.text
        picture(desk)
        await desk.press("escape")
        assert acts(shop) == []
        await desk.press("d", "9", "backspace", "2")
        assert acts(shop) == [SAID, Resolve(DANA)]


async def test_a_reason_is_read_whole() -> None:
    whole = "We waited for somebody else: a supplier, a courier, an authority"
    async with talking(LateShop(reasons=(("staff", "Too few of us"), ("third-party", whole))), (80, 24)) as desk:
        await desk.press("d")
        assert whole in desk.text
        assert next(line.rstrip() for line in desk.screen if whole in line).endswith(" 2")


async def test_done_from_the_inbox_asks_about_the_clock_that_is_late_now() -> None:
    shop = LateShop()
    shop.rows[DANA] = replace(shop.rows[DANA], clock=Clock("next", STARTED, LATE.due, "breached"))
    async with running(shop) as desk:
        await desk.press("d", *"sys", "enter")
        assert acts(shop) == [SAID, Resolve(DANA)]


async def test_done_from_the_inbox_asks_about_what_was_heard() -> None:
    shop = LateShop()
    async with running(shop) as desk:
        shop.turns("breached")
        await desk.rest()
        await desk.press("d")
        assert "late since 09:38: next response" in desk.text
        await desk.press("escape")
        shop.turns("withdrawn")
        await desk.rest()
        await desk.press("d")
        assert acts(shop) == [Resolve(DANA)]


async def test_done_from_the_inbox_asks_about_what_was_told_when_the_case_was_open() -> None:
    shop = LateShop()
    async with talking(shop) as desk:
        await desk.press("escape", "j", "enter", "escape", "k", "d")
        assert desk.workbench.desk.open_case is None or desk.workbench.desk.open_case.key.case != DANA
        assert "late since 09:38: next response" in desk.text
        await desk.press("escape")
        shop.turns("excused", by="avi", detail="staff")
        await desk.rest()
        await desk.press("d")
        assert acts(shop) == [Resolve(DANA)]


async def test_a_promise_is_asked_about_after_the_reason() -> None:
    shop = LateShop()
    promise = Promise("pr1", DANA, CustomerText("a call"), NOW + HOUR_MS, NOW, "noa")
    shop.rows[DANA] = replace(shop.rows[DANA], promise=promise)
    async with talking(shop) as desk:
        await desk.press("d", *"sys", "enter")
        assert "was promised a call: close it?" in desk.text
        await desk.press(*"kept", "enter")
        assert acts(shop) == [SAID, Resolve(DANA, promises="kept")]


@pytest.mark.parametrize("lacks", ["order", "reasons", "breach"])
async def test_nothing_is_asked_where_no_reason_can_be_given(lacks: str) -> None:
    explained = replace(LATE, reason="staff", by="avi", at=NOW)
    shop = LateShop((explained,) if lacks == "breach" else (LATE,), () if lacks == "reasons" else REASONS)
    if lacks == "order":
        shop.capabilities = replace(shop.capabilities, orders=shop.capabilities.orders - {"excuse"})
        shop.happens(Connected(shop.me, shop.capabilities, shop.seq, False))
    async with talking(shop) as desk:
        await desk.press("d")
        assert acts(shop) == [Resolve(DANA)]


async def test_a_reason_can_be_given_and_changed_at_any_time() -> None:
    shop = LateShop()
    async with talking(shop) as desk:
        await desk.press("g", "x", "3")
        assert acts(shop) == [replace(SAID, reason="third-party")]
        shop.turns("excused", by="noa", detail="third-party")
        await desk.rest()
        await desk.press("colon")
        await types(desk, "excuse A system was down")
        assert acts(shop)[1:] == [SAID]
        await desk.press("colon")
        await types(desk, "excuse weather")
        assert "there are staff, system, third-party" in desk.text
        assert len(acts(shop)) == 2


async def test_a_reason_that_is_on_its_way_is_not_asked_for_again() -> None:
    shop = LateShop()
    async with talking(shop) as desk:
        shop.happens(Disconnected("", 1))
        await desk.rest()
        await desk.press("colon")
        await types(desk, "excuse system")
        await desk.press("d")
        assert "why was it late?" not in desk.text


async def test_what_was_late_stands_on_the_timeline_with_who_said_why(picture: Picture) -> None:
    shop = LateShop(())
    async with talking(shop) as desk:
        assert "late: next response" not in desk.text
        shop.turns("warned", detail="75%")
        shop.turns("breached")
        shop.turns("step", detail="tell supervisors")
        await desk.rest()
        assert "09:38      ! late: next response" in desk.text
        assert "nobody has said why" in desk.text and "told supervisors" in desk.text
        shop.turns("excused", by="avi", detail="system")
        await desk.rest()
        assert "A system was down · Avi · 09:41" in desk.text
        picture(desk)
        shop.turns("withdrawn")
        await desk.rest()
        assert "! late: next response" not in desk.text and "in time after all: next response" in desk.text
        await desk.press("d")
        assert acts(shop) == [Resolve(DANA)]


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ("tell supervisors", "told supervisors"),
        ("raise urgent", "priority urgent"),
        ("reassign agent:avi", "given to Avi"),
        ("reassign team:billing", "given to billing"),
        ("reassign queue:chats", "given to chats"),
        ("add team:lead", "added lead"),
        ("say wait", "the caller hears wait"),
        ("sing", "sing"),
    ],
)
async def test_what_was_done_about_a_clock_names_to_whom(detail: str, words: str) -> None:
    shop = LateShop()
    async with talking(shop, (140, 40)) as desk:
        shop.turns("step", detail=detail)
        await desk.rest()
        assert f"next response: {words}" in words_of(desk)


async def test_several_breaches_get_one_reason() -> None:
    first = Breach("first", STARTED - HOUR_MS, STARTED - 30 * MINUTE_MS)
    shop = LateShop((first, LATE))
    async with talking(shop) as desk:
        await desk.press("d", *"sys", "enter")
        assert acts(shop) == [replace(SAID, metric="first", started=first.started), SAID, Resolve(DANA)]


async def test_marked_cases_that_were_late_are_not_closed_together() -> None:
    shop = LateShop()
    async with running(shop) as desk:
        shop.turns("breached")
        await desk.rest()
        await desk.press("v", "j", "v", "d")
        assert "nobody has said why: close it by itself" in desk.text
