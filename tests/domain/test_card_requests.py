"""What a system is asked: values of customers are data in it, whatever they are."""

from __future__ import annotations

import pytest

from agent_tui.domain import json_path
from agent_tui.domain.card_requests import chosen, filled_command, filled_url, places
from agent_tui.domain.company_cards import (
    EVERY,
    CardFailed,
    CardField,
    CompanyCard,
    card_variables,
    titled,
)
from agent_tui.domain.text import CustomerText

URL = "https://shop.example/api/{case}/orders?phone={tel|wa}&tags={labels}"


def test_a_value_is_percent_encoded_and_never_the_host() -> None:
    values = {"case": "4471", "tel|wa": "+972-54&admin=1#@evil.example/", "labels": "{tel}"}
    assert filled_url(URL, values) == (
        "https://shop.example/api/4471/orders?phone=%2B972-54%26admin%3D1%23%40evil.example%2F&tags=%7Btel%7D"
    )


@pytest.mark.parametrize("value", [".", ".."])
def test_a_value_is_no_step_to_another_folder(value: str) -> None:
    with pytest.raises(CardFailed) as failed:
        filled_url("https://shop.example/a/{labels}/b", {"labels": value})
    assert failed.value.trouble.kind == "unfit"
    assert filled_url("https://shop.example/a/x{labels}", {"labels": value}).endswith(f"/x{value}")


def test_a_value_is_one_argument_and_no_option() -> None:
    assert filled_command(("shop", "--by={tel}", "{tel}"), {"tel": "$(rm -rf /) ; x"}) == (
        "shop",
        "--by=$(rm -rf /) ; x",
        "$(rm -rf /) ; x",
    )
    assert filled_command(("shop", "-p{tel}"), {"tel": "-1"}) == ("shop", "-p-1")
    with pytest.raises(CardFailed) as failed:
        filled_command(("shop", "{tel}"), {"tel": "--output=/etc/passwd"})
    assert failed.value.trouble.kind == "unfit"


def test_the_first_address_that_is_there_is_asked_by() -> None:
    asks_by = places([URL])
    assert asks_by == (("case",), ("tel", "wa"), ("labels",))
    assert chosen(asks_by[:2], {"case": "1", "wa": "+1"}) == {"case": "1", "tel|wa": "+1"}
    for known, kind in (({"tel": ""}, "lacks"), ({"tel": "a\nb"}, "unfit"), ({"tel": "1" * 501}, "unfit")):
        with pytest.raises(CardFailed) as failed:
            chosen((("tel",),), known)
        assert failed.value.trouble.kind == kind


def test_paths_find_what_is_there_and_run_nothing() -> None:
    answer = {"orders": [{"id": 1, "lines": [{"n": "a"}, {"n": "b"}]}, {"id": 2, "lines": []}], "a": {"b": None}}
    for path, expected in (
        ("orders[1].id", [2]),
        ("orders[*].lines[*].n", ["a", "b"]),
        ("orders[9].id", []),
        ("a.b", [None]),
        ("a.b.c", []),
        ("orders.id", []),
        ("orders[*]", answer["orders"]),
    ):
        assert json_path.found(answer, json_path.parse(path)) == expected, path
    assert json_path.parse("a[*]") == ("a", EVERY)
    for wrong in ("", ".a", "a..b", "a[", "a[-1]", "a[x]", "a.", "__import__('os')[", ".".join("a" * 13)):
        with pytest.raises(ValueError, match="path"):
            json_path.parse(wrong)
    assert json_path.found({"a": [[]] * 5000}, json_path.parse("a[*]")) == [[]] * json_path.MOST_FOUND


def test_cards_are_variables_by_card_and_field() -> None:
    def field(name: str, value: str) -> CardField:
        return CardField(name, (("", name),), "text", CustomerText(value))

    card = CompanyCard("shop", (), (field("owed", "120.00"),), ((field("order", "88213"), field("owed", "1")),), at=1)
    assert card_variables([card, CompanyCard("empty", ())]) == {
        "shop": {"owed": CustomerText("120.00"), "order": CustomerText("88213")}
    }
    assert titled((("", "From the shop"), ("he", "מהחנות")), "he") == "מהחנות"
    assert titled((("", "From the shop"), ("he", "מהחנות")), "ar") == "From the shop"
