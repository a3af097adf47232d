"""What an agent may see, by the brands granted to them: the one place that says so of cases, persons, files and orders.
Rows and totals have the same rule in SQL (`store/rows.py`).

A person whose cases are of several brands is shown to an agent who may see some of these without what belongs to the
others: the customers who have cases of those only, their addresses, and how they were joined. Joining and parting need
sight of everything that is joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import agents, brands, joins, people, phone, suggestions, talk
from agent_tui.backends.hub.store import promises as store_promises
from agent_tui.domain.brands import sees, sees_all, sees_every
from agent_tui.domain.model import Agent, Customer, Join
from agent_tui.domain.orders import (
    Assign,
    CallAction,
    ChangePromise,
    EraseCustomer,
    HandOver,
    JoinCustomers,
    MakePromise,
    MoveChannel,
    NewMessage,
    Order,
    PartCustomers,
    RefuseSuggestion,
    Reply,
    RetrySend,
    SettlePromise,
    TransferCase,
    WriteUp,
)


def sees_case(connection: Connection, agent: Agent, id: str) -> bool:
    """Whether the agent may see a case. One that does not exist hides nothing."""
    return sees_every(agent) or sees(agent, brands.of_case(connection, id))


def sees_whole(connection: Connection, agent: Agent, customer: str) -> bool:
    """Whether the agent may see all that a person has."""
    if sees_every(agent):
        return True
    members = people.nodes(connection, people.root_of(connection, customer))
    return sees_all(agent, brands.of_customers(connection, members))


def person(connection: Connection, agent: Agent, id: str) -> Customer | None:
    """The person that a customer is, as far as the agent may see them; None where they may not at all."""
    known = people.person(connection, id)
    if known is None or sees_every(agent):
        return known
    members = people.nodes(connection, known.id)
    seen = brands.seen_customers(connection, members, agent)
    if not seen:
        return None
    if len(seen) < len(members):
        known = replace(
            people.together(connection, seen),
            id=known.id,
            joins=tuple(join for join in known.joins if join.one in seen and join.other in seen),
            suggestions=tuple(one for one in known.suggestions if one.one in seen),
        )
    shown = tuple(one for one in known.suggestions if sees_whole(connection, agent, one.other))
    return replace(known, suggestions=shown)


def joins_of(connection: Connection, agent: Agent, customers: Sequence[str]) -> list[Join]:
    """The joins that some customers had, with customers whom the agent may see too."""
    held = joins.ever_of(connection, customers)
    ends = sorted({end for join in held for end in (join.one, join.other)})
    seen = set(brands.seen_customers(connection, ends, agent))
    return [join for join in held if join.one in seen and join.other in seen]


def sees_file(connection: Connection, agent: Agent, blob: str) -> bool:
    """Whether the agent may fetch a file: it is in a case they may see, or in none yet."""
    if sees_every(agent):
        return True
    held = brands.of_file(connection, blob)
    return not held or any(sees(agent, brand) for brand in held)


def check(connection: Connection, policy: HubPolicy, agent: Agent, order: Order) -> None:
    """Refuse an order on what the agent may not see, as if it were not there. Raises Refused."""
    about = getattr(order, "case", "")
    if isinstance(order, Assign | HandOver | TransferCase | MakePromise | ChangePromise) and order.agent:
        to = agents.find(connection, order.agent)
        if to is not None and not sees_case(connection, to, about):
            raise Refused("other-brand", f"{to.name} may not see cases of this brand.")
    if sees_every(agent):
        return
    if about and not sees_case(connection, agent, about):
        raise Refused("no-case", "There is no such case.")
    match order:
        case Reply() | NewMessage():
            _check_account(policy, agent, order)
            for attached in order.files:
                if not (sees_file(connection, agent, attached.blob) or _of_a_reply(policy, agent, attached.blob)):
                    raise Refused("no-file", "A file is not at the hub any more: attach it again (1).")
        case MoveChannel():
            _check_account(policy, agent, order)
        case RetrySend():
            message = talk.find_message(connection, order.message)
            if message is not None and not sees_case(connection, agent, message.case):
                raise Refused("no-message", "There is no such message.")
        case CallAction() | WriteUp():
            call = phone.find_call(connection, order.call)
            if call is not None and not sees_case(connection, agent, call.case):
                raise Refused("no-call", "There is no such call.")
        case MakePromise() | ChangePromise() | SettlePromise():
            promise = store_promises.find(connection, order.promise)
            if promise is not None and not sees_case(connection, agent, promise.case):
                raise Refused("no-promise", "There is no such promise.")
        case JoinCustomers():
            _check_whole(connection, agent, order.one, order.other)
        case PartCustomers():
            join = joins.find(connection, order.join)
            if join is not None:
                _check_whole(connection, agent, join.one, join.other)
        case EraseCustomer():
            _check_whole(connection, agent, order.customer)
        case RefuseSuggestion():
            held = suggestions.find(connection, order.suggestion)
            if held is not None:
                _check_whole(connection, agent, held.one, held.other)
        case _:
            pass


def _of_a_reply(policy: HubPolicy, agent: Agent, blob: str) -> bool:
    """Whether a file goes with a canned reply that the agent may use, whoever it was sent to before."""
    return any(file.blob == blob for one in policy.canned if sees(agent, one.brand) for file in one.files)


def _check_account(policy: HubPolicy, agent: Agent, order: Reply | NewMessage | MoveChannel) -> None:
    if order.account and not sees(agent, policy.account_brand.get(order.account, "")):
        raise Refused("no-account", f"This hub cannot write from {order.account} for you.")


def _check_whole(connection: Connection, agent: Agent, *customers: str) -> None:
    if not all(sees_whole(connection, agent, customer) for customer in customers if customer):
        raise Refused("other-brand", "They have cases of a brand that you may not see: ask one who may.")
