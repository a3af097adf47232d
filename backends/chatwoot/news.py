"""Chatwoot's broadcasts as events of ours: repeated and reordered ones change nothing twice and nothing back."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from agent_tui.backends.base import Happening
from agent_tui.backends.chatwoot.account import Account
from agent_tui.backends.chatwoot.cable import Broadcast
from agent_tui.backends.chatwoot.convert import ACTIVITY, OUTGOING, Json, customer_of, id_of, kind_of, message_of, part
from agent_tui.backends.chatwoot.newer import LastTold
from agent_tui.backends.chatwoot.rest import Refused
from agent_tui.domain.events import (
    AgentChanged,
    AnyBody,
    CaseChange,
    CaseChanged,
    CustomerChanged,
    Event,
    MessageAdded,
    MessageChanged,
)
from agent_tui.domain.model import CaseRow, Message
from agent_tui.domain.time import TimeSource

REMEMBERED = 5000
_RANK = {"received": 0, "queued": 0, "sending": 0, "sent": 1, "delivered": 2, "read": 3}
_CONVERSATION_EVENTS: dict[str, CaseChange] = {
    "conversation.created": "opened",
    "conversation.updated": "labelled",
    "conversation.status_changed": "reopened",
    "conversation.contact_changed": "merged",
    "assignee.changed": "assigned",
    "team.changed": "assigned",
}


class News:
    """Makes events with a sequence of our own. Remembers the messages it has told of, the last `REMEMBERED`."""

    def __init__(self, account: Account, time: TimeSource) -> None:
        self._account = account
        self._time = time
        self._told: OrderedDict[str, Message] = OrderedDict()
        self._last = 0
        self.last_told = LastTold()

    async def broadcast(self, frame: Broadcast) -> list[Happening]:
        """The events of one broadcast; [] for old news and for what says nothing to a desk."""
        data = frame.data
        if data.get("account_id") not in (None, self._account.number):
            return []
        if frame.event in ("message.created", "message.updated"):
            return await self._message(data)
        change = _CONVERSATION_EVENTS.get(frame.event)
        if change is not None:
            return self.conversation(data, CaseChanged(change), id_of(part(data, "performer").get("id")))
        if frame.event in ("contact.updated", "contact.created"):
            return self._contact(data)
        return []

    def conversation(self, conversation: Json, body: CaseChanged, by: str) -> list[Happening]:
        """A conversation as it is now."""
        known = self._account.holdings.row(id_of(conversation.get("id")))
        row = self._account.holdings.take(conversation)
        if row is None:
            return []
        if known is None:
            body = CaseChanged("opened")
        elif body.change in ("labelled", "read", "reopened"):
            body = CaseChanged(_difference(known, row))
        return [self._event(row, body, by)]

    def presence(self, state: str) -> list[Happening]:
        """I am this from now on: Chatwoot tells of it to nobody."""
        account = self._account
        if account.me is None:
            return []
        account.me = replace(account.me, presence=state, since=self._time.now())
        last, self._last, now = self._last, account.holdings.next_seq(""), self._time.now()
        return [Event(self._last, last, now, now, AgentChanged(account.me), by=account.me_id)]

    async def _message(self, data: Json) -> list[Happening]:
        case = id_of(data.get("conversation_id"))
        holdings = self._account.holdings
        if holdings.raw(case) is None:
            try:
                holdings.take(await self._account.conversation(case))
            except Refused:
                return []
        row = holdings.row(case)
        if row is None:
            return []
        message = message_of(data, row.channel)
        told = self._told.get(message.id)
        if told is not None:
            return self._changed(row, told, message)
        self._remember(message)
        fields = _after(data, holdings.raw(case) or {})
        row = holdings.patch(case, **fields) or row
        return [self._event(row, MessageAdded(message), message.author)]

    def _changed(self, row: CaseRow, told: Message, message: Message) -> list[Happening]:
        back = _RANK.get(message.state, 9) <= _RANK.get(told.state, -1)
        if message.state == told.state or back:
            return []
        self._remember(message)
        return [self._event(row, MessageChanged(message.id, message.state, message.error), "")]

    def _contact(self, contact: Json) -> list[Happening]:
        """Name or block of a customer changed: each of their rows did."""
        out: list[Happening] = []
        customer = customer_of(contact)
        for case in self._account.holdings.cases_of(customer.id):
            raw = self._account.holdings.raw(case) or {}
            meta = part(raw, "meta")
            row = self._account.holdings.patch(case, meta={**meta, "sender": {**part(meta, "sender"), **contact}})
            if row is not None:
                out.append(self._event(row, CustomerChanged(customer), ""))
        return out

    def _event(self, row: CaseRow, body: AnyBody, by: str) -> Event:
        now = self._time.now()
        seq = self._account.holdings.next_seq(row.id)
        row = self._account.holdings.row(row.id) or row
        last, self._last = self._last, seq
        if isinstance(body, MessageAdded):
            self.last_told.told(row.id, seq, body.message.id)
        occurred = body.message.at if isinstance(body, MessageAdded) else now
        return Event(seq, last, min(occurred, now), now, body, row.id, by, row)

    def _remember(self, message: Message) -> None:
        self._told[message.id] = message
        self._told.move_to_end(message.id)
        while len(self._told) > REMEMBERED:
            self._told.popitem(last=False)


def _difference(before: CaseRow, after: CaseRow) -> CaseChange:
    """What changed, as far as one word tells."""
    if before.stage != after.stage:
        named: dict[str, CaseChange] = {"done": "resolved", "later": "snoozed", "spam": "blocked"}
        return named.get(after.stage, "reopened" if before.stage in named else "read")
    if (before.owner, before.team) != (after.owner, after.team):
        return "assigned"
    if before.priority != after.priority:
        return "prioritised"
    return "labelled" if before.labels != after.labels else "read"


def _after(message: Json, held: Json) -> Json:
    """What a new message makes of its conversation, until the server's own update comes."""
    told = part(message, "conversation")
    fields: Json = {name: told[name] for name in ("unread_count", "last_activity_at") if told.get(name) is not None}
    if message.get("message_type") == ACTIVITY:
        return fields
    fields |= {"messages": [message], "last_non_activity_message": None}
    kind = kind_of(message)
    created = message.get("created_at") or 0
    if kind == "in":
        fields["waiting_since"] = held.get("waiting_since") or created
        if held.get("status") in ("snoozed", "resolved"):
            fields["status"] = "open"
    elif kind == "out" and message.get("message_type") in OUTGOING and message.get("sender_type") == "User":
        fields["waiting_since"] = 0
        fields["first_reply_created_at"] = held.get("first_reply_created_at") or created
    return fields
