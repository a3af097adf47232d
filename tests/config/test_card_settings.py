"""[[card]] and [[post]] of hub.toml: what is wrong is named with its line; no value of a customer's names a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui.config.hub_check import check_hub_settings
from agent_tui.config.hub_settings import load_hub_settings
from agent_tui.domain.company_cards import EVERY

FIELD = '[[card.field]]\nname = "owed"\ntitle = "owed"\npath = "a[0].b[*]"\nkind = "money"\n'
URL = 'url = "https://shop.example/x?phone={tel|wa}&case={case}"\n'


def card(lines: str, more: str = FIELD) -> str:
    return f'[[card]]\nname = "shop"\ntitle = "Shop"\n{lines}{more}'


def wrong(folder: Path, text: str) -> list[str]:
    path = folder / "hub.toml"
    path.write_text(text)
    return [f"{one.line} {one.key} {one.what}" for one in check_hub_settings(path, {}, folder)]


def test_a_card_is_read_with_its_places_and_paths(tmp_path: Path) -> None:
    assert wrong(tmp_path, card(URL + 'titles = { he = "חנות" }\ncache_minutes = 1\n')) == []
    setup = load_hub_settings(tmp_path / "hub.toml", {}).settings.card[0].setup()
    assert (setup.titles, setup.asks_by) == ((("", "Shop"), ("he", "חנות")), (("tel", "wa"), ("case",)))
    assert (setup.fields[0].path, setup.fresh_ms) == (("a", 0, "b", EVERY), 60_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (card(""), "2 card[1].name asks nobody, or two"),
        (card(URL + 'command = ["x"]\n'), "2 card[1].name asks nobody, or two"),
        (card(URL, ""), "2 card[1].name shows nothing"),
        (card('url = "https://{tel}.example/x"\n'), "4 card[1].url a value of a customer's would name the server"),
        (card('url = "https://x.example/{name}"\n'), "4 card[1].url a place that nothing fills"),
        (card('url = "https://x.example/{tel"\n'), "4 card[1].url a place that nothing fills"),
        (card('url = "http://x.example/{tel}"\n'), "4 card[1].url would ask for customers unencrypted"),
        (card('url = "https://u:p@x.example/{tel}"\n'), "4 card[1].url holds a login"),
        (card('command = ["{tel}"]\n'), "4 card[1].command no program"),
        (card(URL + 'list = "orders"\n'), "5 card[1].list half a list"),
        (card(URL + 'brands = ["none"]\n'), "5 card[1].brands no such brand"),
        (card(URL, FIELD.replace("a[0].b[*]", "a..b")), "8 card[1].field[1].path no path into JSON"),
        (card(URL) + card(URL), "11 card[2].name two of [[card]] are called shop"),
        (
            card(URL) + '[[card.header]]\nname = "s"\nheader = "Host"\n',
            "12 card[1].header[1].header a header that the hub writes itself",
        ),
        (
            card(URL) + '[[card.header]]\nname = "s"\nsecret_file = "x"\n',
            "12 card[1].header[1].secret_file a secret in a file",
        ),
        ('[[post]]\nname = "crm"\nurl = "http://x.example/"\n', "3 post[1].url would send customers unencrypted"),
        (
            '[[post]]\nname = "crm"\nurl = "https://x.example/"\nbrands = ["none"]\n',
            "4 post[1].brands no such brand",
        ),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str, tmp_path: Path) -> None:
    (problem,) = wrong(tmp_path, text)
    assert problem.startswith(said)
