"""What an agent asks a backend to do. Each order is one command of the desk protocol: `name` tells which.

An order takes effect at most once per command id, however often it is sent.
"""

from __future__ import annotations

from typing import Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.guided.place import Run
from agent_tui.domain.model import EMPTY, Metric, PromiseState
from agent_tui.domain.templates import UsedTemplate
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms
from agent_tui.domain.transfers import TransferAnswer


@frozen
class FileRef:
    """A file already at the backend (by its content address) to go out with a message."""

    blob: str
    name: CustomerText
    media: str
    size: int


@frozen
class Reply:
    """Write to the customer (or, with `forward_of`, send a message on to somebody else). `conversation` "" starts a new
    thread on `channel` within the case. `to`/`cc`/`bcc`: mail only; empty `to` means the conversation's own address."""

    case: str
    channel: str
    body: CustomerText
    conversation: str = ""
    account: str = ""
    subject: CustomerText = EMPTY
    to: tuple[CustomerText, ...] = ()
    cc: tuple[CustomerText, ...] = ()
    bcc: tuple[CustomerText, ...] = ()
    files: tuple[FileRef, ...] = ()
    in_reply_to: str = ""
    forward_of: str = ""
    seen: int = 0
    """The version of the case's row that the agent had seen: what came after it is shown first, and this is refused
    (`newer-message`). 0: not checked."""
    template: UsedTemplate | None = None
    """An approved template instead of free words; `body` is what it says."""
    canned: tuple[str, ...] = ()
    """Keys of the canned replies that it was made from; whether words were changed afterwards does not matter."""
    name: Literal["reply"] = "reply"


@frozen
class MoveChannel:
    """Go on with the customer on another channel. The case stays what it is; a conversation of it is begun or gone on
    with there, and `body` invites them, once. `note`: what was done and what is promised, which becomes a note of the
    case; it is needed. `to`: an address that is theirs from now on; empty: one that is known. `consent`: they said
    that they may be written to there. `seen`, `template`: as of a reply."""

    case: str
    channel: str
    body: CustomerText
    note: CustomerText
    account: str = ""
    to: CustomerText = EMPTY
    subject: CustomerText = EMPTY
    consent: bool = False
    seen: int = 0
    template: UsedTemplate | None = None
    name: Literal["move-channel"] = "move-channel"


@frozen
class NewMessage:
    """Write to anyone: opens a case (or joins the open one of that address) and sends its first message. `consent`: as
    of a move; refused (`no-consent`) where it is needed and nobody knows."""

    channel: str
    to: tuple[CustomerText, ...]
    body: CustomerText
    account: str = ""
    subject: CustomerText = EMPTY
    cc: tuple[CustomerText, ...] = ()
    bcc: tuple[CustomerText, ...] = ()
    files: tuple[FileRef, ...] = ()
    consent: bool = False
    name: Literal["new-message"] = "new-message"


@frozen
class Note:
    """An internal note; never leaves the house."""

    case: str
    body: CustomerText
    name: Literal["note"] = "note"


@frozen
class Assign:
    """Give the case to an agent and/or a team; both empty: back to the queue. `note`: what they should know, a note of
    the case."""

    case: str
    agent: str = ""
    team: str = ""
    note: CustomerText = EMPTY
    name: Literal["assign"] = "assign"


@frozen
class Label:
    """Add and remove labels."""

    case: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    name: Literal["label"] = "label"


@frozen
class Prioritise:
    """0 low .. 3 urgent; 1 is normal."""

    case: str
    priority: int
    name: Literal["prioritise"] = "prioritise"


@frozen
class Snooze:
    """Put away until `until` (Ms), or with 0 until the customer's next word."""

    case: str
    until: Ms
    name: Literal["snooze"] = "snooze"


PromiseEnd = Literal["", "kept", "not-wanted", "not-possible"]
"""What becomes of open promises when their case is closed all the same; "" closes no case that has one."""


