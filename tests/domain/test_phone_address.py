"""The number that a reply or a card has for a customer."""

from __future__ import annotations

import pytest

from agent_tui.domain.model import Address
from agent_tui.domain.phone_address import phone_of
from agent_tui.domain.text import CustomerText


@pytest.mark.parametrize(
    ("addresses", "phone"),
    [
        (["wa:972541112233", "tel:+97236660000", "mailto:d@x.example"], "+97236660000"),
        (["tel:+97236660000", "tel:+97231110000"], "+97236660000"),
        (["wa:972541112233"], "+972541112233"),
        (["wa:IL.1928374650912837", "mailto:d@x.example"], ""),
        (["wa:19283746509128374650"], ""),
        (["wa:٩٧٢٥٤١١١٢٢٣"], ""),
        (["tel:withheld-k1"], ""),
        (["tel:withheld-k1", "wa:972541112233"], "+972541112233"),
        ([], ""),
    ],
)
def test_a_phone_number_first_then_that_of_whatsapp_where_it_is_one(addresses: list[str], phone: str) -> None:
    held = [Address(scheme, CustomerText(value)) for scheme, _, value in (one.partition(":") for one in addresses)]
    assert phone_of(held) == phone
