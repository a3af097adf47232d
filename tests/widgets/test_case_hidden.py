"""What a timeline keeps back: card numbers until they are asked for, and what was sent behind what is drawn."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.domain.events import CardShown, Event
from agent_tui.domain.model import Attachment, Message
from agent_tui.domain.orders import ShowCard
from agent_tui.domain.text import CustomerText
from agent_tui.language.catalogue import Catalogue
from tests.widgets.running import Running
from tests.widgets.shop import NOW
from tests.widgets.talk import DANA, TalkShop, case_column, messages, talking

CARD = "4111 1111 1111 1111"
HIDDEN = "•••• •••• •••• 1111"
_RAW = "e" * 64


def paid() -> Message:
    return Message("p1", DANA, "wa", "whatsapp", "in", NOW - 30_000, CustomerText(f"my card: {CARD}"))


def steering() -> Message:
    body = CustomerText("see \u202egpj.exe\x1b[2J")
    return Message("s1", DANA, "em", "email", "in", NOW - 20_000, body, subject=CustomerText("Hi"), source=_RAW)


def shop(*more: Message) -> TalkShop:
    made = TalkShop([*messages(), *more])
    made.rows[DANA] = replace(made.rows[DANA], preview=more[-1].body)
    made.files[_RAW] = b"From: D <d@example.com>\r\nSubject: Hi\r\nX-Odd: \xe9\r\n\r\nbody"
    return made


def written_down(made: TalkShop, agent: str) -> None:
    """The hub tells of the asking."""
    made.seq += 1
    row = replace(made.rows[DANA], version=made.seq)
    made.happens(Event(made.seq, made.seq - 1, NOW, NOW, CardShown("p1"), DANA, agent, row))


async def run_command(desk: Running, line: str) -> None:
    await desk.press(":")
    await desk.press(*("minus" if char == "-" else char for char in line))
    await desk.press("enter")


async def test_a_card_number_is_hidden_until_it_is_asked_for_and_that_is_written_down() -> None:
    made = shop(paid())
    async with talking(made) as desk:
        copied: list[str] = []
        desk.app.copy_to_clipboard = copied.append  # type: ignore[method-assign,assignment]
        assert CARD not in desk.text and HIDDEN in "\n".join(case_column(desk))
        await desk.press("y")
        assert copied == [f"my card: {HIDDEN}"]
        await run_command(desk, "card-show")
        assert ShowCard(DANA, "p1") in made.orders
        assert CARD not in desk.text, "shown before it was written down"
        written_down(made, "noa")
        await desk.rest()
        assert f"my card: {CARD}" in "\n".join(case_column(desk))
        assert "card number shown to Noa" in desk.text
        await desk.press("y")
        assert copied[-1] == f"my card: {CARD}"
        await desk.press("escape", "j", "enter", "escape", "k", "enter")
        assert CARD not in desk.text, "the case was left"


async def test_what_another_agent_asked_for_stays_hidden_here() -> None:
    made = shop(paid())
    async with talking(made) as desk:
        written_down(made, "avi")
        await desk.rest()
        assert CARD not in desk.text
        assert "card number shown to Avi" in desk.text


async def test_the_list_of_letters_offers_both() -> None:
    made = shop(paid(), steering())
    async with talking(made) as desk:
        await desk.press("f")
        assert "source of" in desk.text and "card number of" in desk.text
        await desk.press("c", "a", "r", "d", "enter")
        assert ShowCard(DANA, "p1") in made.orders


async def test_a_message_without_a_card_says_so() -> None:
    async with talking(shop(steering())) as desk:
        await run_command(desk, "card-show")
        assert "there is no card number in this message" in desk.text


async def test_the_source_shows_code_points_and_a_mails_headers() -> None:
    async with talking(shop(steering())) as desk:
        assert "~ changed; :message-source" in desk.text
        await run_command(desk, "message-source")
        for _ in range(100):
            await desk.rest()
            if "source of" in desk.text:
                break
        column = "\n".join(case_column(desk))
        assert "From: D <d@example.com>" in column and "X-Odd: \\xe9" in column
        assert "see \\u202egpj.exe\\x1b[2J" in column
        await desk.press("escape")
        assert "source of" not in desk.text and "~ changed" in desk.text


async def test_the_source_hides_cards_too() -> None:
    message = replace(paid(), body=CustomerText(f"\u202e{CARD}"))
    async with talking(shop(message)) as desk:
        await run_command(desk, "message-source")
        await desk.rest()
        column = "\n".join(case_column(desk))
        assert f"\\u202e{HIDDEN}" in column and CARD not in column


async def test_the_source_hides_a_card_copied_from_a_table() -> None:
    message = replace(paid(), body=CustomerText(CARD.replace(" ", "\t")))
    async with talking(shop(message)) as desk:
        assert "••••    ••••    ••••    1111" in desk.text
        await run_command(desk, "message-source")
        await desk.rest()
        column = "\n".join(case_column(desk))
        assert "••••\\t••••\\t••••\\t1111" in column and "4111" not in column


async def test_a_link_that_holds_a_card_number_is_not_copied() -> None:
    message = replace(paid(), body=CustomerText("https://pay.example/?c=4111111111111111"))
    async with talking(shop(message)) as desk:
        await desk.press("f")
        assert "it holds what may be a card number" in desk.text
        assert "4111111111111111" not in desk.text


async def test_cards_in_rows_names_and_files_are_hidden() -> None:
    file = Attachment(CustomerText(f"{CARD}.pdf"), "application/pdf", 9)
    made = shop(replace(paid(), attachments=(file,), sender=CustomerText(CARD)))
    made.rows[DANA] = replace(made.rows[DANA], name=CustomerText(f"Dana {CARD}"), subject=CustomerText(CARD))
    async with talking(made, size=(160, 40)) as desk:
        assert CARD not in desk.text and HIDDEN in desk.text


async def test_a_disguised_links_real_host_stands_under_the_message() -> None:
    body = CustomerText(
        "https://\u0430\u0440\u0440le.com/a and https://bank.example@evil.example/ and https://good.example"
    )
    async with talking(shop(replace(paid(), body=body)), size=(160, 40)) as desk:
        assert "! link leads to xn--" in desk.text
        assert "! link leads to evil.example" in desk.text
        assert "leads to good.example" not in desk.text


async def test_the_source_of_an_english_message_begins_at_the_left_of_a_hebrew_desk() -> None:
    async with talking(shop(steering()), size=(80, 24), language=Catalogue("he")) as desk:
        await run_command(desk, "message-source")
        await desk.rest()
        head, *lines = [line.split("\u2502")[0] for line in desk.screen[4:8]]
        assert head.startswith(" " + "\u05d7\u05d6\u05e8\u05d4"[::-1] + " Esc \u2500")
        assert any(line.startswith(" ") and line[1:2].isalnum() for line in lines)
