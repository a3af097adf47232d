"""The words of an invitation as the desk proposes them: a canned reply where there is one, else built-in ones, in the
customer's language, with what is gone on with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from agent_tui.commands.context import Context
from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.channel_targets import Target
from agent_tui.desk.drafts import Draft
from agent_tui.desk.open_case import OpenCase
from agent_tui.desk.reply_values import spoken_by, values_of
from agent_tui.domain.channels import channel
from agent_tui.domain.frozen import frozen
from agent_tui.domain.invitations import Before, Matter, invitation, subject
from agent_tui.domain.language import SPOKEN
from agent_tui.domain.replies.fields import open_fields
from agent_tui.domain.time import Ms, local_time

KEYS = ("move-{channel}", "move")
"""Canned replies that invite, the first that there is."""


@frozen
class Words:
    """`language`: two letters; `values`: what the desk knows for the places of a template."""

    text: str
    subject: str
    language: str
    values: Mapping[str, str]


def words_for(context: Context, backend: BackendState, case: OpenCase, target: Target) -> Words:
    """What invites the customer of a case to a channel."""
    assert case.row is not None
    now, row = context.workbench.time.now(), case.row
    own = backend.me.name if backend.me is not None else ""
    spoken = SPOKEN.get()
    language = spoken_by(case) or (spoken.code if spoken is not None else "en")
    brand = backend.directory.brand_title(row.brand) if row.brand else ""
    name = row.name.safe_line.drawn()
    customer = "" if any(letter.isdigit() or letter == "@" for letter in name) else name
    before, at = _before(case)
    matter = Matter(customer, own, brand, before, _time(at, now, context.zone) if at else "")
    about = row.subject.safe_line.drawn() or subject(matter, language)
    draft = Draft(case.key, target.channel, subject=about)
    values = values_of(case, draft, backend.directory, own, now, context.zone, language)
    known = {"customer": customer or name, "case": str(row.number), "agent": own, "brand": brand}
    canned = context.workbench.replies.index(backend, row.brand).replies
    for key in KEYS:
        reply = canned.get(key.format(channel=target.channel))
        if reply is None or not reply.suits(target.channel):
            continue
        # a desk starts without templates
        from agent_tui.domain.replies.template import Refused, render

        try:
            text = render(reply.text_for(target.channel, language).text, values, {})
        except Refused:
            continue
        if not open_fields(text):
            return Words(text, about, language, known)
    return Words(invitation(matter, language), about, language, known)


def _before(case: OpenCase) -> tuple[Before, Ms]:
    """What is gone on with, and when it was."""
    call = max((one for one in case.calls if not one.part_of), key=lambda one: one.since, default=None)
    said = next((m for m in reversed(case.messages) if m.kind in ("in", "out") and m.channel), None)
    if call is not None and call.comes:
        return "ringing", call.since
    if call is not None and (said is None or call.since >= said.at):
        return "call", call.answered or call.since
    if said is None:
        return "nothing", 0
    kind = channel(said.channel).kind
    return ("mail" if kind == "mail" else "post" if kind == "public" else "chat"), said.at


def _time(at: Ms, now: Ms, zone: tzinfo) -> str:
    """`14:02` today, else with the day."""
    then, today = local_time(at, zone), local_time(now, zone)
    return f"{then:%H:%M}" if then.date() == today.date() else f"{then.day}.{then.month} {then:%H:%M}"
