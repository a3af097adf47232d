"""Why a server refused an order, in the agent's language: by the code of the desk protocol, else the server's words."""

from __future__ import annotations

from agent_tui.backends.base import Rejected
from agent_tui.domain.language import SPOKEN
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, marked

_BY_CODE: dict[str, Phrase] = {
    "already-joined": marked("they are one customer already"),
    "bad-address": marked("that is no address on this channel"),
    "bad-id": marked("the server cannot keep a promise under that id"),
    "blocked": marked("that customer is blocked: reopen the case to take that back"),
    "busy-there": marked("they are in a call by now: wait until it is over, or keep this one"),
    "call-stays": marked("the exchange cannot put a call through: hang up first, or look at it together"),
    "call-there": marked("a call with them is under way"),
    "call-live": marked("a call with them is under way: erase them when it is over"),
    "changed": marked("their cases have changed since you looked: look again"),
    "closed": marked("the case is closed: reopen it first"),
    "connecting": marked("the call is being put through: a moment"),
    "consent-refused": marked("they do not want to be written to there; if they changed their mind, say so"),
    "disk-full": marked("the server's disk is full"),
    "empty": marked("there is nothing to send"),
    "erased": marked("that customer was erased"),
    "id-reused": marked("that order was given already, as another one"),
    "exchange-unknown": marked(
        "the exchange did not answer: look whether the call is with you or with them, and say so"
    ),
    "in-call": marked("you are in a call: end it first"),
    "in-call-queue": marked("the call with them is still on: hang up first, or look at it together"),
    "incident-closed": marked("that incident is closed: open it again first"),
    "lease-free": marked("nobody has this case: take it"),
    "lease-held": marked("a colleague has this case: ask for it, or wait"),
    "lease-yours": marked("you have this case yourself"),
    "moved": marked("they were invited there within the hour: write to them there"),
    "newer-message": marked("something was written since you began: read it, then send again"),
    "no-account": marked("the server has no account to write from on this channel"),
    "no-address": marked("no address of the customer is known on this channel: name one"),
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
    "no-incident": marked("there is no such incident"),
    "no-join": marked("there is no such join"),
    "no-message": marked("there is no such message to send"),
    "no-line": marked("the server has no telephone to call from"),
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
    "no-text": marked("a call has no text: choose another channel"),
    "no-title": marked("say what happened, in a few words"),
    "nobody": marked("none of them can be told any more: look again"),
    "not-active": marked("the call is over"),
    "not-ended": marked("the call is not over yet"),
    "not-failed": marked("the message is on its way or has arrived"),
    "not-supervisor": marked("only a supervisor takes a case over: ask for it"),
    "not-open": marked("that promise is not open any more"),
    "not-here": marked("they are not logged in"),
    "nothing-promised": marked("say what is promised"),
    "not-yours": marked("a colleague holds this call"),
    "parted": marked("that join was taken back already"),
    "others-address": marked("that address is another customer's: join them first"),
    "other-brand": marked("that is of a brand that not everybody concerned may see: ask one who may"),
    "queue-empty": marked("nothing waits in that queue that you can take now"),
    "past": marked("that time is past: choose a later one"),
    "promise-open": marked("something is still promised here: close it and say what becomes of that"),
    "promise-too-long": marked("say the promise in fewer words"),
    "spam": marked("the case is spam: reopen it first"),
    "bad-script": marked("the server cannot keep that state of a script"),
    "script-moved": marked("somebody else went on with the script: it stands where they left it"),
    "no-script": marked("there is no such guided script any more"),
    "no-transfer": marked("there is no such transfer of this case any more"),
    "no-target": marked("say to whom it goes: a colleague or a queue"),
    "not-asked": marked("that case is offered to somebody else"),
    "not-givers": marked("that is for whoever gives the case to say"),
    "not-its-queue": marked("a case like this one would wait in another queue: choose that, or a colleague"),
    "queue-brand": marked("that queue has cases of other brands alone: choose another"),
    "queue-channel": marked("that queue has cases on other channels alone: choose another"),
    "not-owner": marked("a colleague has this case: ask for it first"),
    "not-together": marked("they have not come yet: wait, or take the case back"),
    "nobody-ready": marked("nobody of that queue takes work now: send it there without waiting"),
    "they-talk": marked("they still talk with the customer: take it when they have hung up"),
    "to-yourself": marked("that is you: choose a colleague"),
    "transfer-open": marked("the case is on its way already: take it back first"),
    "transfer-over": marked("that transfer is over: look at the case again"),
    "waits-there": marked("it waits in that queue already"),
    "too-many-scripts": marked("a case has at most 50 guided scripts"),
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
    "window-closed": marked("the channel's window is closed: choose another channel"),
    "other-incident": marked("a case is of another incident: take it out of that one first"),
}

_HELPS: dict[str, tuple[str, str]] = {
    "call-stays": ("together", "T"),
    "changed": ("join", "J"),
    "closed": ("case-reopen", "D"),
    "consent-refused": ("consent", "g C"),
    "exchange-unknown": ("transfer", "t"),
    "in-call-queue": ("together", "T"),
    "lease-free": ("case-open", "Enter"),
    "lease-held": ("lease-ask", "G"),
    "moved": ("reply", "r"),
    "no-address": ("compose-channel", "^T"),
    "no-text": ("compose-channel", "^T"),
    "not-owner": ("lease-ask", "G"),
    "not-supervisor": ("lease-ask", "G"),
    "not-together": ("transfer", "t"),
    "nobody-ready": ("transfer", "t"),
    "others-address": ("join", "J"),
    "promise-open": ("case-done", "d"),
    "spam": ("case-reopen", "D"),
    "transfer-open": ("transfer", "t"),
    "window-closed": ("compose-channel", "^T"),
}
"""The command that helps, and its usual key: a server knows no desk's keys, so it names none."""


def why_refused(outcome: Rejected) -> SafeText:
    """What to tell the agent. A server speaks English, and often says more than its code does: then its own words."""
    known = _BY_CODE.get(outcome.code)
    if known is None or SPOKEN.get() is None:
        words = clean_line(outcome.message) or clean_line(outcome.code)
    else:
        words = known.text
    if outcome.code not in _HELPS:
        return words
    return compose(
        "{words} ({key})", words=words[:-1] if words.endswith(".") else words, key=key_of(*_HELPS[outcome.code])
    )
