"""Two customers who are one: accepting and refusing what is suggested, finding the other one, looking before joining,
and taking a join back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent_tui.commands import ids
from agent_tui.commands.case import give
from agent_tui.commands.command import command
from agent_tui.commands.conditions import can, has_open_case
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.elsewhere import chosen_elsewhere, elsewhere
from agent_tui.commands.views import agent_name
from agent_tui.commands.when import say_when
from agent_tui.domain.channels import channel
from agent_tui.domain.model import Customer, Join, JoinPreview, JoinSide, Met, Suggestion
from agent_tui.domain.orders import JoinCustomers, PartCustomers, RefuseSuggestion
from agent_tui.domain.queries import CustomersPage, CustomersQuery, JoinPage, JoinQuery, Page
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, listed, marked, plural, trusted

REASONS: dict[str, Phrase] = {
    "shared-phone": marked("same phone"),
    "similar-name": marked("similar name"),
    "same-handle": marked("same handle"),
    "phone-in-signature": marked("phone in the text"),
    "order-number": marked("same order no."),
}
_NOBODY = marked("nobody else is found by that")
_GONE = marked("there is no such customer or join any more")


def reason_words(reason: str) -> SafeText:
    """Why two may be one, in a few words."""
    known = REASONS.get(reason)
    return known.text if known is not None else clean_line(reason)


def who_is(one: Suggestion | Met) -> SafeText:
    """What to call somebody else: the address where there is one, since names are alike."""
    return one.address.safe_line or one.name.safe_line or trusted("somebody")


def _customer(context: Context) -> Customer | None:
    case = context.workbench.desk.open_case
    return case.customer if case is not None else None


def joined_words(context: Context, join: Join) -> SafeText:
    """Who joined two, when and why."""
    when = say_when(join.at, context.workbench.time.now(), context.zone)
    who = agent_name(context, join.by) if join.by else trusted("by a checked address")
    words = compose("{who}, {when}", who=who, when=when)
    return compose("{words}, {reason}", words=words, reason=reason_words(join.reason)) if join.reason else words


def _names(join: Join, customer: Customer) -> SafeText:
    """Whom it made one person with the customer; both where neither is called as they are."""
    own = str(customer.name.safe_line)
    others = [name.safe_line for name in join.names if str(name.safe_line) != own]
    return listed(" + ", others if len(others) == 1 else [name.safe_line for name in join.names])


def _join(context: Context, arguments: Arguments) -> SafeText | None:
    customer = _customer(context)
    if customer is None:
        return trusted("wait until the customer has come")
    if arguments:
        _find(context, customer, arguments[0])
        return None
    own = can("join-customers")(context) is None
    choices = [*(_suggested(customer) if own else ()), *elsewhere(context), *_others(context, customer)]

    def chosen(value: str) -> None:
        if chosen_elsewhere(context, value):
            return
        what, _, id = value.partition(":")
        if what == "find":
            title = trusted("join with (name, number or address)")
            context.ui.pick(title, (), lambda words: _find(context, customer, words), free=True)
        elif what == "accept":
            _accept(context, next(each for each in customer.suggestions if each.id == id))
        elif what == "refuse":
            _refuse(context, next(each for each in customer.suggestions if each.id == id))
        else:
            _look(context, JoinQuery(join=id))

    context.ui.pick(trusted("who else is this"), choices, chosen)
    return None


def _suggested(customer: Customer) -> Iterator[Choice]:
    for each in customer.suggestions:
        words = listed(", ", [each.name.safe_line, reason_words(each.reason)])
        yield Choice(f"accept:{each.id}", compose("join {who}", who=who_is(each)), words)
    for each in customer.suggestions:
        title = compose("not {who}", who=who_is(each))
        yield Choice(f"refuse:{each.id}", title, trusted("somebody else: not suggested again"))


def _others(context: Context, customer: Customer) -> Iterator[Choice]:
    yield Choice("find:", trusted("another customer ..."), trusted("by name, case number or address"))
    for join in reversed(customer.joins):
        yield Choice(
            f"part:{join.id}", compose("part {names}", names=_names(join, customer)), joined_words(context, join)
        )


def _accept(context: Context, offered: Suggestion) -> None:
    _look(context, JoinQuery(offered.one, offered.other), offered.id)


def _refuse(context: Context, offered: Suggestion) -> None:
    if context.key is not None:
        give(context, RefuseSuggestion(offered.id, context.key.case))
        context.ui.say(compose("{who} is somebody else", who=who_is(offered)))


def _find(context: Context, customer: Customer, words: str) -> None:
    """Ask who that is, and let the agent choose."""
    if context.key is None:
        return

    def chosen(id: str) -> None:
        if not chosen_elsewhere(context, id):
            _look(context, JoinQuery(customer.id, id))

    def arrived(page: Page) -> None:
        offer(page.found if isinstance(page, CustomersPage) else ())

    def offer(found: Sequence[Met]) -> None:
        choices = list(elsewhere(context, words))
        if not found and not choices:
            context.ui.say(_NOBODY.text, "warning")
            return
        for met in found:
            number = compose("#{number}", number=met.number) if met.number else trusted("")
            beside = listed("  ", [part for part in (met.address.safe_line, number) if part])
            choices.append(Choice(met.id, met.name.safe_line or who_is(met), beside))
        context.ui.pick(trusted("join with"), choices, chosen)

    if can("join-customers")(context) is None:
        context.workbench.inquire(context.key.backend, CustomersQuery(words, customer.id), arrived)
    else:
        offer(())


def _look(context: Context, query: JoinQuery, suggestion: str = "") -> None:
    """Show what it would do; nothing is done before the agent has seen that."""
    key = context.key
    if key is None:
        return

    def arrived(page: Page) -> None:
        preview = page.preview if isinstance(page, JoinPage) else None
        if preview is None:
            context.ui.say(_GONE.text, "warning")
        elif query.join:
            _ask_part(context, preview)
        else:
            _ask_join(context, preview, query, suggestion)

    context.workbench.inquire(key.backend, query, arrived)


def _ask_join(context: Context, preview: JoinPreview, query: JoinQuery, suggestion: str) -> None:
    cases = tuple(row.id for side in (preview.one, preview.other) for row in side.rows)
    who = preview.other.customer.name.safe_line or trusted("them")

    def sure(answer: str) -> None:
        if answer == "join" and context.key is not None:
            give(context, JoinCustomers(query.one, query.other, context.key.case, cases, suggestion))
            context.ui.say(compose("joined with {who}", who=who))

    choices = [
        Choice("join", trusted("join: they are one person"), _together(context, preview)),
        Choice("leave", trusted("no, leave it")),
        *_sides(preview),
    ]
    context.ui.pick(compose("join with {who}?", who=who), choices, sure)


def _ask_part(context: Context, preview: JoinPreview) -> None:
    join = preview.join

    def sure(answer: str) -> None:
        if answer == "part" and join is not None and context.key is not None:
            give(context, PartCustomers(join.id, context.key.case))
            context.ui.say(trusted("parted: they are two customers again"))

    words = joined_words(context, join) if join is not None else trusted("")
    choices = [
        Choice("part", trusted("part: they are two customers"), words),
        Choice("leave", trusted("no, leave it")),
        *_sides(preview),
    ]
    context.ui.pick(trusted("part them?"), choices, sure)


def _sides(preview: JoinPreview) -> Iterator[Choice]:
    """What is on each side; to be read, not to be chosen."""
    for side in (preview.one, preview.other):
        yield Choice("", side.customer.name.safe_line or trusted("somebody"), why_not=_side(side))


def _side(side: JoinSide) -> SafeText:
    """Addresses, open cases and how many earlier ones."""
    parts = [address.value.safe_line for address in side.customer.addresses[:2]]
    for row in side.rows:
        tags = listed(" ", [clean_line(channel(one).tag.strip()) for one in row.channels or (row.channel,)])
        parts.append(compose("#{number} {tags}", number=row.number, tags=tags))
    if side.past:
        parts.append(plural("{n} earlier case", "{n} earlier cases", n=side.past))
    return listed(", ", parts)


def _together(context: Context, preview: JoinPreview) -> SafeText:
    """The row that they make: which number stays, which clock runs, whose it is."""
    row = preview.row
    if row is None:
        return trusted("neither has an open case")
    parts = [compose("one row #{number}", number=row.number)]
    if row.clock is not None and row.clock.state == "paused":
        parts.append(trusted("its clock rests"))
    elif row.clock is not None:
        due = say_when(row.clock.due, context.workbench.time.now(), context.zone)
        parts.append(compose("answer due {when}", when=due))
    owner = agent_name(context, row.owner) if row.owner else trusted("nobody's")
    parts.append(compose("owner: {who}", who=owner))
    return listed(", ", parts)


def _has_join(context: Context) -> SafeText | None:
    customer = _customer(context)
    return None if customer is not None and customer.joins else trusted("this customer was never joined")


def _unjoin(context: Context, _arguments: Arguments) -> SafeText | None:
    customer = _customer(context)
    if customer is None:
        return None
    choices = [
        Choice(each.id, _names(each, customer), joined_words(context, each)) for each in reversed(customer.joins)
    ]
    if len(choices) == 1:
        _look(context, JoinQuery(join=choices[0].value))
        return None
    context.ui.pick(trusted("part"), choices, lambda id: _look(context, JoinQuery(join=id)))
    return None


def _has_suggestion(context: Context) -> SafeText | None:
    customer = _customer(context)
    return None if customer is not None and customer.suggestions else trusted("nobody else is suggested here")


def _answer(context: Context, arguments: Arguments) -> SafeText | None:
    customer = _customer(context)
    if customer is not None and customer.suggestions:
        (_accept if arguments and arguments[0] == "accept" else _refuse)(context, customer.suggestions[0])
    return None


def _can_join(context: Context) -> SafeText | None:
    """One server may not join its customers; with another one that keeps it there is something to join all the same."""
    backends = context.workbench.desk.backends.values()
    kept = any("link-elsewhere" in state.capabilities.orders for state in backends)
    return None if len(backends) > 1 and kept else can("join-customers")(context)


COMMANDS = (
    command(ids.JOIN, _join, has_open_case, _can_join),
    command(ids.UNJOIN, _unjoin, has_open_case, can("part-customers"), _has_join),
    command(ids.SUGGESTION, _answer, has_open_case, can("refuse-suggestion"), _has_suggestion),
)
