"""Chatwoot has no leases: who types is told, and a reply is kept back when a newer one is there, broadcast or not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.presence import Watcher
from tests.fakes.chatwoot import AVI
from tests.hub.fakes import until
from tests.services.sites import ChatwootSite
from tests.services.test_both_shapes import TIME, AtWork, at_work
from tests.services.test_chatwoot import lines, opened


@pytest.fixture
async def site() -> AsyncIterator[ChatwootSite]:
    yield ChatwootSite(TIME)


def draft(at: AtWork, key: CaseKey, body: str) -> Draft:
    row = at.work.desk.row(key)
    assert row is not None
    return Draft(key, "email", body=body, base_version=row.version)


async def test_a_newer_reply_is_found_though_its_broadcast_was_lost(site: ChatwootSite) -> None:
    async with at_work(TIME, site) as at:
        key = await opened(at, site)
        mine = draft(at, key, "we look into it")
        site.fake.silent = True
        site.fake.colleague_writes(int(key.case), "it is on its way")
        site.fake.silent = False
        at.work.send(mine)
        await at.until(lambda: key in at.work.desk.drafts)
        assert site.said() == ["it is on its way"] and at.work.desk.unsent == ()
        # what is new is shown, then the next send goes
        await at.until(lambda: lines(at) == ["one", "it is on its way"])
        at.work.send(draft(at, key, "we look into it"))
        await at.until(lambda: site.said() == ["it is on its way", "we look into it"])


async def test_what_was_seen_does_not_hold_it_up(site: ChatwootSite) -> None:
    async with at_work(TIME, site) as at:
        key = await opened(at, site)
        await site.writes("Dana", "two")
        await at.until(lambda: lines(at) == ["one", "two"])
        at.work.send(draft(at, key, "yes"))
        await at.until(lambda: site.said() == ["yes"])
        at.work.send(draft(at, key, "and yes"))
        await at.until(lambda: site.said() == ["yes", "and yes"])


async def test_who_types_is_told_both_ways(site: ChatwootSite) -> None:
    async with at_work(TIME, site) as at:
        key = await opened(at, site)
        avi = {"id": AVI, "name": "Avi", "type": "user"}

        def there() -> list[Watcher]:
            case = at.work.desk.open_case
            return list(case.watchers) if case is not None else []

        site.fake.types(int(key.case), avi, True)
        await at.until(lambda: [(one.agent, one.doing, one.channel) for one in there()] == [("2", "writing", "email")])
        site.fake.types(int(key.case), {"id": 9, "name": "Dana", "type": "contact"}, True)
        site.fake.types(int(key.case), avi, False)
        await at.until(lambda: there() == [])
        at.work.handling.typed(key, "email")
        await until(lambda: site.fake.typing == [(int(key.case), "on", False)])
        at.work.left_composer()
        await until(lambda: site.fake.typing[1:] == [(int(key.case), "off", False)])
