"""Which case waits in which queue, what it needs of an agent, and who works it."""

from __future__ import annotations

import pytest

from agent_tui.domain.queues import QueueSetup, queue_of

TEAM, CHANNEL, BRAND, LABELS = "billing", "email", "nofar", ("vip", "refund")


def of(*setups: QueueSetup) -> QueueSetup | None:
    """Where the case of these tests waits."""
    return queue_of(setups, team=TEAM, channel=CHANNEL, brand=BRAND, labels=LABELS)


@pytest.mark.parametrize(
    ("setup", "fits"),
    [
        (QueueSetup("q"), True),
        (QueueSetup("q", team="billing"), True),
        (QueueSetup("q", team="night"), False),
        (QueueSetup("q", channels=("sms", "email")), True),
        (QueueSetup("q", channels=("sms",)), False),
        (QueueSetup("q", brands=("nofar",)), True),
        (QueueSetup("q", brands=("ogen",)), False),
        (QueueSetup("q", labels=("refund", "lost")), True),
        (QueueSetup("q", labels=("lost",)), False),
        (QueueSetup("q", team="billing", channels=("email",), brands=("nofar",), labels=("vip",)), True),
        (QueueSetup("q", team="billing", channels=("email",), brands=("ogen",), labels=("vip",)), False),
    ],
)
def test_a_case_waits_where_all_that_is_named_fits(setup: QueueSetup, fits: bool) -> None:
    assert setup.fits(team=TEAM, channel=CHANNEL, brand=BRAND, labels=LABELS) is fits


def test_the_first_queue_that_it_fits_has_it() -> None:
    sms, mail, rest = QueueSetup("sms", channels=("sms",)), QueueSetup("mail", channels=("email",)), QueueSetup("rest")
    assert of(sms, mail, rest) is mail
    assert of(sms, rest, mail) is rest
    assert of(sms) is None


@pytest.mark.parametrize(
    ("setup", "who"),
    [
        (QueueSetup("q"), {"noa", "avi"}),
        (QueueSetup("q", team="billing"), {"avi"}),
        (QueueSetup("q", agents=("noa",)), {"noa"}),
        (QueueSetup("q", team="billing", agents=("noa",)), {"noa", "avi"}),
        (QueueSetup("q", team="night"), set()),
    ],
)
def test_a_team_or_agents_work_it_and_with_neither_everybody(setup: QueueSetup, who: set[str]) -> None:
    teams: dict[str, tuple[str, ...]] = {"noa": (), "avi": ("billing",)}
    assert {agent for agent, held in teams.items() if setup.worked_by(agent, held)} == who


def test_what_a_case_needs() -> None:
    setup = QueueSetup(
        "q",
        asks=("language", "channel"),
        needs=("region:north", "channel:email"),
        label_needs=(("refund", "topic:refunds"), ("lost", "topic:lost")),
    )
    found = setup.needs_of(channel=CHANNEL, brand=BRAND, labels=LABELS, language="he")
    assert found == ("region:north", "channel:email", "language:he", "topic:refunds", "brand:nofar")
    assert QueueSetup("q", asks=("language",)).needs_of(channel="email", brand="", labels=(), language="") == ()


def test_giving_out_is_told_what_it_asks() -> None:
    queue = QueueSetup("q", "Chats", "pull", weights=(("sms", 3),), overflow="o", overflow_ms=7, sticky_ms=8).queue
    assert (queue.id, queue.mode, queue.weight("sms"), queue.overflow) == ("q", "pull", 3, "o")
    assert (queue.overflow_ms, queue.sticky_ms) == (7, 8)
