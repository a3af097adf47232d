"""Card numbers are masked in every disguise, and nothing else is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.text import CustomerText
from agent_tui.domain.text_cards import is_card, mask_cards, mask_sent

# The numbers that the brands and payment providers publish for tests.
CARDS = [
    "4111111111111111", "4012888888881881", "4222222222222", "4000000000000000006", "5555555555554444",
    "5105105105105100", "2223003122003222", "2720990000000007", "378282246310005", "371449635398431",
    "6011111111111117",
    "6011000990139424", "3530111333300000", "30569309025904", "38520000023237", "36006666333344", "6200000000000005",
    "6304000000000000", "6759649826438453", "6799990100000000019", "2200000000000004",
]  # fmt: skip
_ZERO, _ARABIC, _WIDE, _BOLD = ord("0"), ord("٠"), ord("０"), ord("\U0001d7ce")


def digits(text: str, base: int) -> str:
    return "".join(chr(base + int(char)) for char in text)


def grouped(number: str, sign: str, *sizes: int) -> str:
    parts: list[str] = []
    rest = number
    for size in sizes or (4,) * 5:
        parts, rest = [*parts, rest[:size]], rest[size:]
    return sign.join(part for part in [*parts, rest] if part)


def hidden(text: str) -> str:
    """What a screen shows of it."""
    return str(CustomerText(text).safe)


def shown_digits(text: str) -> int:
    return sum(char.isdigit() for char in hidden(text))


@pytest.mark.parametrize("number", CARDS)
def test_a_card_number_keeps_its_last_four_digits(number: str) -> None:
    assert is_card(number)
    for text in (
        number,
        f"my card is {number}, thanks",
        f"({number})",
        f"MC{number}",
        f"cc:VI{grouped(number, ' ')}",
        f"כרטיס ב{number} תודה",
        grouped(number, " "),
        grouped(number, "-"),
        grouped(number, "\u00a0"),
        grouped(number, "."),
        grouped(number, " - "),
        grouped(number, "\u200b"),
        grouped(number, "\u200b \u2060"),
        grouped(number, "\u200b", 1, 1, 1, 1, 1),
        *(grouped(number, sign, 4, 4, 4, 4) for sign in "|_/,:;*=~\\\u202f\u2007\u3000\uff5c\uff3f\uff0f\uff0c\u00b7"),
        *(grouped(number, sign, 3, 5, 2) for sign in "|_\uff3f\uff5c~"),
        *(sign.join(number) for sign in "|_/,.:*\u00a0\u200d"),
        grouped(number, " \u200b|\u2060 "),
        grouped(number, "\u00a0 "),
        *(f"my card is {number[:at]}\n{number[at:]} thanks" for at in range(1, len(number))),
        f"{number[:11]}\r\n> {number[11:]}",
        grouped(number[:10], "-") + "\n" + number[10:],
        digits(number[:9], _WIDE) + " \n" + digits(number[9:], _ARABIC),
        grouped(number, " ", 1, 3, 5, 2),
        grouped(number, "\u2013"),
        " ".join(number),
        "\u00ad".join(number),
        "\ufeff".join(number),
        "\u202e".join(number),
        digits(number, _ARABIC),
        digits(number, _WIDE),
        digits(number, _BOLD),
        grouped(digits(number, _ARABIC), " "),
        digits(number[:6], _WIDE) + number[6:],
        "".join(f"{char}\ufe0f\u20e3" for char in number),
        "".join(f"{char}\u0301" for char in number),
        f"\u2067{number[:8]}\u2069{number[8:]}",
    ):
        assert shown_digits(text) == 4, (text, hidden(text))
        kept = [char for char in hidden(text) if char.isdigit()]
        assert "".join(str(int(char)) for char in kept) == number[-4:]


def test_beside_other_numbers() -> None:
    assert hidden("4111 1111 1111 1111 12/27 123") == "•••• •••• •••• 1111 12/27 123"
    assert hidden("054-1234567 4111-1111-1111-1111") == "054-1234567 ••••-••••-••••-1111"
    assert hidden("4111111111111111 5555555555554444") == "••••••••••••1111 ••••••••••••4444"
    assert hidden("4111 1111 1111\n1111 wrapped by a mail") == "•••• •••• ••••\n1111 wrapped by a mail"
    assert hidden("4111 1111 11\n11 1111 12/27 123") == "•••• •••• ••\n•• 1111 12/27 123"
    assert hidden("> no. 88213\n> 4111|1111|1\n> 111|1111|12/27") == "> no. 88213\n> ••••|••••|•\n> •••|1111|12/27"
    assert hidden("4111_1111_1111_1111_12_27") == "••••_••••_••••_1111_12_27"
    # 38520000023237 and 6759 are a card's number too, by chance; that shows no more of the second one.
    assert hidden("38520000023237\n6759 6498 2643 8453") == "••••••••••••••\n•••• •••• •••• 8453"
    assert hidden("378282246310005 exp 12/27") == "•••••••••••0005 exp 12/27"


def test_one_line_and_cut_texts() -> None:
    assert CustomerText("4111\n1111\n1111 1111").safe_line == "•••• •••• •••• 1111"
    long = "x" * 9_960 + " 4111 1111 1111 1111 " + "y" * 500
    assert "4111" not in CustomerText(long).safe
    for unseen in ("", "\x07"):
        behind_a_long_line = CustomerText(unseen + "x" * 300_000 + "\ncard 4111 1111 1111 1111").safe
        assert "4111" not in behind_a_long_line and "more" in behind_a_long_line
    line = CustomerText("x" * 955 + " 4111111111111111 " + "y" * 500)
    assert "4111" not in line.safe_line


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # fails the check
        "1234 5678 9012 3452",  # passes it, is nobody's
        "9400 1000 0000 0000 0000 00",
        "1Z999AA10123456784",
        "RR123456785IL",
        "7290000000000",  # EAN of Israel
        "20261126214333",
        "1764193413000",
        "353011133330000",  # IMEI
        "89972010000000000000",  # SIM card
        "+972 54-123-4567",
        "054-123-4567 052-765-4321",
        "+49 1512 3456789",
        "+62 812-3456-7890-12",
        "4915123456786",  # WhatsApp writes them without the plus
        "GB29 NWBK 6016 1331 9268 19",
        "DE89 3704 0044 0532 0130 00",
        "IL62 0108 0000 0009 9999 999",
        "NL91ABNA0417164300",
        "NL91 ABNA 0417 1643 00 ABNA NL2A",
        "transfer to ES9121000418450200051332, please",
        "FR14 2004 1010 0505 0001 3M02 606",
        "order 88213, item 4471, qty 12",
        "4.11.2026, 11.11.2026, 11:11",
        "4111\n1111\n1111\n1111",
        "41111\n11111\n111111",
        "054-1234567\n+972 52-765-4321\n4471",
        "3530111\n054-123-4567",
        "4111/11/11 11:11:11:11",
        "0000000000000000",
        "41111111111111111111111111",
        "1,250.00 + 2,310.50 + 4,999.90",
    ],
)
def test_what_is_no_card_stays(text: str) -> None:
    assert mask_cards(text) == text


def test_few_of_other_numbers_are_taken_for_cards() -> None:
    """Orders and trackings of 13 to 19 digits by chance: a tenth of those with a brand's prefix and length."""
    chance = random.Random(7)
    numbers = ["".join(chance.choices("0123456789", k=chance.randint(13, 19))) for _ in range(20_000)]
    masked = sum(mask_cards(number) != number for number in numbers)
    assert masked < 20_000 * 0.025


