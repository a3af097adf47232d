"""What the composer asks at the bottom line: recipients and subject, a field of a canned reply, a file's path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from agent_tui.domain.text import SafeText, clean_line, compose, marked, trusted
from agent_tui.widgets.ask import Asking, Offer
from agent_tui.widgets.case.when import size

MOST_OFFERS = 200


class FieldAsking(Asking):
    """One field of the draft as text. `known`: what Tab completes the last word of it with."""

    chooses = False

    def __init__(self, label: SafeText, then: Callable[[str], SafeText | None], known: Sequence[SafeText] = ()) -> None:
        self.label = compose("{label}:", label=label)
        self._then = then
        self._known = known

    def offers(self, text: str) -> Sequence[Offer]:
        wanted = text.rpartition(",")[2].strip().casefold()
        there = text.casefold()
        found = [one for one in self._known if wanted in one.casefold() and one.casefold() not in there]
        return [Offer(one, one) for one in found[:MOST_OFFERS]]

    def complete(self, text: str, offer: Offer) -> str:
        before, comma, _ = text.rpartition(",")
        return f"{before}{comma} {offer.value}, ".lstrip() if comma else f"{offer.value}, "

    def answer(self, text: str, offer: Offer | None) -> SafeText | None:
        return self._then(text.strip().rstrip(",").strip())


class PathAsking(Asking):
    """A file on this machine, completed folder by folder, or a link to upload from the agent's own."""

    LINK = "?link"

    def __init__(self, home: Path, attach: Callable[[Path], SafeText | None], link: Callable[[], None] | None) -> None:
        self._home, self._attach, self._link = home, attach, link
        self.label, self.title = trusted("file:"), trusted("a path here, or from your own machine")

    def offers(self, text: str) -> Sequence[Offer]:
        offers = (
            [] if text or self._link is None else [Offer(self.LINK, trusted("from my own machine"), _LINK_HELP.text)]
        )
        folder, start = self._split(text)
        try:
            entries = sorted(folder.iterdir(), key=lambda path: (not path.is_dir(), path.name.casefold()))
        except OSError:
            return offers
        for path in entries:
            if path.name.casefold().startswith(start.casefold()) and (start or not path.name.startswith(".")):
                offers.append(self._offer(path))
                if len(offers) >= MOST_OFFERS:
                    break
        return offers

    def _offer(self, path: Path) -> Offer:
        try:
            folder, weight = path.is_dir(), path.stat().st_size
        except OSError as error:
            return Offer(
                str(path), clean_line(path.name), why_not=clean_line(error.strerror or "") or trusted("cannot be read")
            )
        if folder:
            return Offer(str(path), clean_line(f"{path.name}/"))
        return Offer(str(path), clean_line(path.name), clean_line(size(weight)))

    def _split(self, text: str) -> tuple[Path, str]:
        """The folder that is looked into, and how the name begins."""
        folder, slash, start = text.rpartition("/")
        if folder == "~" or folder.startswith("~/"):
            return self._home / folder[2:], start
        if slash:
            return (Path("/") if not folder else Path(folder)) if text.startswith("/") else self._home / folder, start
        return self._home, start

    def complete(self, text: str, offer: Offer) -> str:
        if offer.value == self.LINK:
            return text
        return f"{offer.value}/" if Path(offer.value).is_dir() else offer.value

    def answer(self, text: str, offer: Offer | None) -> SafeText | None:
        if offer is not None and offer.value == self.LINK and self._link is not None:
            self._link()
            return None
        folder, name = self._split(text)
        typed = folder / name
        path = typed if name and typed.is_file() else Path(offer.value) if offer is not None else typed
        if path.is_dir():
            return trusted("that is a folder: Tab goes into it")
        return self._attach(path)


_LINK_HELP = marked("a one-time link to open in a browser there")
