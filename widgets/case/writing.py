"""What is being written: the draft of the open case or of a new message, kept through everything, until it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.channel_hint import hint_words, shown_hint
from agent_tui.desk.drafts import Draft, LocalFile
from agent_tui.desk.keys import CaseKey, MessageKey
from agent_tui.desk.leases import held_words
from agent_tui.desk.open_case import OpenCase
from agent_tui.desk.reply_values import spoken_by
from agent_tui.domain.channels import channel
from agent_tui.domain.company_cards import card_variables
from agent_tui.domain.model import Directory, Message
from agent_tui.domain.orders import FileRef
from agent_tui.domain.suggested import SuggestedReply
from agent_tui.domain.text import SafeText, clean_line, compose, listed, trusted
from agent_tui.domain.time import MS, Ms, TimerHandle
from agent_tui.services.workbench import SEEN_SECONDS, Workbench
from agent_tui.widgets.case import drafting
from agent_tui.widgets.text.edit_view import EditView
from agent_tui.widgets.text.editing import EditText

SAVE_AFTER_SECONDS = 0.5


class Writing:
    """Between the composer and the workbench. `view`: the text as it is edited; call `edited` after each change of it.
    `changed` is called whenever the composer must look again; `own_signature`
    tells the agent's, which goes before the sender's."""

    def __init__(self, workbench: Workbench, changed: Callable[[], None], own_signature: Callable[[], str]) -> None:
        self.workbench = workbench
        self.view = EditView()
        self._changed = changed
        self._own_signature = own_signature
        self._draft = Draft(None)
        self._begun = ""  # the text a draft of this kind begins with; while it stands there is nothing to save
        self._saved: Draft | None = None
        self._pristine = True
        self._new = False
        self._case_key: CaseKey | None = None
        self._timer: TimerHandle | None = None
        self._known: set[MessageKey] = set()  # messages that were there when this draft was begun, or pointed out since
        self._known_cases: set[CaseKey] = set()  # those of the row by then
        self._known_at: Ms = 0  # by the server's clock
        self._known_until: Ms = 0  # those of a draft that was put away before its case's messages were there
        self._by_hand = False  # a note, a forward or a reply to a certain message was asked for
        self._wrote_last: tuple[CaseKey, Ms] | None = None
        self._all_there = False  # all cases of the person had come when that was looked at
        self._came: dict[MessageKey, Ms] = {}
        self._asked_subject = False
        self._hint: tuple[str, SafeText] | None = None

    # -- what the case asks

    @property
    def hint(self) -> SafeText | None:
        """Which other channel suits better, where an answer is written."""
        draft, found = self._draft, self._hint
        if found is None or draft.note or draft.forward_of or draft.move is not None or self._new:
            return None
        return found[1] if draft.channel != found[0] else None

    @property
    def edit(self) -> EditText:
        """The text being written."""
        return self.view.edit

    @property
    def draft(self) -> Draft:
        """As it stands now."""
        return replace(self._draft, body=self.edit.text, updated=self.workbench.time.now())

    @property
    def writable(self) -> bool:
        """Whether there is anything to write to."""
        return self._new or (self._case is not None and not self._erased)

    @property
    def _erased(self) -> bool:
        """Whether the open case's customer was erased."""
        row = self._case.row if self._case is not None else None
        return row is not None and row.erased

    @property
    def blank(self) -> bool:
        """Nothing was written yet that would be a loss."""
        return self.edit.text.strip() in ("", self._begun.strip()) and not (self._draft.files and not self._pristine)

    @property
    def enter_sends(self) -> bool:
        """Live and messaging channels, and notes: Enter sends. Mail and public posts: a new line."""
        return self._draft.note or channel(self._draft.channel).enter_sends

    @property
    def _case(self) -> OpenCase | None:
        return self.workbench.desk.open_case

    @property
    def about(self) -> OpenCase | None:
        """The open case, when the draft is about it."""
        return None if self._new else self._case

    @property
    def directory(self) -> Directory:
        """Of the backend that would send."""
        state = self._backend
        return state.directory if state is not None else Directory()

    @property
    def server(self) -> SafeText:
        """The one that sends it, where the person is known to several; "" where that goes without saying."""
        state, about = self._backend, self.about
        return clean_line(state.name) if state is not None and about is not None and about.beside else trusted("")

    @property
    def brand(self) -> str:
        """Whom the draft speaks for, "" nobody in particular."""
        about, sender = self.about, drafting.sender_of(self.directory, self._draft)
        if about is not None and about.row is not None:
            return about.row.brand
        return sender.brand if sender is not None else ""

    @property
    def replies_of(self) -> BackendState | None:
        """The server whose canned replies the draft is written with; None while none is known."""
        return self._backend

    @property
    def has_replies(self) -> bool:
        """Whether there is anything to put in."""
        state = self._backend
        return state is not None and self.workbench.replies.any_for(state, self.brand)

    @property
    def data(self) -> tuple[str, ...]:
        """What customers may have put into a text that a canned reply made: braces in it are no field."""
        row = self.about.row if self.about is not None else None
        if row is None:
            return ()
        told = card_variables(self.about.cards or ()) if self.about is not None else {}
        said = (value.safe_line.drawn() for fields in told.values() for value in fields.values())
        return (row.name.safe_line.drawn(), row.subject.safe_line.drawn(), *(one for one in said if "{{" in one))

    @property
    def own_name(self) -> str:
        """What the agent is called there, "" where nobody said."""
        state = self._backend
        return state.me.name if state is not None and state.me is not None else ""

    @property
    def _backend(self) -> BackendState | None:
        backends = self.workbench.desk.backends
        name = self._draft.key.backend if self._draft.key is not None else self._draft.backend
        return backends.get(name) or next(iter(backends.values()), None)

    def take(self) -> None:
        """The case, its conversations or its draft may be others."""
        self._follow_customer()
        case = self._case
        found = shown_hint(self.workbench.desk, case, self.workbench.time.now()) if case is not None else None
        self._hint = (found.channel, hint_words(found)) if found is not None else None
        key = case.key if case is not None else None
        if key != self._case_key:
            self.save()
            self._case_key, self._new = key, False
            self._load()
        else:
            self._take_outside()
        if self._pristine and case is not None and not self._new and not self._by_hand:
            fresh = drafting.reply(case, self.directory, self.workbench.time.now())
            if self.edit.text == self._begun:
                self._begin(fresh, stay=True)
        elif case is not None and not self._new and not self._by_hand and self._goes_nowhere_yet:
            fresh = drafting.reply(case, self.directory, self.workbench.time.now())
            if fresh.conversation or fresh.to:  # begun before its case was there: now it is known where it goes
                self._draft = replace(fresh, files=self._draft.files)
                self.save()
        self._note_what_came()
        self._changed()

    @property
    def _goes_nowhere_yet(self) -> bool:
        draft = self._draft
        return not (draft.conversation or draft.to or draft.note or draft.forward_of or draft.move)

    def _follow_customer(self) -> None:
        """Where nothing is written yet, the reply goes to where the customer wrote last, whichever server that is."""
        case = self._case
        if case is None or not case.beside or self._new or self._by_hand:
            return
        where = drafting.wrote_last(case)
        said = (where.key, max((m.at for m in where.messages if m.kind == "in"), default=0))
        before, self._wrote_last = self._wrote_last, said
        there, self._all_there = self._all_there, all(not part.loading for part in case.parts)
        if said == before or where.key == case.key or any(p.key in self.workbench.desk.drafts for p in case.parts):
            return
        if case.key != self._case_key or self._pristine:
            opened = not there or before is None or before[0] not in {part.key for part in case.parts}
            server = clean_line(self.workbench.desk.backends[where.key.backend].name)
            told = compose("they wrote at {server}: an answer goes there", server=server)
            self.workbench.turn(where.key, None if opened else told)

    def begin(self, draft: Draft, *, stays: bool = True) -> None:
        """Another kind of draft in place of what was not begun, or of nothing. It `stays` what it is whatever comes,
        but for a plain reply."""
        self._new = draft.key is None
        self._begin(draft)
        self._by_hand = stays
        self._changed()

    def begin_new(self, draft: Draft) -> None:
        """A message to somebody new, or the one that was begun before."""
        self.save()
        self._new = True
        kept = self.workbench.desk.drafts.get(None)
        if kept is not None:
            self._put(kept)
        else:
            self._begin(draft)
        self._changed()

    def back_to_case(self) -> None:
        """From a new message to the open case's own draft; the new one is kept."""
        if self._new:
            self.save()
            self._new = False
            self._load()
            self._changed()

    def change(self, **fields: object) -> None:
        """Channel, recipients, subject, files: by the agent's hand."""
        if fields.get("to", self._draft.to) != self._draft.to:
            fields.setdefault("consent", "")  # others were asked
        self._draft = replace(self._draft, **fields)  # type: ignore[arg-type]  # the fields of Draft by name
        self._pristine = False
        self.edited()

    def route(self, way: drafting.Route) -> SafeText | None:
        """The same words another way; at another server as a draft of the case there. Answers what to say of it."""
        said = None
        if way.of is not None and way.of != self._draft.key:
            stay = [file.name for file in self._draft.files if isinstance(file, FileRef)]
            if not self._turn(way.of):
                there = self._draft.key == way.of
                return trusted("something is written there already: here it is") if there else trusted("that is gone")
            if stay:
                said = compose("attach it there once more: {files}", files=listed(", ", [n.safe_line for n in stay]))
        signature = self._signature(self._draft)
        signed = bool(signature) and self.edit.text.endswith(signature)
        self._draft = drafting.along(self._draft, way, self.about)
        self._pristine = False
        if channel(way.channel).kind == "mail" and not signed and self._signature(self._draft):
            self.edit.replace(f"{self.edit.text.rstrip()}\n\n{self._signature(self._draft)}", self.edit.caret)
        elif channel(way.channel).kind != "mail" and signed:
            self.edit.replace(self.edit.text[: -len(signature)].rstrip(), self.edit.caret)
        self.edited()
        return said

    def _turn(self, key: CaseKey) -> bool:
        """Go on writing in another case of the person, with the words that stand here; False where a draft of its own
        stands there, which is shown then, or where that is another person's by now."""
        case = self._case
        if case is None or all(part.key != key for part in case.beside):
            return False
        kept, draft = self.workbench.desk.drafts.get(key), self.draft
        if kept is not None:
            self.save()
        elif not self.blank:
            # there first: a crash in between leaves two drafts, not none
            here = tuple(file for file in draft.files if isinstance(file, LocalFile))
            moved = Draft(key, draft.channel, subject=draft.subject, cc=draft.cc, bcc=draft.bcc, body=draft.body)
            self.workbench.save_draft(replace(moved, files=here, updated=draft.updated))
            self.workbench.discard_draft(draft.key)
            self._saved, self._pristine = None, True
        self._stop_timer()
        self.workbench.turn(key)
        self.take()
        return kept is None

    # -- sending

    def begun_to_write(self) -> None:
        """The agent sits in the composer: to answer a customer takes the case."""
        key = self._draft.key
        if key is not None and not self._draft.note:
            self.workbench.handling.begin(key)

    def send(self, in_sight: frozenset[MessageKey] = frozenset()) -> SafeText | None:
        """Send it, or say what keeps it from being sent. `in_sight`: messages that are on the screen."""
        draft, now = self.draft, self.workbench.time.now()
        why_not = drafting.why_not_send(self.about, draft, now)
        if why_not is not None:
            return why_not
        if drafting.changes_template(self.directory, draft):
            return trusted("an approved template goes as it is: empty the text to begin anew")
        field = self._open_field(draft)
        if field:
            self.mark_field()
            self._changed()
            return compose("{field} is still to be filled", field=clean_line(field))
        if drafting.lacks_subject(draft) and not self._asked_subject:
            self._asked_subject = True
            return trusted("it has no subject: ^T writes one; sending again sends it without")
        if not draft.note and not draft.forward_of and self.about is not None:
            if (held := self._held()) is not None:
                self.save()
                return held
            newer = self._newer(in_sight)
            self._know_all()
            if newer is not None:
                return newer
            draft = self.draft
        words = self._sent_words(draft)
        self._stop_timer()
        self._saved = None
        sent = self.workbench.send(draft)
        if not sent:
            self._saved = self.workbench.desk.drafts.get(draft.key)
            return None
        self._new = False
        self._load()
        self._changed()
        return words

    def _sent_words(self, draft: Draft) -> SafeText:
        if draft.note:
            return trusted("noted")
        case = self.about
        who = drafting.recipients(case, draft)[:1]
        name = case.row.name.safe_line if case is not None and case.row is not None and not draft.forward_of else None
        to = name or (who[0] if who else trusted("the customer"))
        on = channel(draft.channel).title
        if any(state.state == "up" for state in self._lines(draft)):
            return compose("sent to {to} on {channel}", to=to, channel=on)
        return compose("kept: goes to {to} on {channel} when the line is back", to=to, channel=on)

    def _lines(self, draft: Draft) -> list[BackendState]:
        backends = self.workbench.desk.backends
        return [backends[draft.key.backend]] if draft.key is not None else list(backends.values())

    def _state(self) -> BackendState | None:
        case = self.about
        return self.workbench.desk.backends.get(case.key.backend) if case is not None else None

    def _skew(self) -> Ms:
        """How far the server's clock is ahead."""
        state = self._state()
        return state.clock_skew if state is not None else 0

    def _held(self) -> SafeText | None:
        """Why the server would not take it now: somebody else has the case."""
        case, state = self.about, self._state()
        if case is None or state is None or state.state != "up" or state.capabilities.lease != "hard":
            return None
        return held_words(state, case.row, self.workbench.desk.id)

    def _said(self) -> list[tuple[MessageKey, Message]]:
        """What the customer, or a colleague to the customer, wrote, on whatever server."""
        case = self.about
        return [
            ((part.key.backend, m.id), m)
            for part in (case.parts if case is not None else ())
            if (mine := self.workbench.desk.my_id(part.key.backend))
            for m in part.messages
            if (m.kind == "in" and not m.auto) or (m.kind == "out" and m.author and m.author != mine)
        ]

    def _newer(self, in_sight: frozenset[MessageKey]) -> SafeText | None:
        """What came since the draft was begun and has not stood before the agent's eyes for a while: shown first."""
        by_then = self.workbench.time.now() - round(SEEN_SECONDS * MS)
        seen = {key for key, at in self._came.items() if at <= by_then and key in in_sight}
        came = [(key, m) for key, m in self._said() if key not in self._known and key not in seen]
        newer = [m for _, m in came]
        if not newer:
            return None
        if any(m.at < self._known_at and CaseKey(key[0], m.case) not in self._known_cases for key, m in came):
            return trusted("another case of theirs was joined to this one: read it; sending again sends yours")
        if any(m.kind == "out" for m in newer):
            return trusted("somebody answered while you wrote: read it; sending again sends yours too")
        return trusted("the customer wrote while you did: read it; sending again sends yours")

    def _know_all(self) -> None:
        """All that is there was shown."""
        case, said = self.about, self._said()
        self._known = {key for key, _ in said}
        self._known_cases = {CaseKey(key[0], message.case) for key, message in said}
        self._known_cases |= {part.key for part in case.parts} if case is not None else set()
        self._known_at = self.workbench.time.now() + self._skew()
        if case is not None and case.row is not None and self._draft.key == case.key:
            self._draft = replace(self._draft, base_version=case.row.version)

    def _note_what_came(self) -> None:
        now, said = self.workbench.time.now(), self._said()
        if said and self._known_until:
            known = [(key, message) for key, message in said if message.at <= self._known_until]
            self._known |= {key for key, _ in known}
            self._known_cases |= {CaseKey(key[0], message.case) for key, message in known}
            self._known_until = 0
        for key, _ in said:
            if key not in self._known:
                self._came.setdefault(key, now)

    def _open_field(self, draft: Draft) -> str:
        """What is still to be filled of what goes to a customer, "" nothing."""
        state = self._backend
        if draft.note or state is None or "{{" not in draft.body:
            return ""
        return drafting.open_field(self.workbench.replies.names(state), draft.body, self.data)

    def mark_field(self, start: int = 0, stop: int | None = None) -> None:
        """Mark the first field from `start` on (up to `stop`) that is still to be filled."""
        self.edit.data = self.data
        self.edit.mark_field(start, stop)

    def next_field(self) -> None:
        """Mark the next one."""
        self.edit.data = self.data
        self.edit.next_field()

    # -- drafts

    def save(self) -> None:
        """Keep the draft now: on leaving, before another case."""
        self._stop_timer()
        if self._pristine:
            return
        draft = self.draft
        if self.blank and self._saved is None:
            return
        if self._saved is not None and replace(self._saved, updated=draft.updated) == draft:
            return
        if self.blank and not draft.files:
            self._saved = None
            self.workbench.discard_draft(draft.key)
        else:
            self._saved = draft
            self.workbench.save_draft(draft)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def made_of(self, key: str) -> None:
        """A canned reply is put in."""
        if key not in self._draft.canned:
            self._draft = replace(self._draft, canned=(*self._draft.canned, key))

    @property
    def suggested(self) -> tuple[SuggestedReply, ...]:
        """Canned replies for what the customer said last, while nothing is written to them yet."""
        case, draft = self.about, self._draft
        free = case is not None and not (draft.note or draft.forward_of) and self.blank
        return case.suggested if case is not None and free else ()

    def ask_suggestions(self) -> None:
        """The agent is about to answer: what fits is wanted."""
        case, draft = self.about, self._draft
        if case is not None and draft.key is not None and not draft.note and not draft.forward_of and self.has_replies:
            self.workbench.suggest(draft.key, draft.channel, spoken_by(case))

    def edited(self) -> None:
        """The text, or what it goes with, was changed by the agent: it is kept soon."""
        if self._draft.canned and self.blank:
            self._draft = replace(self._draft, canned=())
        if self._pristine and self.edit.text != self._begun:
            self._pristine = False
            self._know_all()
        if self._draft.key is not None:
            self.workbench.handling.typed(self._draft.key, "" if self._draft.note else self._draft.channel)
        if self._timer is None and not self._pristine:
            self._timer = self.workbench.time.call_later(SAVE_AFTER_SECONDS, self._save_later)
        self._changed()

    def _save_later(self) -> None:
        self._timer = None
        self.save()

    def _load(self) -> None:
        """The kept draft of the open case, else what a reply begins with."""
        case = self._case
        kept = self.workbench.desk.drafts.get(case.key) if case is not None else None
        if kept is not None:
            self._put(kept)
        elif case is not None:
            self._begin(drafting.reply(case, self.directory, self.workbench.time.now()))
        else:
            self._begin(Draft(None))

    def _begin(self, draft: Draft, stay: bool = False) -> None:
        signature = "" if draft.note or stay else self._signature(draft)
        begun = draft.body + (f"\n\n{signature}" if signature and channel(draft.channel).kind == "mail" else "")
        if stay:
            begun = self._begun
            if channel(draft.channel).kind == "mail" and not begun and (signature := self._signature(draft)):
                begun = f"\n\n{signature}"
        self._draft, self._saved, self._pristine, self._by_hand = draft, None, True, False
        if begun != self.edit.text or not stay:
            self.view.put(begun, 0)
        self._begun = begun
        self._asked_subject = False
        self._came.clear()
        self._known_until = 0
        self._know_all()

    def _put(self, draft: Draft) -> None:
        self._draft, self._saved, self._pristine = draft, draft, False
        self._begun = ""
        self.view.put(draft.body)
        self._asked_subject = False
        self._came.clear()
        self._known = set()
        self._known_until = draft.updated + self._skew()
        self._note_what_came()

    def _take_outside(self) -> None:
        """A draft that came back (taken back, refused), or went away (sent by another hand)."""
        key = None if self._new else self._case_key
        if key is None and not self._new:
            return
        if not self._new and self._erased:
            if not self._pristine or self._saved is not None:
                self._load()
            return
        kept = self.workbench.desk.drafts.get(key)
        if kept is self._saved:
            return
        if kept is None:
            if self._saved is not None and self._saved.body == self.edit.text:
                self._new = False
                self._load()
            self._saved = None
            return
        unsaved = "" if self.blank else self.edit.text
        self._put(kept)
        if unsaved and unsaved not in kept.body:
            self.edit.replace(f"{kept.body.rstrip()}\n\n{unsaved}")
            self.edited()

    def _signature(self, draft: Draft) -> str:
        sender = drafting.sender_of(self.directory, draft)
        words = self._own_signature() or (sender.signature if sender is not None else "")
        return f"-- \n{words}" if words else ""

    def toggle_signature(self) -> SafeText:
        """Put the signature in at the end, or take it out."""
        signature = self._signature(self._draft)
        if not signature:
            return trusted("there is no signature for this sender")
        text, caret = self.edit.text, self.edit.caret
        if text.rstrip().endswith(signature.rstrip()):
            self.edit.replace(text.rstrip()[: -len(signature.rstrip())].rstrip(), caret)
            words = trusted("signature taken out")
        else:
            self.edit.replace(f"{text.rstrip()}\n\n{signature}", caret)
            words = trusted("signature put in")
        self.edited()
        return words
