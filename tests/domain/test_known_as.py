"""By what two servers know one person."""

from __future__ import annotations

import pytest

from agent_tui.domain.known_as import known_as
from agent_tui.domain.model import Address
from agent_tui.domain.text import CustomerText


def of(scheme: str, value: str, *, verified: bool = False) -> Address:
    return Address(scheme, CustomerText(value), verified=verified)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (of("mailto", "Dana@Example.com"), of("mailto", "dana@example.com ")),
        (of("wa", "972501234567"), of("tel", "+972 50-123-4567", verified=True)),
        (of("tel", "00972501234567"), of("sms", "+972501234567")),
        (of("acct", "@dana@social.example"), of("acct", "dana@social.example")),
    ],
)
def test_one_address_is_known_however_it_is_written(one: Address, other: Address) -> None:
    (a,), (b,) = known_as([one]), known_as([other])
    assert a == b


@pytest.mark.parametrize(
    "address",
    [of("web", "visitor-17"), of("fb", "10012345"), of("x", "12345678"), of("tel", "100"), of("mailto", "")],
)
def test_what_one_account_calls_somebody_says_nothing_elsewhere(address: Address) -> None:
    assert known_as([address]) == ()


def test_a_phone_that_somebody_vouches_for_is_sure_and_another_may_be_shared() -> None:
    shared, sure = known_as([of("tel", "+97231234567")]), known_as([of("wa", "+97231234567")])
    assert shared[0][0] == "~" and sure[0][0] == "=" and shared[0][1:] == sure[0][1:]
    both = known_as([of("wa", "97231234567"), of("tel", "+97231234567")])
    assert both == sure == known_as([of("tel", "+97231234567"), of("wa", "97231234567")])


def test_a_digest_tells_no_address() -> None:
    (digest,) = known_as([of("mailto", "dana@example.com")])
    assert "dana" not in digest and len(digest) == 17
