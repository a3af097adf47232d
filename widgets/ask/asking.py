"""What can be asked: a label, what is offered for a text, and what choosing means. One class per question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import Phrase, SafeText, marked, trusted

if TYPE_CHECKING:
    from agent_tui.widgets.ask.preview import Preview

NOTHING: SafeText = trusted("")


@frozen
class Offer:
    """A line of the sheet. `value` "" marks a heading, which cannot be chosen. `key` stands at the right edge."""

    value: str
    title: SafeText
    beside: SafeText = NOTHING
    key: SafeText = NOTHING
    why_not: SafeText | None = None

    @property
    def heading(self) -> bool:
        """Whether it only names the lines under it."""
        return not self.value and self.why_not is None and not self.beside


class Asking:
    """A question. The prompt shows `label`, the sheet `title` and `offers(text)`."""

    label: SafeText = NOTHING
    title: SafeText = NOTHING
    chooses: bool = True
    """Whether Enter takes the marked offer (else the text counts and offers only help to complete it)."""

    whole: bool = False
    """Whether what stands beside the titles is to be read whole."""

    first: str = ""
    """The value of the offer that is marked first, where it is not the first one."""

    renew: Callable[[], None] = staticmethod(lambda: None)
    """Set by the prompt while it asks this: what is offered is something else now."""

    enter: Phrase = marked("choose")
    escape: Phrase = marked("leave")
    completes: bool = True
    tab: Phrase = marked("complete")
    """What the key line says of Enter and Esc, whether of Tab and what."""

    previews: bool = False
    """Whether the sheet shows what the marked offer would come to."""

    def offers(self, text: str) -> Sequence[Offer]:
        """What `text` can mean, the best first."""
        return ()

    def problem(self, text: str) -> SafeText | None:
        """What is wrong with what was typed so far; None: nothing that must be said before Enter."""
        return None

    def typed(self, text: str) -> None:
        """The text changed."""

    def looked_at(self, offer: Offer | None) -> None:
        """The mark of the sheet is on this line."""

    def at_once(self, text: str) -> Offer | None:
        """What `text` alone chooses, without Enter."""
        return None

    def complete(self, text: str, offer: Offer) -> str:
        """The text after Tab on `offer`."""
        return text

    def preview(self, offer: Offer) -> Preview | None:
        """What the marked offer would come to."""
        return None

    def answer(self, text: str, offer: Offer | None) -> SafeText | None:
        """Enter: None when that was an answer (the prompt closes), else why it stays open."""
        return None

    def leave(self, text: str) -> None:
        """Esc."""
