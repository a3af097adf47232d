"""One Chatwoot account as one agent sees it: who I am, what is held of it, and the questions that go to the server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agent_tui.backends.chatwoot.convert import (
    Json,
    agent_of,
    channel_of,
    conversation_of,
    customer_of,
    message_of,
    part,
    past_case_of,
)
from agent_tui.backends.chatwoot.holdings import Holdings
from agent_tui.backends.chatwoot.rest import Refused, Rest
from agent_tui.domain.model import Agent, CaseDetail, Directory, Sender
from agent_tui.domain.queries import CasePage, CaseQuery, DirectoryPage, HistoryPage, HistoryQuery
from agent_tui.domain.replies.foreign import from_chatwoot
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.time import MS, Ms

MARGIN_SECONDS = 15
MAX_PAGES = 80
"""Pages of 25 that are read at the first connection, per status."""
RESOLVED_PAGES = 4
PAGE_MESSAGES = 20


class Account:
    """Everything but the socket. Raises as `Rest` does."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self.number = 0
        self.me: Agent | None = None
        self.me_id = ""
        self.pubsub_token = ""
        self.teams: dict[str, int] = {}
        self.holdings = Holdings()
        self._loaded = False

    @property
    def root(self) -> str:
        """Path of everything in the account."""
        return f"/api/v1/accounts/{self.number}"

    async def sign_in(self, number: int | None) -> None:
        """Who the token belongs to; `number`: the account, None: the only or last used one."""
        profile = await self._rest.get("/api/v1/profile")
        if not isinstance(profile, dict) or not profile.get("id"):
            raise Refused(404, "this address does not answer like a Chatwoot server; check the url")
        accounts = [a for a in profile.get("accounts") or () if isinstance(a, dict)]
        wanted = number or profile.get("account_id") or (accounts[0].get("id") if accounts else 0)
        if accounts and not any(account.get("id") == wanted for account in accounts):
            raise Refused(404, f"this agent has no account {wanted}; it has {[a.get('id') for a in accounts]}")
        self.number = int(wanted or 0)
        self.holdings.server = f"{self._rest.base}/accounts/{self.number}"
        self.pubsub_token = str(profile.get("pubsub_token") or "")
        self.me_id = str(profile.get("id"))
        teams = _list(await self._rest.get(f"{self.root}/teams"))
        self.teams = {str(team.get("name")): int(team["id"]) for team in teams}
        role = next((account.get("role") for account in accounts if account.get("id") == wanted), profile.get("role"))
        # The API does not say which teams are mine; all of them, so that nothing is hidden.
        self.me = agent_of({**profile, "role": role}, tuple(self.teams))

    async def catch_up(self, now: Ms) -> Ms | None:
        """Hold everything that changed since the newest thing seen; answers when that was (None: the first time)."""
        if not self._loaded:
            for status in ("open", "pending", "snoozed", "resolved"):
                for page in range(1, (RESOLVED_PAGES if status == "resolved" else MAX_PAGES) + 1):
                    found = await self._list(status=status, page=page)
                    for conversation in found:
                        self.holdings.take(conversation)
                    if len(found) < 25:
                        break
            self._loaded = True
            return None
        since = round(self.holdings.watermark * MS)
        for conversation in await self.changed(now):
            self.holdings.take(conversation)
        return since

    async def changed(self, now: Ms) -> list[Json]:
        """Conversations that changed since the newest server time seen, with a margin for clocks that differ."""
        seconds = max(0, now // MS - int(self.holdings.watermark)) + MARGIN_SECONDS
        return await self._list(status="all", updated_within=seconds)

    async def _list(self, **query: str | int) -> list[Json]:
        answer = await self._rest.get(f"{self.root}/conversations", assignee_type="all", **query)
        payload = part(answer, "data").get("payload")
        return [entry for entry in payload if isinstance(entry, dict)] if isinstance(payload, list) else []

    async def conversation(self, case: str) -> Json:
        """One conversation as it is now."""
        answer = await self._rest.get(f"{self.root}/conversations/{case}")
        return answer if isinstance(answer, dict) else {}

    async def case(self, query: CaseQuery, raw: Json) -> CasePage:
        """An opened conversation (`raw`: it as it is now), or an older page of it."""
        seq = self.holdings.seq
        before = {"before": query.before} if query.before else {}
        answer = await self._rest.get(f"{self.root}/conversations/{query.case}/messages", **before)
        entries = _list(answer)
        row = self.holdings.row(query.case)
        if row is None:
            return CasePage(None, seq)
        messages = tuple(message_of({"conversation_id": query.case, **entry}, row.channel) for entry in entries)
        inbound = max((message.at for message in messages if message.kind == "in"), default=None)
        thread = conversation_of(raw)
        thread = replace(thread, last_inbound=inbound or thread.last_inbound)
        customer = customer_of(part(part(raw, "meta"), "sender"))
        more = len(messages) >= PAGE_MESSAGES
        return CasePage(CaseDetail(row, customer, (thread,), messages, (), more), seq)

    async def newest(self, case: str) -> list[Json]:
        """The newest messages of a conversation, oldest first."""
        return _list(await self._rest.get(f"{self.root}/conversations/{case}/messages"))

    async def history(self, query: HistoryQuery) -> HistoryPage:
        """The customer's newest conversations; the server gives 20 and no more."""
        contact = await self._rest.get(f"{self.root}/contacts/{query.customer}")
        found = _list(await self._rest.get(f"{self.root}/contacts/{query.customer}/conversations"))
        cases = tuple(past_case_of(conversation) for conversation in found) if not query.before else ()
        return HistoryPage(customer_of(part(contact, "payload")), cases, False, self.holdings.seq)

    async def directory(self) -> DirectoryPage:
        """Colleagues, teams, labels, inboxes, canned replies."""
        agents = _list(await self._rest.get(f"{self.root}/agents"))
        labels = _list(await self._rest.get(f"{self.root}/labels"))
        inboxes = _list(await self._rest.get(f"{self.root}/inboxes"))
        canned = _list(await self._rest.get(f"{self.root}/canned_responses"))
        directory = Directory(
            tuple(agent_of(agent) for agent in agents),
            tuple(self.teams),
            tuple(str(label.get("title")) for label in labels),
            tuple(
                Sender(
                    str(inbox.get("id")),
                    channel_of(inbox.get("channel_type")),
                    str(inbox.get("name") or ""),
                    str(inbox.get("email") or inbox.get("phone_number") or ""),
                    str(inbox.get("name") or ""),
                )
                for inbox in inboxes
            ),
            tuple(Canned(str(reply.get("short_code")), from_chatwoot(str(reply.get("content")))) for reply in canned),
        )
        return DirectoryPage(directory, self.holdings.seq)


def _list(answer: Any) -> list[Json]:
    """A plain array, or the `payload` of an object."""
    found = answer.get("payload") if isinstance(answer, dict) else answer
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
