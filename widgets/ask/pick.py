"""Asking for one of several: agent, label, channel, time; or for words that narrow the view while they are typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent_tui.commands.command import CommandError
from agent_tui.commands.context import Choice
from agent_tui.domain.text import SafeText, clean_line, compose, marked, trusted
from agent_tui.widgets.ask.asking import Asking, Offer


class PickAsking(Asking):
    """Choices narrowed by what is typed. `free`: the text counts when it is none of them. `numbered`: the first nine
    are chosen by their number alone."""

    def __init__(
        self,
        title: SafeText,
        choices: Sequence[Choice],
        then: Callable[[str], None],
        free: bool,
        numbered: bool = False,
    ) -> None:
        self.label = title if title.endswith("?") else compose("{title}:", title=title)
        self._choices, self._then, self._free = choices, then, free
        self._values = {f"{place}": choice.value for place, choice in enumerate(choices)}
        able = [place for place, choice in enumerate(choices) if not choice.heading and choice.why_not is None]
        self._numbers = {place: f"{number}" for number, place in enumerate(able[:9], 1)} if numbered else {}

    def offers(self, text: str) -> Sequence[Offer]:
        wanted = text.strip().removeprefix("-").casefold()
        offers = [
            Offer(
                "" if choice.heading else f"{place}",
                choice.title,
                choice.beside,
                clean_line(self._numbers.get(place, "")),
                choice.why_not,
            )
            for place, choice in enumerate(self._choices)
            if wanted in choice.title.casefold() and not (wanted and choice.heading)
        ]
        if not wanted:
            return offers
        starts = [offer for offer in offers if offer.title.casefold().startswith(wanted)]
        return starts + [offer for offer in offers if offer not in starts]

    def at_once(self, text: str) -> Offer | None:
        if text not in self._numbers.values():
            return None
        return next((offer for offer in self.offers("") if offer.key and offer.key == text), None)

    def complete(self, text: str, offer: Offer) -> str:
        return offer.title

    def answer(self, text: str, offer: Offer | None) -> SafeText | None:
        if offer is not None:
            value = self._values[offer.value]
        elif self._free and text.strip():
            value = text.strip()
        else:
            return trusted("none of them is called that")
        try:
            self._then(value)
        except CommandError as error:
            return error.text
        return None


class PageAsking(PickAsking):
    """A page: its title over it, all of each line, the first thing to do marked."""

    whole = True
    completes = False

    def __init__(self, title: SafeText, choices: Sequence[Choice], then: Callable[[str], None], at: str) -> None:
        super().__init__(title, choices, then, False)
        self.first = next((place for place, value in self._values.items() if value == at and at), "")
        self.title, self.label = title, trusted("choose:")


class TryAsking(PickAsking):
    """Each choice is tried on while the mark is on it; Esc puts back what was there before. `now`: marked first."""

    def __init__(
        self,
        title: SafeText,
        choices: Sequence[Choice],
        now: str,
        try_on: Callable[[str], None],
        put_back: Callable[[], None],
        then: Callable[[str], None],
    ) -> None:
        super().__init__(title, choices, then, False)
        self.first = next((place for place, value in self._values.items() if value == now), "")
        self._try_on, self._put_back = try_on, put_back
        self._tried = now

    def looked_at(self, offer: Offer | None) -> None:
        value = self._values[offer.value] if offer is not None else self._tried
        if value != self._tried:
            self._tried = value
            self._try_on(value)

    def leave(self, text: str) -> None:
        self._put_back()


class FilterAsking(Asking):
    """/: rows narrow and what was said is looked for while one types; Enter keeps it, Esc goes back to all."""

    label = trusted("/")
    enter = marked("keep")
    escape = marked("show all again")
    chooses = False
    completes = False

    def __init__(self, narrow: Callable[[str], SafeText | None]) -> None:
        """`narrow` does it, and says what is wrong with the words."""
        self._narrow = narrow
        self._wrong: SafeText | None = None

    def typed(self, text: str) -> None:
        self._wrong = self._narrow(text.strip())

    def problem(self, text: str) -> SafeText | None:
        return self._wrong

    def answer(self, text: str, offer: Offer | None) -> SafeText | None:
        return self._wrong

    def leave(self, text: str) -> None:
        self._narrow("")