@given(st.text(alphabet="0123456789 -.\n\u200b٤•x", max_size=60))
def test_masking_only_ever_hides(text: str) -> None:
    masked = mask_cards(text)
    assert len(masked) == len(text)
    assert all(after in (before, "•") for before, after in zip(text, masked, strict=True))
    assert mask_cards(masked) == masked or len(text) > 26


@pytest.mark.parametrize(
    "char", ["\t", " ", "\u00ad", "\u180e", "\u180b", "\u2800", "\ue000", "\ufdd0", "\u0301", "\U000e0031"]
)
def test_what_is_hidden_when_drawn_is_hidden_in_what_was_sent(char: str) -> None:
    raw = f"\u05d0 {char.join(('4111', '1111', '1111', '1111'))} x\u0301"
    assert "4111" not in CustomerText(raw).safe
    assert mask_sent(raw) == raw.replace("4111", "••••").replace(f"{char}1111" * 3, f"{char}••••" * 2 + f"{char}1111")


@given(st.text(alphabet="0123456789 \t-\n\u200b\u0301\u20e3٤•x", max_size=60))
def test_masking_what_was_sent_only_ever_hides_digits(raw: str) -> None:
    masked = mask_sent(raw)
    assert len(masked) == len(raw)
    assert all(
        after == before or (after == "•" and before.isdigit()) for before, after in zip(raw, masked, strict=True)
    )


@given(st.text(max_size=200))
def test_it_never_raises(text: str) -> None:
    assert len(mask_cards(text)) <= len(text)


def test_floods_of_digits_take_no_time_that_grows_faster_than_they_do() -> None:
    import time

    def took(text: str) -> float:
        start = time.thread_time()  # what others do on this machine meanwhile is no time of ours
        mask_cards(text)
        return time.thread_time() - start

    for unit in ("4 ", "4", "1234567890123 ", "4 1 1 1 1 1 1 1 1 1 1 1 x", "41111111 11111111 "):
        small, large = took(unit * 2_000), took(unit * 20_000)
        assert large < max(small, 0.005) * 40, unit
