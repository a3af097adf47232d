"""Search in a Chatwoot account: the server's own, which knows words and times, and the last three months."""

from __future__ import annotations

from agent_tui.backends.base import QueryRefused
from agent_tui.backends.chatwoot.account import Account
from agent_tui.backends.chatwoot.convert import Json, entries, id_of, message_of, part, row_of
from agent_tui.backends.chatwoot.rest import Refused, Rest
from agent_tui.domain.model import CaseRow
from agent_tui.domain.queries import Hit, SearchPage, SearchQuery
from agent_tui.domain.search import SearchError, Sought, around, parse, plain_words
from agent_tui.domain.text import CustomerText
from agent_tui.domain.text_cards import mask_cards
from agent_tui.domain.time import MS, Ms

PAGE_MESSAGES = 15


async def search(rest: Rest, account: Account, query: SearchQuery, now: Ms) -> SearchPage:
    """One page. Raises QueryRefused for what the server cannot be asked, BackendDown, Refused."""
    try:
        sought = parse(query.text, now, query.zone_minutes)
    except SearchError as error:
        raise QueryRefused(str(error)) from error
    if query.limit <= 0:
        raise QueryRefused("Chatwoot does not count what a search finds")
    seq = account.holdings.seq
    words = plain_words(query.text)
    if not sought.wanted:
        raise QueryRefused("Chatwoot searches by words: give at least one")
    page = int(query.before) if query.before.isdecimal() else 1
    answer = await rest.get(f"{account.root}/search/messages", q=words, page=page, **_times(sought))
    found = [one for one in entries(part(answer, "payload").get("messages")) if isinstance(one, dict)]
    rows: dict[str, CaseRow | None] = {}
    hits = []
    for entry in found:
        case = id_of(entry.get("conversation_id"))
        if case not in rows:
            rows[case] = await _row(account, case)
        row = rows[case]
        if row is not None:
            hits.append(_hit(entry, row, sought))
    hits.sort(key=lambda hit: -hit.at)
    return SearchPage(tuple(hits), seq, str(page + 1) if len(found) >= PAGE_MESSAGES else "")


def _times(sought: Sought) -> dict[str, int]:
    """`after:` and `before:` as the server's own; everything else it cannot be asked. Raises QueryRefused."""
    wrong = next((one.name for one in sought.conditions if one.without or one.name not in ("after", "before")), None)
    if wrong is not None:
        raise QueryRefused(f"Chatwoot searches by words, after: and before: only; leave out {wrong}:")
    if any(term.without for term in sought.terms):
        raise QueryRefused("Chatwoot cannot leave words out of a search")
    since = max((int(value) // MS for value in sought.of("after")), default=None)
    until = min((int(value) // MS for value in sought.of("before")), default=None)
    return {name: value for name, value in (("since", since), ("until", until)) if value is not None}


async def _row(account: Account, case: str) -> CaseRow | None:
    """The conversation's row: held, or asked for; None when it is gone or may not be seen."""
    held = account.holdings.row(case)
    if held is not None or not case.isdigit():
        return held
    try:
        raw: Json = await account.conversation(case)
    except Refused as refused:
        if refused.status in (401, 403, 404):
            return None
        raise
    return row_of(raw, account.holdings.seq) if raw else None


def _hit(entry: Json, row: CaseRow, sought: Sought) -> Hit:
    message = message_of(entry, row.channel)
    body = mask_cards(message.body.raw)
    start, stop = around(body, sought) or (0, 240)
    said = CustomerText(("… " if start else "") + body[start:stop])
    return Hit("note" if message.kind == "note" else "message", row, message.id, said, message.at, message.author)
