"""Offering a caller who waits to write instead: one key shows the words, one more sends them, and the call rings on."""

from __future__ import annotations

from collections.abc import Iterator

from agent_tui.commands import ids
from agent_tui.commands.command import command
from agent_tui.commands.conditions import has_call
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.invitations import Words, words_for
from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.channel_targets import Target, targets_of
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.channels import channel
from agent_tui.domain.model import CaseDetail
from agent_tui.domain.orders import MoveChannel
from agent_tui.domain.queries import CasePage, CaseQuery
from agent_tui.domain.templates import UsedTemplate, filled
from agent_tui.domain.text import CustomerText, SafeText, clean_line, compose, marked, trusted
from agent_tui.domain.time import Ms

CHANNELS = ("whatsapp", "sms")
"""What a caller is offered, the first that reaches them."""


def _offer(context: Context, _arguments: Arguments) -> SafeText | None:
    found = next(((key, call) for key, call in context.workbench.desk.live_calls() if call.comes), None)
    if found is None:
        return trusted("nothing rings")
    key, call = found
    state = context.workbench.desk.backends[key.backend]
    if "move-channel" not in state.capabilities.orders:
        return compose("{server} cannot do that", server=clean_line(state.name or state.id))

    def show(page: object) -> None:
        if isinstance(page, CasePage) and page.detail is not None:
            _show(context, state, key, page.detail, call.since)

    context.workbench.inquire(key.backend, CaseQuery(key.case), show)
    return None


def _show(context: Context, state: BackendState, key: CaseKey, detail: CaseDetail, since: Ms) -> None:
    case = OpenCase(key, detail.row, detail.customer, detail.conversations, detail.messages, detail.calls)
    name, now = detail.row.name.safe_line, context.workbench.time.now() + state.clock_skew
    offered = next((move for move in detail.moves if move.at >= since), None)
    if offered is not None:
        title = channel(offered.channel).title
        context.ui.say(compose("{who} was offered {channel} already", who=name, channel=title))
        return
    ready = next(_ready(context, state, case, now), None)
    if ready is None:
        context.ui.say(compose("{who} cannot be written to from here", who=name), "warning")
        return
    target, words, used = ready
    title = target.profile.title

    def send(answer: str) -> None:
        if answer != "send":
            return
        order = MoveChannel(
            key.case,
            target.channel,
            CustomerText(words.text),
            CustomerText(compose("offered {channel} while they waited on the phone", channel=title).drawn()),
            target.account,
            target.address,
            template=used,
        )
        context.workbench.order(key.backend, order, hold=True, key=key)
        context.ui.say(compose("{who} is offered {channel}; the call rings on", who=name, channel=title))

    choices = [
        Choice("send", trusted("send it"), clean_line(words.text)),
        Choice("leave", trusted("send nothing")),
    ]
    to = target.address.safe_line
    # a page shows the words whole
    question = compose("offer {who} {channel}, {address}?", who=name, channel=title, address=to)
    context.ui.page(question, choices, send, at="send")


def _ready(
    context: Context, state: BackendState, case: OpenCase, now: Ms
) -> Iterator[tuple[Target, Words, UsedTemplate | None]]:
    """Channels that reach the caller now, with all that is to be said there: nobody has time for questions."""
    targets = {one.channel: one for one in targets_of(case, state.directory, now)}
    for name in CHANNELS:
        target = targets.get(name)
        if target is None or not target.address or target.stands == "refused":
            continue
        words = words_for(context, state, case, target)
        if not target.closed:
            yield target, words, None
            continue
        for template in sorted(target.templates, key=lambda one: one.language[:2] != words.language):
            values = tuple(words.values.get(one, "") for one in template.variables)
            if all(values):
                text = filled(template, values)
                used = UsedTemplate(template.name, template.language, tuple(CustomerText(one) for one in values))
                yield target, Words(text, "", words.language, words.values), used


_NONE_RINGS = marked("nothing rings")

COMMANDS = (command(ids.CALL_OFFER, _offer, has_call("ringing", otherwise=_NONE_RINGS)),)
