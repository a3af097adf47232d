"""Whether what was typed answers a question of a script; where it does not, why not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Final

from agent_tui.domain.frozen import frozen
from agent_tui.domain.guided.place import Answer
from agent_tui.domain.guided.script import Ask, Step, Words, in_language
from agent_tui.domain.language import SPOKEN
from agent_tui.domain.text_cards import mask_cards
from agent_tui.domain.text_clean import clean_line
from agent_tui.domain.text_safe import SafeText, compose, fixed, listed, marked, trusted

MOST_CHARS: Final = 500
_NO_NUMBER: Final = marked("a number is needed")
_YES_NO: Final = (("yes", marked("yes")), ("no", marked("no")))
_MAIL = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\".]+(?:\.[^\s@<>,;\".]+)+")
_PHONE = re.compile(r"\+?[\d\s().-]+")
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


@frozen
class Taken:
    """It answers. `value`: as it is kept; "" where nothing was said."""

    value: str


@frozen
class Refused:
    """It does not. `why`: in the language spoken here."""

    why: SafeText


def spoken_language() -> str:
    """The short name of the language that is spoken here."""
    language = SPOKEN.get()
    return "en" if language is None else language.code


def shown(words: Words, language: str = "") -> SafeText:
    """A script's words to be drawn, on one line; in `language`, else the one spoken here."""
    return clean_line(in_language(words, language or spoken_language()))


def choices_of(step: Step, language: str = "") -> tuple[tuple[str, SafeText], ...]:
    """What can be chosen at a step, with words for each in `language`, else in the one spoken here, in order; none
    where nothing is to be chosen."""
    if step.ask.kind not in ("choice", "yes-no"):
        return ()
    labels = {choice.key: shown(choice.label, language) for choice in step.choices}
    if step.ask.kind == "choice":
        return tuple((key, label or clean_line(key)) for key, label in labels.items())
    return tuple((key, labels.get(key) or phrase.text) for key, phrase in _YES_NO)


def title_of(step: Step, language: str = "") -> SafeText:
    """What a step is called in lists: its title, else what is said or noted, else its name."""
    own = shown(step.title, language) or shown(step.say, language) or shown(step.note, language)
    return own or clean_line(step.name)


def said_of(step: Step, value: str) -> SafeText:
    """An answer as people read it, on one line: of what was chosen its words; card numbers are masked."""
    known = dict(choices_of(step))
    return known[value] if value in known else clean_line(value, veil=mask_cards)


def sayable(answers: Iterable[Answer], language: str) -> dict[str, str]:
    """Answers by their names, as a step says them to the customer: of what was chosen its words in `language`."""
    return {one.name: in_language(one.label, language) or one.value.raw for one in answers}


def told_of(answer: Answer) -> tuple[SafeText, SafeText]:
    """What an answer is about, and the answer itself, as people read them; without its script at hand."""
    title = shown(answer.title) or clean_line(answer.name.replace("_", " "))
    value = answer.value.raw
    yes_no = dict(_YES_NO).get(value)
    return title, shown(answer.label) or (yes_no.text if yes_no is not None else answer.value.safe_line)


def check(step: Step, typed: str) -> Taken | Refused:
    """What is kept of `typed`, or why it is no answer. Where nothing is asked, anything is."""
    ask, text = step.ask, _tidy(typed)
    if not ask.kind:
        return Taken("")
    if not text:
        return Taken("") if ask.optional else Refused(trusted("an answer is needed"))
    if len(text) > MOST_CHARS:
        return Refused(compose("longer than {n} characters", n=MOST_CHARS))
    match ask.kind:
        case "choice" | "yes-no":
            return _chosen(step, text)
        case "number":
            return _number(ask, text)
        case "date":
            return _date(ask, text)
        case "email":
            return _if(bool(_MAIL.fullmatch(text)), text, ask, trusted("not an e-mail address"))
        case "phone":
            return _phone(ask, text)
        case "code":
            return _code(ask, text)
    return Taken(text)


def _tidy(typed: str) -> str:
    """Without blanks around it, and without what no keyboard types and nobody sees."""
    kept = "".join(char if unicodedata.category(char)[0] not in "C" else " " * (char in "\t\r\n") for char in typed)
    return kept.strip()


def _if(fits: bool, value: str, ask: Ask, why: SafeText) -> Taken | Refused:
    return Taken(value) if fits else Refused(shown(ask.wrong) or why)


def _chosen(step: Step, text: str) -> Taken | Refused:
    known = choices_of(step)
    folded = text.casefold()
    for number, (key, label) in enumerate(known, 1):
        if folded in (key.casefold(), str(label).casefold()) or text == str(number) != key:
            return Taken(key)
    return _if(False, "", step.ask, compose("one of {choices}", choices=listed(", ", [label for _, label in known])))


def _number(ask: Ask, text: str) -> Taken | Refused:
    plain = "".join(_digit(char) for char in text)
    if re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        plain = plain.replace(",", "")
    plain = plain.replace(",", ".")
    if not re.fullmatch(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?", plain):
        return _if(False, "", ask, _NO_NUMBER.text)
    number = float(plain)
    if ask.least is not None and number < ask.least:
        return _if(False, "", ask, compose("at least {n}", n=ask.least))
    if ask.most is not None and number > ask.most:
        return _if(False, "", ask, compose("at most {n}", n=ask.most))
    return Taken(plain)


def _digit(char: str) -> str:
    """Digits of every script as 0-9."""
    return str(unicodedata.digit(char)) if char.isdigit() and not char.isascii() else char


def _date(ask: Ask, text: str) -> Taken | Refused:
    plain = "".join(map(_digit, text))
    year = month = day = ""
    if found := _YEAR_FIRST.fullmatch(plain):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.fullmatch(plain):
        day, month, year = found.groups()
    try:
        return Taken(date(int(year), int(month), int(day)).isoformat())
    except ValueError:
        return _if(False, "", ask, compose("a date is needed: {form}", form=fixed("31.12.2026")))


def _phone(ask: Ask, text: str) -> Taken | Refused:
    digits = "".join(char for char in map(_digit, text) if char.isdigit())
    fits = bool(_PHONE.fullmatch(text)) and 7 <= len(digits) <= 15  # E.164: 15 at most
    return _if(fits, "+" * text.startswith("+") + digits, ask, trusted("not a phone number"))


def _code(ask: Ask, text: str) -> Taken | Refused:
    plain = "".join(map(_digit, text))
    if not ask.patterns or any(_fits(pattern, plain) for pattern in ask.patterns):
        return Taken(plain)
    spelled = listed(", ", map(clean_line, ask.patterns))
    return _if(False, "", ask, compose("it looks like {patterns}: # a digit, A a letter", patterns=spelled))


def _fits(pattern: str, text: str) -> bool:
    """Sign by sign, so that no pattern can take long."""

    def one(sign: str, char: str) -> bool:
        if sign == "#":
            return char.isdecimal()
        return char.isalpha() if sign == "A" else sign.casefold() == char.casefold()

    return len(pattern) == len(text) and all(map(one, pattern, text))
