"""Why a server refused an order, in the agent's language: by the code of the desk protocol, else the server's words."""

from __future__ import annotations

from agent_tui.backends.base import Rejected
from agent_tui.domain.language import SPOKEN
from agent_tui.domain.text import Phrase, SafeText, clean_line, marked

_BY_CODE: dict[str, Phrase] = {
    "already-joined": marked("they are one customer already"),
    "bad-address": marked("that is no address on this channel"),
    "bad-id": marked("the server cannot keep a promise under that id"),
    "blocked": marked("that customer is blocked: reopen the case to take that back"),
    "call-live": marked("a call with them is under way: erase them when it is over"),
    "changed": marked("their cases have changed since you looked: look again (J)"),
    "closed": marked("the case is closed: reopen it first"),
    "consent-refused": marked("they do not want to be written to there; if they changed their mind: g C"),
    "disk-full": marked("the server's disk is full"),
    "empty": marked("there is nothing to send"),
    "erased": marked("that customer was erased"),
    "id-reused": marked("that order was given already, as another one"),
    "lease-free": marked("nobody has this case: Enter takes it"),
    "lease-held": marked("a colleague has this case: G asks for it"),
    "lease-yours": marked("you have this case yourself"),
    "moved": marked("they were invited there within the hour: write to them there (r)"),
    "newer-message": marked("something was written since you began: read it, then send again"),
    "no-account": marked("the server has no account to write from on this channel"),
    "no-address": marked("no address of the customer is known on this channel: ^T names one"),
    "not-admin": marked("only an admin erases customers"),
    "other-parts": marked("others are joined with that customer by now: look again"),
    "no-agent": marked("there is no such agent here"),
    "no-breach": marked("that was not late, as the server counts"),
    "no-call": marked("there is no such call"),
    "no-card": marked("that message holds no card number"),
    "no-case": marked("there is no such case"),
    "no-channel": marked("there is no such channel"),
    "no-consent": marked("ask whether they agree to be written to there"),
    "no-conversation": marked("that conversation is not of this case or channel"),
    "no-customer": marked("there is no such customer"),
    "no-file": marked("a file is not at the server any more: attach it again"),
    "no-files": marked("this channel takes no files"),
    "no-join": marked("there is no such join"),
    "no-message": marked("there is no such message to send"),
    "no-note": marked("say what was done and what is promised: it goes with the case"),
    "no-outcome": marked("say what came of the call"),
    "no-promise": marked("there is no such promise in this case"),
    "no-reason": marked("say why"),
    "no-pull": marked("that queue gives its cases out by itself: be available and they come"),
    "no-queue": marked("there is no such queue for you"),
    "no-recipient": marked("say to whom it goes"),
    "no-room": marked("you have all that you can take: finish something first"),
    "no-suggestion": marked("there is no such suggestion any more"),
    "no-team": marked("there is no such team"),
    "no-template": marked("there is no such template of this account"),
    "no-text": marked("a call has no text: ^T chooses another channel"),
    "not-active": marked("the call is over"),
    "not-ended": marked("the call is not over yet"),
    "not-failed": marked("the message is on its way or has arrived"),
    "not-supervisor": marked("only a supervisor takes a case over: G asks for it"),
    "not-open": marked("that promise is not open any more"),
    "not-here": marked("they are not logged in"),
    "nothing-promised": marked("say what is promised"),
    "not-yours": marked("a colleague holds this call"),
    "parted": marked("that join was taken back already"),
    "others-address": marked("that address is another customer's: join them first (J)"),
    "other-brand": marked("that is of a brand that not everybody concerned may see: ask one who may"),
    "queue-empty": marked("nothing waits in that queue that you can take now"),
    "past": marked("that time is past: choose a later one"),
    "promise-open": marked("something is still promised here: d asks what becomes of it"),
    "promise-too-long": marked("say the promise in fewer words"),
    "spam": marked("the case is spam: reopen it first"),
    "stale-fence": marked("somebody else had this case since: look at it again, then send again"),
    "template-values": marked("each place of the template needs one line of words"),
    "too-many-customers": marked("one person can be at most 200 customers"),
    "supervisor-only": marked("only a supervisor can do that"),
    "store": marked("the server could not store it"),
    "too-big": marked("longer than the server takes; send it as a file"),
    "too-long": marked("the text is too long for this channel"),
    "too-many": marked("a case has at most 50 labels"),
    "too-many-promises": marked("too much is promised here already: keep something first"),
    "unknown-order": marked("the server does not know that order"),
    "window-closed": marked("the channel's window is closed: ^T chooses another channel"),
}


def why_refused(outcome: Rejected) -> SafeText:
    """What to tell the agent. A server speaks English, and often says more than its code does: then its own words."""
    known = _BY_CODE.get(outcome.code)
    if known is None or SPOKEN.get() is None:
        return clean_line(outcome.message) or clean_line(outcome.code)
    return known.text