@frozen
class Resolve:
    """Done. `reason`: a short machine word. `promises`: see PromiseEnd."""

    case: str
    reason: str = ""
    promises: PromiseEnd = ""
    name: Literal["resolve"] = "resolve"


@frozen
class Reopen:
    """Open again: from done, snoozed or spam. `promises`: those too that were settled as the case was closed."""

    case: str
    promises: bool = False
    name: Literal["reopen"] = "reopen"


@frozen
class MarkRead:
    """The case was opened by one who answers it; up to `version` of its row."""

    case: str
    version: int = 0
    name: Literal["mark-read"] = "mark-read"


@frozen
class MarkUnread:
    """Show it as unread again."""

    case: str
    name: Literal["mark-unread"] = "mark-unread"


@frozen
class Spam:
    """Hold this case, and no other, as spam: what the customer writes later opens a case of its own; `on` False takes
    it back."""

    case: str
    on: bool = True
    name: Literal["spam"] = "spam"


@frozen
class Block:
    """Hold as spam all open cases of the customer, and all that comes from any of their addresses from now on; `on`
    False takes it back, but not from cases that were held by themselves."""

    case: str
    on: bool = True
    name: Literal["block"] = "block"


@frozen
class JoinCustomers:
    """These two are one person. `cases`: the open cases that the preview showed; when others are open by now, the order
    is refused, so that nothing joins unseen (empty: not checked). `suggestion`: the one this accepts."""

    one: str
    other: str
    case: str = ""
    cases: tuple[str, ...] = ()
    suggestion: str = ""
    name: Literal["join-customers"] = "join-customers"


@frozen
class PartCustomers:
    """Take a join back: both are again who they were, with all that happened since on their own side."""

    join: str
    case: str = ""
    name: Literal["part-customers"] = "part-customers"


@frozen
class RefuseSuggestion:
    """They are two people: this is not suggested again for this reason."""

    suggestion: str
    case: str = ""
    name: Literal["refuse-suggestion"] = "refuse-suggestion"


@frozen
class LinkElsewhere:
    """Whoever is `other` at another server (`domain.known_as.itself`, without its sign) is the same person as the
    case's customer (`same`), or is somebody else; None: nothing is said of it any more."""

    case: str
    other: str
    same: bool | None = None
    name: Literal["link-elsewhere"] = "link-elsewhere"


@frozen
class EraseCustomer:
    """Erase all that is personal of a customer, for good. `parts`: the customers that the preview showed, one or all of
    those that are one person; when these are others by now, the order is refused. Only an admin may."""

    customer: str
    parts: tuple[str, ...]
    name: Literal["erase-customer"] = "erase-customer"


@frozen
class RetrySend:
    """Send a failed message, or one of unknown outcome, again: only ever by an agent's hand."""

    case: str
    message: str
    name: Literal["retry-send"] = "retry-send"


@frozen
class ShowCard:
    """I want to see the card numbers that a message holds; that I did is written down."""

    case: str
    message: str
    name: Literal["show-card"] = "show-card"


@frozen
class MakePromise:
    """We owe the customer `what` by `due`. `promise`: an id that the client makes, `p_` and at most 40 letters, digits
    and `-`, so that it can name the promise at once. Whose: `agent` (an id), `team`, or whoever has the case."""

    case: str
    promise: str
    what: CustomerText
    due: Ms
    agent: str = ""
    team: str = ""
    name: Literal["make-promise"] = "make-promise"


@frozen
class ChangePromise:
    """An open promise is due at another time, or is another's."""

    case: str
    promise: str
    due: Ms
    agent: str = ""
    team: str = ""
    name: Literal["change-promise"] = "change-promise"


@frozen
class SettlePromise:
    """A promise is kept, dropped (`reason` says why) or withdrawn; `open` takes that back."""

    case: str
    promise: str
    state: PromiseState
    reason: CustomerText = EMPTY
    name: Literal["settle-promise"] = "settle-promise"


