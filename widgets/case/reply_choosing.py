"""Choosing a canned reply for a draft: from the picker, or by its key."""

from __future__ import annotations

from functools import partial

from agent_tui.desk.reply_values import spoken_by
from agent_tui.domain.text import SafeText, clean_line, compose, trusted
from agent_tui.widgets.case.composer import Composer
from agent_tui.widgets.case.filling import Filling
from agent_tui.widgets.case.host import host
from agent_tui.widgets.case.reply_asking import ReplyAsking, Source
from agent_tui.widgets.case.suggested_words import SHOWN, why_suggested


class ReplyChoosing:
    """Asks which of the canned replies goes into `composer`'s draft; `filling` puts it in."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer
        self.filling = Filling(composer)

    def ask(self, slash: bool) -> None:
        """Canned replies by words; Esc leaves the slash that was typed in the text."""
        composer, writing = self._composer, self._composer.writing
        state, shelf, about = writing.replies_of, composer.workbench.replies, writing.about
        asked: list[ReplyAsking] = []

        def more() -> None:
            for one in asked:
                one.renew()

        wrong = shelf.look(state, more) if state is not None else ""
        if wrong:
            host(composer).ui.say(clean_line(wrong), "failure")
        if state is None or not writing.has_replies:
            host(composer).ui.say(trusted("there are no canned replies yet"), "warning")
            return
        language = spoken_by(about) if about is not None else ""
        occasion = shelf.occasion(writing.draft.channel, language, writing.brand)
        begun = writing.draft.key
        index, missing = partial(shelf.index, state, writing.brand), partial(shelf.missing, state)
        source = Source(index, missing, lambda: writing.draft.key == begun)
        suggested = [(one.key, why_suggested(one)) for one in writing.suggested[:SHOWN]]

        def left(text: str) -> None:
            if slash:
                composer.insert("/" + text)

        asked.append(ReplyAsking(source, occasion, self.filling, left, suggested))
        host(composer).ui.ask(asked[0])

    def use(self, key: str) -> SafeText | None:
        """Put the canned reply of that key in, once it is here; why not, where there is none."""
        writing, shelf = self._composer.writing, self._composer.workbench.replies
        state, brand, about = writing.replies_of, writing.brand, writing.about
        language = spoken_by(about) if about is not None else ""

        def put_in() -> SafeText | None:
            reply = shelf.index(state, brand).replies.get(key) if state is not None else None
            if reply is None:
                return compose("there is no canned reply {key}", key=clean_line(key))
            self.filling.use(reply, reply.text_for(writing.draft.channel, language))
            return None

        def late() -> None:
            if writing.about is about and (why := put_in()) is not None:
                host(self._composer).ui.say(why, "failure")

        if state is None or shelf.missing(state) is None:
            return put_in()
        shelf.when_here(state, late)
        return None
