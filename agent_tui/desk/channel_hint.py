"""The moment of the open case as the rules of hints see it, and which hints the agent does not want. Pure."""

from __future__ import annotations

from agent_tui.desk.channel_targets import targets_of
from agent_tui.desk.desk import Desk
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.channel_hints import Hint, Moment, hint
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.consents import of_channel
from agent_tui.domain.language import SPOKEN
from agent_tui.domain.model import Directory
from agent_tui.domain.text import SafeText, clean_line, compose
from agent_tui.domain.time import Ms

LATELY = 6
"""Messages that are looked at."""
LONG = 4000
"""Characters of each."""


def shown_hint(desk: Desk, case: OpenCase, now: Ms) -> Hint | None:
    """What suits the open case better than where it is, unless its agent does not want to hear of it."""
    state = desk.backends.get(case.key.backend)
    if state is None or case.key in desk.no_hints or "move-channel" not in state.capabilities.orders:
        return None
    talks = [t for t in case.conversations if t.last_inbound is not None or t.count]
    last = max(talks, key=lambda talk: talk.last_inbound or talk.started, default=None)
    if last is None:
        return None
    calls = "dial" in state.capabilities.orders
    return hint_for(case, state.directory, last.channel, now + state.clock_skew, calls=calls)


def hint_words(found: Hint) -> SafeText:
    """`better on e-mail: a long form`."""
    language = SPOKEN.get()
    hebrew = language is not None and language.code == "he"
    reason = clean_line((found.rule.reason_he if hebrew else "") or found.rule.reason)
    return compose("better on {channel}: {reason}", channel=profile_of(found.channel).title, reason=reason)


def hint_for(case: OpenCase, directory: Directory, channel: str, now: Ms, *, calls: bool) -> Hint | None:
    """What suits better than `channel`, where the case is. `calls`: customers can be called from here."""
    if not directory.hints or case.customer is None or case.loading:
        return None
    return hint(directory.hints, moment_of(case, directory, channel, now, calls=calls))


def moment_of(case: OpenCase, directory: Directory, channel: str, now: Ms, *, calls: bool) -> Moment:
    """What the rules look at."""
    said = [m for m in case.messages if m.kind in ("in", "out") and not m.auto][-LATELY:]
    there = [m for m in case.messages if m.channel == channel and m.kind in ("in", "out")]
    last = there[-1] if there else None
    return Moment(
        channel,
        tuple(m.body.safe.drawn()[:LONG] for m in said if m.kind == "in"),
        tuple(m.body.safe.drawn()[:LONG] for m in said if m.kind == "out"),
        any(file.media.startswith("image/") for m in said if m.kind == "in" for file in m.attachments),
        case.row.labels if case.row is not None else (),
        now - last.at if last is not None and last.kind == "out" else 0,
        _reachable(case, directory, channel, now, calls=calls),
        any(m.attachments for m in said if m.kind == "out"),
    )


def _reachable(case: OpenCase, directory: Directory, channel: str, now: Ms, *, calls: bool) -> tuple[str, ...]:
    """Where else they can be written to, or called; where they wrote last first."""
    found = [
        target.channel
        for target in targets_of(case, directory, now)
        if target.channel != channel
        and target.address
        and target.stands != "refused"
        and (not target.closed or target.templates)
    ]
    heard = {talk.channel: talk.last_inbound or 0 for talk in case.conversations}
    found.sort(key=lambda name: -heard.get(name, 0))
    customer = case.customer
    if calls and customer is not None and channel != "phone":
        refused = of_channel(customer.consents, "phone")
        numbers = any(one.scheme in ("tel", "wa") for one in customer.addresses)
        if numbers and (refused is None or refused.given):
            found.append("phone")
    return tuple(found)
