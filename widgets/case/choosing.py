"""Choosing where a draft goes: channel, recipients, subject."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from agent_tui.commands.context import Choice
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.channels import channel
from agent_tui.domain.mail_address import bare
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, listed, marked, trusted
from agent_tui.widgets.case import drafting
from agent_tui.widgets.case.composer import Composer
from agent_tui.widgets.case.composer_asks import FieldAsking
from agent_tui.widgets.case.host import host
from agent_tui.widgets.case.pieces import NOTHING
from agent_tui.widgets.case.when import window

Field = Literal["to", "cc", "bcc", "subject"]

_FIELDS: dict[Field, Phrase] = {
    "to": marked("To"),
    "cc": marked("Cc"),
    "bcc": marked("Bcc"),
    "subject": marked("Subject"),
}


class Choosing:
    """Asks at the bottom line for what `composer`'s draft needs, and puts the answers in."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer
        self._offered: tuple[drafting.Route, ...] = ()

    def ask_channel(self, wanted: str = "") -> SafeText | None:
        """Channels and addresses of the customer, the senders of a new message, and the fields of a mail."""
        draft = self._composer.writing.draft
        choices = self._senders() if draft.key is None or draft.forward_of else self._ways()
        if wanted:
            named = [c for c in choices if wanted.casefold() in (c.value.split(":")[-1], c.title.casefold())]
            found = next((c for c in choices if c.title.casefold().startswith(wanted.casefold())), None)
            choice = named[0] if named else found
            if choice is None:
                return compose("there is no way to write by {channel} here", channel=clean_line(wanted))
            if choice.why_not is not None:
                return choice.why_not
            self._chosen(choice.value)
            return None
        mail = channel(draft.channel).kind == "mail"
        if not draft.note and (mail or draft.key is None or draft.forward_of):
            fields: tuple[Field, ...] = ("to", "cc", "bcc", "subject") if mail else ("to",)
            choices += [Choice(f"field:{name}", _FIELDS[name].text, self._shown(name)) for name in fields]
        choices += [
            Choice(f"drop:{place}", compose("without {name}", name=_name(file.name)))
            for place, file in enumerate(draft.files)
        ]
        host(self._composer).ui.pick(trusted("channel and recipients"), choices, self._chosen)
        return None

    def ask_field(self, name: Field) -> None:
        """Type one field."""
        composer = self._composer
        draft = composer.writing.draft
        text = draft.subject if name == "subject" else ", ".join(self._people(name))

        def take(typed: str) -> SafeText | None:
            if name == "subject":
                composer.writing.change(subject=typed)
            else:
                composer.writing.change(**{name: drafting.addresses_in(typed)})
            return None

        known = () if name == "subject" else self._known()
        host(composer).ui.ask(FieldAsking(_FIELDS[name].text, take, known), text)

    # -- inside

    def _chosen(self, value: str) -> None:
        kind, _, rest = value.partition(":")
        composer = self._composer
        if kind == "way":
            if int(rest) < len(self._offered):
                words = composer.writing.route(self._offered[int(rest)])
                if words is not None:
                    host(composer).ui.say(words, "warning")
        elif kind == "sender":
            account, _, key = rest.rpartition(":")
            composer.writing.change(account=account, channel=key)
        elif kind == "field":
            self.ask_field(rest)  # type: ignore[arg-type]  # one of the fields offered
        elif kind == "drop":
            files = composer.writing.draft.files
            composer.writing.change(files=files[: int(rest)] + files[int(rest) + 1 :])

    @property
    def _case(self) -> OpenCase | None:
        return self._composer.workbench.desk.open_case

    def _routes(self) -> tuple[drafting.Route, ...]:
        case, workbench = self._case, self._composer.workbench
        if case is None:
            return ()
        now = workbench.time.now()
        found: tuple[drafting.Route, ...] = ()
        for part in (case, *case.beside):
            state = workbench.desk.backends[part.key.backend]
            found += tuple(replace(way, of=part.key) for way in drafting.routes(part, state.directory, now))
        return found

    def _ways(self) -> list[Choice]:
        choices, case = [], self._case
        self._offered = self._routes()
        for place, way in enumerate(self._offered):
            profile = channel(way.channel)
            title = compose("{channel} {to}", channel=profile.title, to=way.address.safe_line)
            beside = compose("{left} left", left=window(way.left)) if way.left is not None else NOTHING
            if not way.conversation:
                beside = trusted("a new conversation")
            if case is not None and case.beside and way.of is not None:
                server = self._composer.workbench.desk.backends[way.of.backend].name
                beside = listed(" · ", [words for words in (clean_line(server), beside) if words])
            choices.append(Choice(f"way:{place}", title, beside, way.why_not))
        return choices

    def _senders(self) -> list[Choice]:
        directory = self._composer.writing.directory
        return [
            Choice(
                f"sender:{sender.account}:{sender.channel}",
                channel(sender.channel).title,
                clean_line(f"{directory.brand_title(sender.brand)} {sender.address}".strip()),
            )
            for sender in directory.senders
        ]

    def _people(self, name: Field) -> tuple[SafeText, ...]:
        draft = self._composer.writing.draft
        if name == "to":
            return drafting.recipients(self._case if draft.key is not None else None, draft)
        people = draft.cc if name == "cc" else draft.bcc
        return tuple(one.safe_line for one in people)

    def _shown(self, name: Field) -> SafeText:
        if name == "subject":
            return clean_line(self._composer.writing.draft.subject)
        return listed(", ", self._people(name))

    def _known(self) -> tuple[SafeText, ...]:
        """Addresses that Tab offers: the customer's, and all that stand in the case's mails, but for our own."""
        case = self._case
        if case is None:
            return ()
        found = [a.value.safe_line for a in (case.customer.addresses if case.customer is not None else ())]
        for message in case.messages:
            found += [one.safe_line for one in (message.sender, *message.to, *message.cc)]
        ours = {bare(sender.address) for sender in self._composer.writing.directory.senders}
        first: dict[str, SafeText] = {}
        for one in found:
            if "@" in one:
                first.setdefault(bare(one.drawn()), one)
        return tuple(one for address, one in first.items() if address not in ours)


def _name(name: object) -> SafeText:
    return clean_line(name) if isinstance(name, str) else getattr(name, "safe_line", NOTHING)