@frozen
class CallAction:
    """Work a call: answer, hang up, hold, resume, mute, unmute, or send `keys` (digits)."""

    call: str
    action: Literal["answer", "hang-up", "hold", "resume", "mute", "unmute", "keys", "decline"]
    keys: str = ""
    name: Literal["call"] = "call"


@frozen
class Dial:
    """Call the customer of a case, in that case. `to`: a number, which is theirs from now on; empty: one that is known.
    The result is the call."""

    case: str
    to: CustomerText = EMPTY
    name: Literal["dial"] = "dial"


@frozen
class WriteUp:
    """Documentation after the call: what came of it."""

    call: str
    outcome: str
    body: CustomerText = EMPTY
    name: Literal["write-up"] = "write-up"


@frozen
class Prefer:
    """Write down how the customer of a case wants to be dealt with (`no calls`), in place of what was written before;
    without words nothing stands there any more."""

    case: str
    words: CustomerText
    name: Literal["prefer"] = "prefer"


@frozen
class SetConsent:
    """Write down whether the customer of a case agreed to be written to on a channel; None: nothing is known of it any
    more."""

    case: str
    channel: str
    given: bool | None
    name: Literal["set-consent"] = "set-consent"


@frozen
class TakeLease:
    """I handle this case now. The result is the fence."""

    case: str
    name: Literal["take-lease"] = "take-lease"


@frozen
class ReleaseLease:
    """I handle it no longer; nothing where I did not."""

    case: str
    name: Literal["release-lease"] = "release-lease"


@frozen
class AskLease:
    """I would like to have the case: whoever handles it is told."""

    case: str
    name: Literal["ask-lease"] = "ask-lease"


@frozen
class HandOver:
    """The case is this colleague's now, and nobody else takes it before they could. `note`: what they should know."""

    case: str
    agent: str
    note: CustomerText = EMPTY
    name: Literal["hand-over"] = "hand-over"


@frozen
class TransferCase:
    """Offer the case to an agent, or send it to a queue; `warm`: whoever comes looks at it together with me first.
    `note`: what was done and what is promised. The result is the transfer's id."""

    case: str
    note: CustomerText
    agent: str = ""
    queue: str = ""
    warm: bool = False
    name: Literal["transfer"] = "transfer"


@frozen
class AnswerTransfer:
    """See `TransferAnswer`. `transfer` "": the one that is open. `words`: why, or what to know, a note of the case. To
    accept a cold one gives the fence of the case, which is mine at this terminal then."""

    case: str
    transfer: str
    answer: TransferAnswer
    words: CustomerText = EMPTY
    name: Literal["answer-transfer"] = "answer-transfer"


@frozen
class Follow:
    """I want to hear what becomes of the case, or, with `on` False, no longer."""

    case: str
    on: bool = True
    name: Literal["follow"] = "follow"


@frozen
class RunScript:
    """Where a guided script of the case stands now. `id`: the run's, made by the desk (`r_` and a UUID); `revision`:
    one more than that of the state it went on from, 1 begins it. Refused (`script-moved`) where somebody else went on
    from there meanwhile."""

    case: str
    id: str
    run: Run
    revision: int
    name: Literal["run-script"] = "run-script"


@frozen
class TakeOver:
    """A supervisor takes the case from whoever handles it, and says why: it becomes a note. The result is the fence."""

    case: str
    reason: CustomerText
    name: Literal["take-over"] = "take-over"


@frozen
class SavedDraft:
    """An unsent reply or note of an agent, as the hub keeps it for all their terminals. `rev`: seq of the event that
    told of it; `at`: the hub's Ms when it came; `desk`: where it was written. `other`: another one was written over it
    at another terminal."""

    case: str
    body: CustomerText
    channel: str = ""
    conversation: str = ""
    account: str = ""
    subject: CustomerText = EMPTY
    to: tuple[CustomerText, ...] = ()
    cc: tuple[CustomerText, ...] = ()
    bcc: tuple[CustomerText, ...] = ()
    files: tuple[FileRef, ...] = ()
    note: bool = False
    in_reply_to: str = ""
    forward_of: str = ""
    base_version: int = 0
    desk: str = ""
    rev: int = 0
    at: Ms = 0
    other: bool = False


