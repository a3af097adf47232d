"""The channels that a case can move to, each with what it needs or what stands in the way. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.channel_moves import AGAIN_AFTER_MS
from agent_tui.domain.channels import Channel, channel, window_left
from agent_tui.domain.consents import Consent, Standing, of_channel, standing
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import EMPTY, Directory, Sender
from agent_tui.domain.phone_address import reachable, whole_number
from agent_tui.domain.templates import Template
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms
from agent_tui.domain.windows import last_heard

TYPED = ("mailto", "tel", "wa")
"""Addresses that an agent can type; others only the channel gives."""


@frozen
class Target:
    """One channel. `address`: where they are written to there, empty where none is known; `theirs`: it is an address of
    theirs already, else a number of theirs on another channel. `left`: ms of the reply window, 0 closed, None there is
    none; `templates`: what may go when it is closed. `current`: they were
    talked with last there; `invited`: they were asked to come there within the hour, and have not."""

    channel: str
    account: str
    address: CustomerText
    theirs: bool
    left: int | None
    templates: tuple[Template, ...]
    stands: Standing
    consent: Consent | None
    current: bool
    invited: bool

    @property
    def profile(self) -> Channel:
        """What the channel allows."""
        return channel(self.channel)

    @property
    def closed(self) -> bool:
        """Free words do not go there now."""
        return self.left == 0


def targets_of(case: OpenCase, directory: Directory, now: Ms) -> Iterator[Target]:
    """One of each channel that the case's brand writes on."""
    current = _current(case)
    for sender in _senders(case, directory):
        profile = channel(sender.channel)
        address, theirs = _address(case, profile)
        heard = last_heard(case.conversations, sender.channel, address) if address else None
        wrote = any(t.channel == sender.channel and t.last_inbound is not None for t in case.conversations)
        consents = case.customer.consents if case.customer is not None else ()
        yield Target(
            sender.channel,
            sender.account,
            address,
            theirs,
            window_left(profile, heard, now),
            sender.templates,
            standing(consents, sender.channel, wrote=wrote),
            of_channel(consents, sender.channel),
            sender.channel == current,
            _invited(case, sender.channel, heard, now),
        )


def _senders(case: OpenCase, directory: Directory) -> Iterator[Sender]:
    """The first account of each text channel, one of the case's brand before others."""
    brand, seen = case.row.brand if case.row is not None else "", set[str]()
    for sender in sorted(directory.senders, key=lambda one: one.brand != brand):
        if sender.channel not in seen and channel(sender.channel).kind != "voice":
            seen.add(sender.channel)
            yield sender


def _invited(case: OpenCase, channel: str, heard: Ms | None, now: Ms) -> bool:
    asked = max((move.at for move in case.moves if move.channel == channel), default=0)
    return now - asked < AGAIN_AFTER_MS and (heard is None or heard < asked)


def _current(case: OpenCase) -> str:
    """Where they were talked with last, by text."""
    said = next((m for m in reversed(case.messages) if m.kind in ("in", "out") and m.channel), None)
    spoken = max((call.since for call in case.calls), default=0)
    return said.channel if said is not None and said.at >= spoken else ""


def _address(case: OpenCase, profile: Channel) -> tuple[CustomerText, bool]:
    """The newest of theirs there, else a phone number that may be it."""
    addresses = case.customer.addresses if case.customer is not None else ()
    own = next((one.value for one in addresses if one.scheme == profile.scheme and reachable(one.value)), None)
    if own is not None:
        return own, True
    if profile.scheme in ("wa", "tel"):
        other = "tel" if profile.scheme == "wa" else "wa"
        digits = next((d for one in addresses if one.scheme == other and (d := whole_number(one.value))), "")
        if digits:
            return CustomerText(digits if profile.scheme == "wa" else f"+{digits}"), False
    return EMPTY, False
