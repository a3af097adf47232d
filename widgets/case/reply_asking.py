"""The picker of canned replies: found by what is typed, then by channel, language, brand and use; beside the list how
the marked one would read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.frozen import frozen
from agent_tui.domain.replies.fields import own_words
from agent_tui.domain.replies.reply import Canned, Variant
from agent_tui.domain.text import SafeText, clean_line, compose, listed, marked, trusted
from agent_tui.widgets.ask.asking import NOTHING, Asking, Offer
from agent_tui.widgets.ask.preview import Preview
from agent_tui.widgets.case.filling import ANOTHER, Filling

if TYPE_CHECKING:
    from agent_tui.domain.replies.finding import Occasion, ReplyIndex

MOST_OFFERS = 200
_BESIDE = 120
"""Characters of a text that may stand beside its key."""

Suggested = tuple[str, SafeText]
"""A reply's key, and in a few words why it is suggested."""


@frozen
class Source:
    """Where replies are found: `index` of those that are here now; `missing`: how many of how many are, None all.
    `still`: whether the draft that they are for is the one that stands there."""

    index: Callable[[], ReplyIndex]
    missing: Callable[[], tuple[int, int] | None] = lambda: None
    still: Callable[[], bool] = lambda: True


class ReplyAsking(Asking):
    """Esc puts the slash that was typed into the text (`left`). `suggested`: those that stand first while nothing is
    typed, with why."""

    label = trusted("/")
    previews = True
    enter = marked("put in")
    tab = marked("other language")

    def __init__(
        self,
        source: Source,
        occasion: Occasion,
        filling: Filling,
        left: Callable[[str], None],
        suggested: Sequence[Suggested] = (),
    ) -> None:
        self._source, self._occasion = source, occasion
        self._filling, self._left = filling, left
        self._suggested = suggested
        self._language = occasion.language
        self._typed = ""

    def _named_list(self, shown: int) -> SafeText:
        """What is asked for, whether that is all there is, and how far fetching it is."""
        channel = profile_of(self._occasion.channel).title if self._occasion.channel else NOTHING
        words = [trusted("canned replies"), channel]
        if (coming := self._source.missing()) is not None:
            here, total = coming
            words.append(compose("{n} of {total} are here", n=here, total=total) if total else trusted("they come"))
        elif shown == MOST_OFFERS:
            words.append(compose("the first {n}", n=shown))
        return listed(" · ", [word for word in words if word])

    def offers(self, text: str) -> Sequence[Offer]:
        index = self._source.index()
        found = index.find(text, self._occasion, MOST_OFFERS)
        self.title = self._named_list(len(found))
        suggested = [(key, why) for key, why in self._suggested if key in index.replies]
        if text.strip() or not suggested:
            return [self._offer(one) for one in found]
        first = {key for key, _ in suggested}
        offers = [Offer("", trusted("suggested"))]
        offers += [self._offer(index.replies[key], why) for key, why in suggested]
        return [*offers, Offer("", trusted("all")), *(self._offer(one) for one in found if one.key not in first)]

    def _offer(self, one: Canned, why: SafeText = NOTHING) -> Offer:
        text = self._text(one).text
        beside = why or clean_line(one.title or " ".join(own_words(text[:_BESIDE]).split()))
        return Offer(one.key, clean_line(one.key), beside, clean_line(" ".join(one.languages)))

    def _text(self, one: Canned) -> Variant:
        return one.text_for(self._occasion.channel, self._language)

    def preview(self, offer: Offer) -> Preview | None:
        one = self._source.index().replies.get(offer.value)
        if one is None:
            return None
        text = self._text(one)
        words, missing, wrong = self._filling.shown(one, text)
        about = [clean_line(one.key), clean_line(text.language)]
        if text.channel:
            about.append(compose("for {channel}", channel=_named(text.channel)))
        if not one.suits(self._occasion.channel):
            meant = listed(", ", [_named(name) for name in one.channels])
            about.append(compose("meant for {channels}", channels=meant))
        about += [clean_line(file.name) for file in one.files]
        note = wrong or NOTHING
        if missing and not wrong:
            names = listed(", ", [clean_line(name) for name in missing])
            note = compose("to be filled: {names}", names=names)
        return Preview(listed(" · ", [part for part in about if part]), words, note)

    def typed(self, text: str) -> None:
        if text != self._typed:
            self._typed, self.first = text, ""

    def complete(self, text: str, offer: Offer) -> str:
        """Tab: the marked one's next language, and all others in it where they have it."""
        one = self._source.index().replies.get(offer.value)
        languages = one.languages if one is not None else ()
        if one is not None and languages:
            now = self._text(one).language
            self._language = (
                languages[(languages.index(now) + 1) % len(languages)] if now in languages else languages[0]
            )
        self.first = offer.value
        return text

    def answer(self, text: str, offer: Offer | None) -> SafeText | None:
        one = self._source.index().replies.get(offer.value) if offer is not None else None
        if one is None:
            return trusted("none of them is called that; Esc types a slash")
        if not self._source.still():
            return ANOTHER.text
        self._filling.use(one, self._text(one))
        return None

    def leave(self, text: str) -> None:
        if self._source.still():
            self._left(text)


def _named(channel: str) -> SafeText:
    """A channel, or a kind of channels, in words."""
    kinds = {"voice": trusted("calls"), "live": trusted("chat"), "mail": trusted("mail"), "public": trusted("posts")}
    return kinds.get(channel) or (trusted("messaging") if channel == "messaging" else profile_of(channel).title)