@frozen
class SaveDraft:
    """Keep my draft of this case; an empty one is thrown away. `base`: the `rev` that it goes on from, 0 for none: one
    that another terminal saved since is kept beside it. The result is the new `rev`."""

    case: str
    draft: SavedDraft
    base: int = 0
    name: Literal["save-draft"] = "save-draft"


@frozen
class Pull:
    """Give me the case of a queue that is next for me. Its result is the case."""

    queue: str
    name: Literal["pull"] = "pull"


@frozen
class Presence:
    """I am available, not ready (with a reason in `state`) or, with `offline`, gone. `after`: the case that I finish
    first. `agent`: whose it is, where a supervisor says it of another."""

    state: str
    after: str = ""
    agent: str = ""
    name: Literal["presence"] = "presence"


@frozen
class Announce:
    """All who work here are told, now and at log-in until `until` (Ms). For supervisors."""

    body: CustomerText
    until: Ms
    name: Literal["announce"] = "announce"


@frozen
class Excuse:
    """Why a promise of time was broken. `metric`, `started` and `key` tell of which clock; `reason`: a code of the
    workspace's; said again it is another one."""

    case: str
    metric: Metric
    started: Ms
    reason: str
    key: str = ""
    name: Literal["excuse"] = "excuse"


@frozen
class OpenIncident:
    """These cases have one cause. `incident`: an id that the client makes, `i_` and at most 40 letters, digits and `-`.
    All are of one brand; a case is of one open incident at most."""

    incident: str
    title: CustomerText
    cases: tuple[str, ...]
    name: Literal["open-incident"] = "open-incident"


@frozen
class LinkCases:
    """These cases are of the incident too, or, with `on` False, no longer."""

    incident: str
    cases: tuple[str, ...]
    on: bool = True
    name: Literal["link-cases"] = "link-cases"


@frozen
class UpdateIncident:
    """Tell the customers of an incident's cases something, each once. `update`: an id that the client makes, `u_` and
    as above: it is done once under it. `cases`: those that the preview showed as told; nobody else is."""

    incident: str
    update: str
    cases: tuple[str, ...]
    english: CustomerText = EMPTY
    hebrew: CustomerText = EMPTY
    name: Literal["update-incident"] = "update-incident"


@frozen
class CloseIncident:
    """It is over, or, with `on` False, it is not."""

    incident: str
    on: bool = True
    name: Literal["close-incident"] = "close-incident"


Order = (
    Reply
    | MoveChannel
    | NewMessage
    | Note
    | Assign
    | Label
    | Prioritise
    | Snooze
    | Resolve
    | Reopen
    | MarkRead
    | MarkUnread
    | Spam
    | Block
    | JoinCustomers
    | PartCustomers
    | RefuseSuggestion
    | LinkElsewhere
    | EraseCustomer
    | RetrySend
    | ShowCard
    | MakePromise
    | ChangePromise
    | SettlePromise
    | CallAction
    | Dial
    | WriteUp
    | Prefer
    | SetConsent
    | TakeLease
    | ReleaseLease
    | AskLease
    | HandOver
    | TransferCase
    | AnswerTransfer
    | Follow
    | RunScript
    | TakeOver
    | SaveDraft
    | Presence
    | Pull
    | Announce
    | Excuse
    | OpenIncident
    | LinkCases
    | UpdateIncident
    | CloseIncident
)


def about_of(order: Order) -> str:
    """The case or call that an order is about, "" when it has none."""
    return getattr(order, "case", "") or getattr(order, "call", "")


def case_of(order: Order) -> str:
    """The case an order touches, "" when it has none; orders of one case keep their order."""
    return getattr(order, "case", "")
