"""What happened to a case, as far as its clocks need it. Each fact has the time it happened at (`at`, UTC ms).

A case's facts are a set: the same fact told twice is one, and the order they come in says nothing. What happens at one
instant happens in the order of the classes below, so a reply of that instant answers the word of that instant.
"""

from __future__ import annotations

from typing import Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.sla.policies import ReplyKind, Trait, Traits
from agent_tui.domain.time import Ms


@frozen
class InForce:
    """From now on this version of the rules holds: sla.toml was loaded or edited."""

    at: Ms
    version: str


@frozen
class Created:
    """The case began, with what is known of it."""

    at: Ms
    traits: Traits = Traits()


@frozen
class TraitChanged:
    """Its priority, queue, team, topic ... is another now. A channel that changes is a transfer."""

    at: Ms
    trait: Trait
    value: str


@frozen
class Tagged:
    """Its tags are these now."""

    at: Ms
    tags: frozenset[str]


@frozen
class Pinned:
    """A policy was chosen by hand, whatever fits; "" lets what fits decide again."""

    at: Ms
    policy: str


@frozen
class CustomerWrote:
    """A word of the customer's that wants an answer; it wakes what is snoozed, pending or on hold."""

    at: Ms
    message: str = ""


@frozen
class SignOfLife:
    """The customer read or is typing: no word yet, but nobody who must be reminded."""

    at: Ms


@frozen
class Replied:
    """Something of ours went out, or was written down (a note). `message`: its id."""

    at: Ms
    message: str = ""
    kind: ReplyKind = "human"


@frozen
class SendFailed:
    """A message of ours did not arrive: it never was an answer."""

    at: Ms
    message: str


@frozen
class SendSettled:
    """A message that was thought not to have arrived did."""

    at: Ms
    message: str


@frozen
class StatusChanged:
    """Its status is another now: `open`, `pending`, `on-hold` or a word of the house."""

    at: Ms
    status: str


@frozen
class Snoozed:
    """Put away until a time, or with None until the customer's next word."""

    at: Ms
    until: Ms | None = None


@frozen
class Woke:
    """Brought back by hand before the time."""

    at: Ms


CallMove = Literal["rang", "told", "asked", "answered", "ended", "called-back"]


@frozen
class CallMoved:
    """A call: it `rang` (its start, the voice menu included), a human `answered` it, it `ended`; the caller was `told`
    how long it takes, `asked` to be called back, and was `called-back`."""

    at: Ms
    call: str
    moved: CallMove


@frozen
class Merged:
    """Another case became part of this one. `created`: when that one began; `waiting`: since when its customer had
    waited for an answer, None when they had one."""

    at: Ms
    created: Ms
    waiting: Ms | None = None


@frozen
class Resolved:
    """Done."""

    at: Ms


@frozen
class Reopened:
    """Not done after all, or the customer wrote again."""

    at: Ms


@frozen
class MergedAway:
    """It became part of another case; its own clocks end."""

    at: Ms


Fact = (
    InForce
    | Created
    | TraitChanged
    | Tagged
    | Pinned
    | CustomerWrote
    | SignOfLife
    | Replied
    | SendFailed
    | SendSettled
    | StatusChanged
    | Snoozed
    | Woke
    | CallMoved
    | Merged
    | Resolved
    | Reopened
    | MergedAway
)
