"""Puts a canned reply into the draft: the values that the desk knows, then what the agent is asked for, then its words
with the places that are still to be filled."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent_tui.commands.context import Choice
from agent_tui.desk.drafts import LocalFile
from agent_tui.desk.reply_values import spoken_by, values_of
from agent_tui.domain.channels import channel
from agent_tui.domain.orders import FileRef
from agent_tui.domain.replies.fields import open_fields
from agent_tui.domain.replies.known import Values
from agent_tui.domain.replies.reply import Canned, ReplyField, Variant
from agent_tui.domain.replies.template import Refused, render, shape_of
from agent_tui.domain.text import CustomerText, SafeText, clean, clean_line, compose, listed, marked
from agent_tui.widgets.case.composer import Composer
from agent_tui.widgets.case.composer_asks import FieldAsking
from agent_tui.widgets.case.host import host

ANOTHER = marked("another case is open now: nothing was put in")


class Filling:
    """Fills replies for `composer`'s draft. What a reply has choices for, decides by, changes or says twice is asked
    before it stands in the draft; other fields are typed where they stand."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer

    def values(self, language: str) -> Values:
        """What is known of the case now."""
        composer, writing = self._composer, self._composer.writing
        now, zone = composer.workbench.time.now(), host(composer).settings.zone
        return values_of(writing.about, writing.draft, writing.directory, writing.own_name, now, zone, language)

    def shown(self, reply: Canned, text: Variant) -> tuple[SafeText, list[str], SafeText | None]:
        """How it would read with its defaults, what would be missing by its names, and why it cannot be used."""
        try:
            words = render(text.text, self.values(text.language), {one.name: one.default for one in reply.fields})
        except Refused as refused:
            return clean(text.text), [], _why(reply, refused)
        titles = {one.name: one.title for one in reply.fields}
        missing = dict.fromkeys(titles.get(name) or name for name in open_fields(words, self._composer.writing.data))
        return clean(words), list(missing), None

    def said(self, words: str, fields: Mapping[str, str]) -> str:
        """Words that may have variables, as they would be said now; as they are written where they cannot be filled."""
        if "{" not in words:
            return words
        about = self._composer.writing.about
        try:
            return render(words, self.values(spoken_by(about) if about is not None else ""), fields)
        except Refused:
            return words

    def use(self, reply: Canned, text: Variant) -> None:
        """Ask for what has to be known first, then put it into the draft."""
        try:
            shape = shape_of(text.text)
        except Refused as refused:
            host(self._composer).ui.say(_why(reply, refused), "failure")
            return
        declared = {one.name: one for one in reply.fields}
        fields = [declared.get(name, ReplyField(name)) for name in shape.fields]
        places = open_fields(text.text)
        first = [f for f in fields if f.choices or f.name in shape.first or places.count(f.name) > 1]
        begun = self._composer.writing.draft.key

        def then(known: dict[str, str]) -> None:
            if self._composer.writing.draft.key == begun:
                self._put_in(reply, text, known)
            else:
                host(self._composer).ui.say(ANOTHER.text, "failure")

        self._ask(first, {one.name: one.default for one in fields}, then)

    # -- inside

    def _ask(self, fields: list[ReplyField], known: dict[str, str], then: Callable[[dict[str, str]], None]) -> None:
        """One question after the other; leaving one puts nothing in."""
        if not fields:
            then(known)
            return
        field, *rest = fields
        label = clean_line(field.title or field.name)

        def take(typed: str) -> SafeText | None:
            self._ask(rest, known | {field.name: typed}, then)
            return None

        ui = host(self._composer).ui
        if field.choices:
            ordered = sorted(field.choices, key=lambda one: one != field.default)
            ui.pick(label, [Choice(one, clean_line(one)) for one in ordered], lambda one: (take(one), None)[1])
        else:
            ui.ask(FieldAsking(label, take), field.default)

    def _put_in(self, reply: Canned, text: Variant, known: dict[str, str]) -> None:
        composer, writing = self._composer, self._composer.writing
        try:
            words = render(text.text, self.values(text.language), known)
        except Refused as refused:
            host(composer).ui.say(_why(reply, refused), "failure")
            return
        composer.workbench.replies.used(reply.key)
        writing.made_of(reply.key)
        told = self._attach(reply)
        composer.insert(words if writing.edit.at_word_start() else f" {words}")
        writing.titles |= {one.name: one.title for one in reply.fields}
        if lacking := writing.tell_lacking():
            told.append(lacking)
        if told:
            host(composer).ui.say(listed(" · ", told))

    def _attach(self, reply: Canned) -> list[SafeText]:
        """Its files go along where the channel takes files; what to say of them."""
        writing = self._composer.writing
        draft, names = writing.draft, [clean_line(file.name) for file in reply.files]
        if not names or draft.note:
            return []
        profile = channel(draft.channel)
        if not profile.attachments:
            return [compose("{channel} takes no files: {files}", channel=profile.title, files=listed(", ", names))]
        there = {file.blob if isinstance(file, FileRef) else file.path for file in draft.files}
        files = [
            FileRef(file.blob, CustomerText(file.name), file.media, file.size)
            if file.blob
            else LocalFile(file.path, file.name, file.media, file.size)
            for file in reply.files
            if (file.blob or file.path) not in there
        ]
        writing.change(files=(*draft.files, *files))
        return [compose("{files} goes along", files=listed(", ", names))]


def _why(reply: Canned, refused: Refused) -> SafeText:
    why = clean_line(f"{refused.what}")
    return compose("{key} cannot be used: line {n}: {why}", key=clean_line(reply.key), n=refused.line, why=why)
