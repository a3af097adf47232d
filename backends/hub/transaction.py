"""One transaction of the hub: reads what a job needs, gathers what it changed, and appends its events in order."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection

from agent_tui.backends.hub import holding, measuring, transfer_keeping
from agent_tui.backends.hub.clock_keeping import keep_clocks
from agent_tui.backends.hub.edits import Edit
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.measuring import Known, Measured
from agent_tui.backends.hub.rules import RulesInForce
from agent_tui.backends.hub.store import brands, cases, elsewhere, facts, leases, people, phone, promises
from agent_tui.backends.hub.store.cases import CaseRecord, Shown
from agent_tui.backends.hub.store.facts import Stored
from agent_tui.backends.hub.store.log import OF_ITSELF, brands_of, led_by
from agent_tui.domain import filing, joining
from agent_tui.domain.events import AnyBody, Body, CaseChanged, Event
from agent_tui.domain.filing import CaseState, Fact, Replied, SendFailed, SendSettled
from agent_tui.domain.joining import Part
from agent_tui.domain.known_as import ITSELF, OTHER, SAME, known_as
from agent_tui.domain.model import CaseRow, Customer, Promise
from agent_tui.domain.time import Ms
from agent_tui.domain.told import traits_of

log = logging.getLogger("agent_tui.hub")


class Head:
    """Where the log stands inside the open transaction, and the facts of its jobs, which are written together at its
    end; a failed job puts it back."""

    __slots__ = ("facts", "number", "seq")

    def __init__(self, seq: int, number: int) -> None:
        self.seq = seq
        self.number = number
        self.facts: list[Stored] = []

    def place(self) -> tuple[int, int, list[Stored]]:
        """What `go_back` goes back to."""
        return self.seq, self.number, list(self.facts)

    def go_back(self, place: tuple[int, int, list[Stored]]) -> None:
        self.seq, self.number, self.facts = place


class Tx:
    """What a job may do. `now`: the hub's time (Ms) for all of the job; `rules`: what is promised to whom, None where
    nothing measures cases."""

    def __init__(
        self, connection: Connection, head: Head, ids: Ids, now: Ms, rules: RulesInForce | None = None
    ) -> None:
        self.connection = connection
        self.ids = ids
        self.now = now
        self.rules = rules
        self._head = head
        self._edits: dict[str, Edit] = {}
        self._customers: dict[str, Customer] = {}
        self._persons: dict[str, Customer] = {}
        self._regroup: dict[str, bool] = {}
        self._regrouped_by = ""
        self._events: list[Event] = []
        self._facts: list[Stored] = []

    # people

    def customer(self, id: str) -> Customer:
        """The customer by itself, whoever it is joined with. Raises KeyError."""
        known = self._customers.get(id) or people.find(self.connection, id)
        if known is None:
            raise KeyError(id)
        self._customers[id] = known
        return known

    def person(self, id: str) -> Customer:
        """The person that a customer is, as desks see one. Raises KeyError."""
        known = self._persons.get(id) or people.person(self.connection, id)
        if known is None:
            raise KeyError(id)
        self._persons[id] = known
        return known

    def nodes(self, id: str) -> tuple[str, ...]:
        """All customers that are one person with this one, itself among them."""
        return people.nodes(self.connection, people.root_of(self.connection, id))

    def forget_customer(self, id: str) -> None:
        """The customer was changed: read again."""
        self._customers.pop(id, None)
        self._persons.clear()

    def regroup(self, customers: Iterable[str], by: str = "") -> None:
        """Who is one person with whom has changed for these, `by` whom: their cases make other rows."""
        self._persons.clear()
        self._regrouped_by = by
        self._regroup.update(dict.fromkeys(customers, True))

    # cases

    def case(self, id: str) -> CaseRecord | None:
        """The case by itself as it is now, with this job's changes; its row names the person as customer."""
        edit = self._edits.get(id)
        if edit is None:
            found = cases.find(self.connection, id)
            if found is None:
                return None
            if found.call:
                found = replace(found, row=replace(found.row, call=phone.find_call(self.connection, found.call)))
            lease = leases.find(self.connection, id).lease
            found = replace(found, row=replace(found.row, lease=lease)) if lease is not None else found
            stored = found.shown or found.row
            told = stored.stage != "joined"
            self._edits[id] = edit = Edit(stored, found, found.head, told, part=bool(found.head), began=found.row)
        return edit.now

    def parts(self, id: str) -> list[CaseRecord]:
        """The cases of the row that a case is in, the one that leads it first; mostly only itself."""
        record = self.case(id)
        if record is None or not record.head:
            return [record] if record is not None else []
        held = [self.case(part) for part in cases.parts(self.connection, record.head)]
        found = [part for part in held if part is not None]
        found.sort(key=lambda part: (part.row.id != record.head, part.opened, part.row.number))
        return found

    def leader(self, id: str) -> CaseRecord | None:
        """The case that leads the row of a case: mostly itself."""
        record = self.case(id)
        return self.case(record.head) if record is not None and record.head not in ("", id) else record

    def shown(self, id: str) -> CaseRow:
        """The row that the case is in, as it would be shown now. Raises KeyError."""
        parts = self.parts(id)
        if not parts:
            raise KeyError(id)
        if not parts[0].head:
            return parts[0].row
        return joining.row_of([_part(part) for part in parts])[0]

    def mates(self, id: str) -> list[str]:
        """The other open cases of the person whom a case is of, of the same brand."""
        record = self.case(id)
        assert record is not None
        if not record.head:
            return []
        others = [self.case(other) for other in cases.in_play(self.connection, self.nodes(record.node)) if other != id]
        brand = record.row.brand
        return [
            other.row.id
            for other in others
            if other is not None and other.view.stage not in joining.CLOSED and other.row.brand == brand
        ]

    def open_case(self, row: CaseRow, state: CaseState) -> CaseRecord:
        """A new case; its number is the next one. `row.customer`: the customer itself."""
        self._head.number += 1
        shown = filing.show(replace(row, number=self._head.number), state)
        record = CaseRecord(shown, state, node=row.customer, opened=self._head.seq + 1)
        # at once: conversations and messages refer to it
        cases.add(self.connection, record, ())
        self._edits[row.id] = Edit(shown, record, "", told=False, began=shown)
        self._keep(row.id, state)
        if state.stage not in joining.CLOSED and len(self.nodes(row.customer)) > 1:
            self._stand(row.id)
            self._regroup.setdefault(row.customer, False)
        return self._edits[row.id].now

    def _stand(self, id: str) -> None:
        """The case of a person with several customers can be one row with others."""
        edit = self._edits[id]
        edit.now = replace(edit.now, head=id)

    def put(self, row: CaseRow) -> None:
        """The case shows otherwise now (owner, labels, preview ...)."""
        edit = self._edits[row.id]
        edit.now = replace(edit.now, row=row)

    def step(self, id: str, fact: Fact) -> tuple[CaseState, CaseState]:
        """Apply a fact; the case's own state before and after. What answers the customer answers the person: their
        other open cases hear of it."""
        record = self.case(id)
        assert record is not None
        before, after = record.state, filing.step(record.state, fact)
        self._keep(id, fact)
        row = filing.show(record.row, after)
        if after.call != record.call:
            call = phone.find_call(self.connection, after.call) if after.call else None
            row = replace(row, call=call)
        if after.promises != before.promises or row.promise is not None:
            row = replace(row, promise=self._promise(after))
        seen = filing.step(record.seen, fact) if record.seen is not None else None
        now = replace(record, row=row, state=after, call=after.call, seen=seen)
        if before.stage in joining.CLOSED and after.stage not in joining.CLOSED:
            now = replace(now, opened=self._head.seq + 1)
            if not now.head and len(self.nodes(now.node)) > 1:
                now = replace(now, head=id)
        self._edits[id].now = now
        if now.head:
            self._regroup.setdefault(now.node, False)
            answers = isinstance(fact, Replied | SendFailed | SendSettled) and fact.message not in after.asides
            if answers and now.view.stage not in joining.CLOSED:
                for mate in self.mates(id):
                    self._hear(mate, fact, id)
        return before, after

    def _promise(self, state: CaseState) -> Promise | None:
        """The first that is due of a state's open promises."""
        return promises.find(self.connection, state.promises[0].promise) if state.promises else None

    def _hear(self, id: str, fact: Fact, via: str) -> None:
        """What happened in another case of the person."""
        edit = self._edits[id]
        edit.now = replace(edit.now, seen=filing.step(edit.now.view, fact))
        edit.touched = True
        self._keep(id, fact, via)

    def write_facts(self) -> None:
        """The facts of the jobs before this one can be read from now on."""
        if self._head.facts:
            facts.append(self.connection, self._head.facts)
            self._head.facts = []

    def forget_via(self, id: str, others: Iterable[str]) -> None:
        """A case no longer has what happened in these, which are another person's now."""
        record = self.case(id)
        assert record is not None
        gone = [other for other in others if facts.drop_via(self.connection, id, other)]
        if gone:
            own, seen = facts.fold(self.connection, id)
            assert own == filing.unmeasured(record.state), "the facts of a case do not make its state"
            edit = self._edits[id]
            edit.now = replace(record, seen=None if seen == own else seen)
            edit.touched = True

    def _keep(self, case: str, what: Fact | CaseState, via: str = "") -> None:
        self._facts.append(Stored(self._head.seq + 1, len(self._facts), case, what, via))

    def note(self, id: str, fact: Fact) -> None:
        """Something that changes no state, and that clocks are measured by."""
        record = self.case(id)
        assert record is not None
        self._keep(id, fact)
        self._edits[id].touched = True

    # service levels

    def measured(self, id: str) -> Measured | None:
        """The case by itself measured as it is now, None where nothing measures cases or there is no such case; or
        where it cannot be measured, which is no reason to turn a customer's word away."""
        record = self.case(id)
        if self.rules is None or record is None:
            return None
        kept = facts.kept(self.connection, id)
        kept += [one.what for one in (*self._head.facts, *self._facts) if one.case == id]
        traits, known = traits_of(record.row, self.rules.queues), Known.read(record.sla)
        try:
            language = self.customer(record.node).language
            return measuring.measure(self.rules, kept, traits, language, known, self.now)
        except Exception:
            log.exception("the clocks of case %s cannot be measured; it is tried again in an hour", id)
            return None

    def look(self, id: str, gave: Iterable[str] = ()) -> None:
        """The time of its clocks has come, and this was done about them."""
        record = self.case(id)
        if record is None:
            return
        edit = self._edits[id]
        edit.touched = edit.looked = True
        known = Known.read(record.sla)
        edit.now = replace(record, sla=replace(known, done=known.done.union(gave)).column)

    def with_event(self, seq: int, id: str, fact: Fact) -> None:
        """A fact that became known with an event of this job: the number after its last one is another job's."""
        self._facts.append(Stored(seq, len(self._facts), id, fact))

    def show_call(self, id: str) -> None:
        """The case's call was saved: the row shows it as it is."""
        edit = self._edits[id]
        if edit.now.call:
            call = phone.find_call(self.connection, edit.now.call)
            edit.now = replace(edit.now, row=replace(edit.now.row, call=call))

    # events

    def append(self, body: Body, case: str = "", occurred: Ms | None = None, by: str = "") -> int:
        """One more event; `occurred` is never after the hub's time."""
        self._head.seq += 1
        seq = self._head.seq
        at = self.now if occurred is None else min(occurred, self.now)
        self._events.append(Event(seq, seq - 1, at, self.now, body, case, by))
        if case and self.case(case) is not None:
            self._edits[case].version = seq
            if not _moves(body):
                self._edits[case].spoke = seq
        return seq

    @property
    def next_seq(self) -> int:
        """The seq of the event that is appended next."""
        return self._head.seq + 1

    def message_id(self) -> str:
        """Ids of messages grow with the log, so that equal times keep their order."""
        return f"m_{self._head.seq + 1:011x}{self.ids.new('m')[2:7]}"

    # the end of the job

    def finish(self) -> list[Event]:
        """Write what changed; the events for the log, each with the row of its case as the job leaves it."""
        for id, edit in list(self._edits.items()):
            if edit.version or edit.touched:
                transfer_keeping.settle(self, id)
                keep_clocks(self, id, edit)
        for edit in self._edits.values():
            if edit.now.head and (edit.version or edit.touched):
                self._regroup.setdefault(edit.now.node, False)
        roots: dict[str, bool] = {}
        for customer, whole in self._regroup.items():
            root = people.root_of(self.connection, customer)
            roots[root] = roots.get(root, False) or whole
        changed: set[str] = set()
        regrouped: dict[str, None] = {}
        for root, whole in roots.items():
            regrouped.update(dict.fromkeys(self._group(root, whole, changed)))
        for id in regrouped:
            if self._edits[id].head in ("", id):
                self._tell(id, id in changed)
        for id, edit in self._edits.items():
            if edit.version or edit.touched:
                self._save(id, edit)
        # what a case without an event went through is not saved, and neither are its facts
        kept = [fact for fact in self._facts if self._edits[fact.case].version or self._edits[fact.case].touched]
        self._head.facts.extend(kept)
        return [self._published(event) for event in self._events]

    def _published(self, event: Event) -> Event:
        edit = self._edits.get(event.case)
        if edit is None:
            return replace(event, brands=brands_of(self.connection, event.body))
        leader = event.case if _moves(event.body) or not edit.head else edit.head
        shown = self._edits[leader]
        row = shown.shown.row if shown.shown is not None else shown.now.row
        return replace(event, case=leader, row=row, body=led_by(event.body, leader))

    def _save(self, id: str, edit: Edit) -> None:
        version = edit.version or edit.now.row.version
        person = self._shown_person(edit.head) if edit.head else self.customer(edit.now.node)
        known = self._known_as(edit, person)
        edit.now = replace(edit.now, row=replace(edit.now.row, version=version, known_as=known))
        if edit.shown is not None:
            edit.shown = replace(edit.shown, row=replace(edit.shown.row, version=version, known_as=known))
        also = [*(address.value.raw for address in person.addresses), *edit.also]
        cases.save(self.connection, edit.stored, edit.now, edit.shown, also, part=edit.part)

    def _known_as(self, edit: Edit, person: Customer) -> tuple[str, ...]:
        """By what other servers know whom an open row shows. What was said of a customer who is nobody else stands in
        the row already, unless the case is new."""
        row = edit.shown.row if edit.shown is not None else edit.now.row
        if row.stage in (*joining.CLOSED, "joined"):
            return ()
        said = tuple(digest for digest in edit.now.row.known_as if digest[0] in (ITSELF, SAME, OTHER))
        if edit.head or not said or edit.known_anew:
            leader = self.case(edit.head) if edit.head else None
            nodes = self.shown_nodes(leader) if leader is not None else [edit.now.node]
            said = elsewhere.known(self.connection, nodes, edit.now.row.brand)
        return (*known_as(person.addresses), *said)

    def know_anew(self, id: str) -> None:
        """What is said of the case's customer at other servers has changed."""
        if self.case(id) is not None:
            self._edits[id].known_anew = True

    def _group(self, root: str, whole: bool, changed: set[str]) -> list[str]:
        """Which rows the cases of a person make now; the cases that were looked at. `whole`: who the person is has
        changed; else only cases of this job and open ones can make other rows. `changed` gets the cases whose rows are
        made of other cases now."""
        members = people.nodes(self.connection, root)
        ids = dict.fromkeys(cases.in_play(self.connection, members))
        ids.update({id: None for id, edit in self._edits.items() if edit.now.node in members})
        if whole:
            ids.update(dict.fromkeys(cases.ever_led(self.connection, members)))
        else:
            for head in {self._edits[id].head for id in ids if id in self._edits} - {""}:
                ids.update(dict.fromkeys(cases.parts(self.connection, head)))
        records = [record for id in ids if (record := self.case(id)) is not None]
        if len(members) > 1:
            for record in records:
                if not record.head and record.view.stage not in joining.CLOSED:
                    self._stand(record.row.id)
            records = [self._edits[record.row.id].now for record in records]
        heads = joining.heads([_part(record) for record in records]) if len(members) > 1 else {}
        groups: dict[str, list[str]] = {}
        moved: list[tuple[str, str, str]] = []
        for record in records:
            id = record.row.id
            head = heads.get(id, "")
            if head:
                groups.setdefault(head, []).append(id)
            if head != self._edits[id].head:
                changed |= {head, self._edits[id].head}
                moved.append((id, self._edits[id].head, head))
            if self._lead(id, head, root):
                changed.add(id)
        holding.regrouped(self, moved)
        transfer_keeping.regrouped(self, moved)
        for head, parts in groups.items():
            self._show(head, [self._edits[part] for part in parts])
        for id in (record.row.id for record in records) if whole else ():
            edit = self._edits[id]
            edit.known_anew = True
            person = self._shown_person(edit.head) if edit.head else self.customer(edit.now.node)
            if self._known_as(edit, person) != edit.now.row.known_as:
                edit.touched = True
                changed.add(id)
        return [record.row.id for record in records]

    def _shown_person(self, head: str) -> Customer:
        """The person as a row shows them: without what belongs to cases of other brands only."""
        record = self.case(head)
        assert record is not None
        own = self.shown_nodes(record)
        whole = len(own) == len(self.nodes(record.node))
        return self.person(record.node) if whole else people.together(self.connection, own)

    def shown_nodes(self, record: CaseRecord) -> list[str]:
        """The customers who are the person as a row shows them."""
        members = self.nodes(record.node)
        brand, held = record.row.brand, brands.by_customer(self.connection, members)
        return [member for member in members if brand in held.get(member, (brand,))]

    def _lead(self, id: str, head: str, root: str) -> bool:
        """`head` leads the case from now on; whether its row names somebody else now."""
        edit = self._edits[id]
        row = edit.now.row
        customer = root if head else edit.now.node
        name = self._shown_person(head).name if head else self.customer(edit.now.node).name
        renamed = row.customer != customer or (row.name != name and bool(head or edit.head))
        if renamed:
            row = replace(row, customer=customer, name=name)
            edit.touched = True
        edit.shown = None
        before, edit.head = edit.head, head
        edit.now = replace(edit.now, row=row, head=head)
        if head and head != id:
            edit.shown = Shown(joining.hidden(row), edit.now.view, "")
            if edit.told:
                edit.version = self.append(CaseChanged("joined", head), id, by=self._regrouped_by)
        elif edit.stored.stage == "joined":
            edit.version = self.append(CaseChanged("parted", before), id, by=self._regrouped_by)
        edit.touched = edit.touched or before != head
        return renamed

    def _show(self, head: str, parts: list[Edit]) -> None:
        """The row that a case leads."""
        edit = self._edits[head]
        row, state = joining.row_of([_part(part.now) for part in parts])
        call = phone.find_call(self.connection, state.call) if state.call else None
        promise = self._promise(state)
        row = replace(
            row,
            call=replace(call, case=head) if call is not None else None,
            promise=replace(promise, case=head) if promise is not None else None,
        )
        edit.shown = Shown(row, state, state.call)
        edit.also = tuple(str(part.now.row.number) for part in parts)
        # what happened in any of the parts is told with this row
        edit.version = max(edit.version, *(part.spoke for part in parts))
        edit.touched = edit.touched or any(part.touched for part in parts)

    def _tell(self, id: str, changed: bool) -> None:
        """Desks hear of a row that is made of other cases now, and has no event of its own."""
        edit = self._edits[id]
        if not edit.version and changed:
            grew = edit.head and edit.stored.stage != "joined"
            self.append(CaseChanged("joined" if grew else "parted"), id, by=self._regrouped_by)


def _moves(body: AnyBody) -> bool:
    """Whether an event is about a case itself, wherever it is led."""
    return isinstance(body, CaseChanged) and body.change in OF_ITSELF


def _part(record: CaseRecord) -> Part:
    return Part(record.row, record.view, record.opened, record.head)
