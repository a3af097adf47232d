"""Every user command declared once: id, words, arguments, where it works. Keys, palette, `:` line and help read this.

Pure data and light to import: no Textual, no pydantic. The keys themselves are data too, in `keymaps/default.toml`.
"""

from __future__ import annotations

from dataclasses import replace

from agent_tui.commands import ids_keys, ids_scripts
from agent_tui.commands.spec import (
    CALL,
    COMPOSER,
    COMPOSER_NORMAL,
    KEYPAD,
    LIST,
    PROMPT,
    Argument,
    CommandSpec,
    Group,
)

# Moving
ROW_NEXT = "row-next"
ROW_PREVIOUS = "row-previous"
ROW_FIRST = "row-first"
ROW_LAST = "row-last"
PANE_NEXT = "pane-next"
PANE_PREVIOUS = "pane-previous"
CASE_OPEN = "case-open"
GO_BACK = "go-back"
PAGE_ON = "page-on"
PAGE_BACK = "page-back"
NEXT_WAITING = "next-waiting"
CASE_LAST = "case-last"
# Looking
VIEW_NUMBER = "view-number"
VIEW_MINE = "view-mine"
VIEW_TEAM = "view-team"
VIEW_ALL = "view-all"
VIEW_SNOOZED = "view-snoozed"
VIEW_DONE = "view-done"
VIEW_SPAM = "view-spam"
VIEW_PROMISES = "view-promises"
VIEW_FOLLOWED = "view-followed"
VIEW_CHANNEL = "view-channel"
FILTER = "filter"
SEARCH = "search"
VIEW = "view"
LABELS_SHOW = "labels-show"
FOLD = "fold"
CUSTOMER_CARD = "customer-card"
HISTORY = "history"
CARDS = "cards"
EXPLAIN = "explain"
# The case
NOTE = "note"
LABEL = "label"
PRIORITY = "priority"
PROMISE = "promise"
ASSIGN_ME = "assign-me"
ASSIGN_TO = "assign-to"
MARK_UNREAD = "mark-unread"
QUEUE_RETURN = "queue-return"
QUEUES = "queues"
WHY = "why"
CLOCKS = "clocks"
EXCUSE = "excuse"
SNOOZE = "snooze"
CASE_DONE = "case-done"
CASE_REOPEN = "case-reopen"
CASE_SPAM = "case-spam"
CUSTOMER_BLOCK = "customer-block"
LEASE_ASK = "lease-ask"
HAND_OVER = "hand-over"
TRANSFER = "transfer"
TOGETHER = "together"
FOLLOW = "follow"
INCIDENT = "incident"
TAKE_OVER = "take-over"
LEASE_RELEASE = "lease-release"
DRAFT_OTHER = "draft-other"
CUSTOMER_ERASE = "erase-customer"
JOIN = "join"
UNJOIN = "unjoin"
SUGGESTION = "suggestion"
PREFER = "prefer"
CONSENT = "consent"
UNDO = "undo"
MARK = "mark"
MARK_ALL = "mark-all"
COPY_MESSAGE = "copy-message"
COPY_NUMBER = "copy-number"
MESSAGE_SOURCE = "message-source"
CARD_SHOW = "card-show"
# Writing
REPLY = "reply"
REPLY_ALL = "reply-all"
REPLY_CHOOSE = "reply-choose"
FORWARD = "forward"
QUOTE = "quote"
MESSAGE_NEW = "message-new"
RETRY_SEND = "retry-send"
# While composing
COMPOSE_ENTER = "compose-enter"
COMPOSE_SEND = "compose-send"
COMPOSE_NEWLINE = "compose-newline"
COMPOSE_TAKE_BACK = "compose-take-back"
COMPOSE_CHANNEL = "compose-channel"
COMPOSE_ATTACH = "compose-attach"
COMPOSE_CANNED = "compose-canned"
COMPOSE_SIGNATURE = "compose-signature"
COMPOSE_DELETE_WORD = "compose-delete-word"
COMPOSE_DELETE_LINE = "compose-delete-line"
COMPOSE_UNDO_TEXT = "compose-undo-text"
COMPOSE_REDO_TEXT = "compose-redo-text"
# Calls
CALL_ANSWER = "call-answer"
CALL_HANG_UP = "call-hang-up"
CALL_OFFER = "call-offer"
CALL_CUSTOMER = "call-customer"
CALL_BACKS = "call-backs"
CALL_MUTE = "call-mute"
CALL_HOLD = "call-hold"
CALL_KEYPAD = "call-keypad"
CALL_DIGIT = "call-digit"
CALL_WRITE_UP = "call-write-up"
# The desk
COMMAND_LINE = "command-line"
HELP = "help"
PALETTE = "palette"
PRESENCE = "presence"
START = "start"
HANDOVER = "handover"
ANNOUNCE = "announce"
AGENTS = "agents"
WALLBOARD = "wallboard"
LOCK = "lock"
REDRAW = "redraw"
QUIT = "quit"

PRESENCES = (
    "available",
    "write-up",
    "break",
    "meal",
    "meeting",
    "training",
    *(f"{reason} after" for reason in ("break", "meal", "meeting", "training")),
)
"""What an agent usually is, at once or after the case in hand."""
OUTCOMES = ("solved", "promised", "transferred", "no-answer", "wrong-number")
"""What usually comes of a call."""

_LISTS = (LIST, COMPOSER)
_ANYWHERE = (LIST, COMPOSER, PROMPT)

_MOVE = (
    CommandSpec(ROW_NEXT, "Next row", "To the next row of the inbox, or the next message of the timeline.", (LIST,)),
    CommandSpec(ROW_PREVIOUS, "Previous row", "To the row or message before.", (LIST,)),
    CommandSpec(ROW_FIRST, "First row", "To the first row of the inbox, or the oldest message.", (LIST,)),
    CommandSpec(ROW_LAST, "Last row", "To the last row of the inbox, or the newest message.", (LIST,)),
    CommandSpec(PANE_NEXT, "Next pane", "To the next pane: inbox, timeline, customer.", (LIST,)),
    CommandSpec(PANE_PREVIOUS, "Previous pane", "To the pane before.", (LIST,)),
    CommandSpec(CASE_OPEN, "Open", "Open the case under the cursor; once more: into the composer.", (LIST,)),
    CommandSpec(GO_BACK, "Out one layer", "Leave what is innermost. Never discards text and never quits.", _ANYWHERE),
    CommandSpec(PAGE_ON, "Page on", "A page on; at the end the next unread, else the most urgent case.", (LIST,)),
    CommandSpec(PAGE_BACK, "Page back", "A page back.", (LIST,)),
    CommandSpec(NEXT_WAITING, "Next waiting", "Open the most urgent case that waits for me; drafts stay.", _LISTS),
    CommandSpec(CASE_LAST, "Last case", "Exchange this case with the one opened before it.", _LISTS),
)

_LOOK = (
    CommandSpec(
        VIEW_NUMBER,
        "View by number",
        "Show the view with this number in the header.",
        (LIST,),
        (Argument("number", "digit", choices=tuple("123456789"), help="1 to 9, as the header counts"),),
    ),
    CommandSpec(VIEW_MINE, "My cases", "Show the cases that are mine, and my team's unassigned ones.", (LIST,)),
    CommandSpec(VIEW_TEAM, "My team's cases", "Show the cases of my team.", (LIST,)),
    CommandSpec(VIEW_ALL, "All cases", "Show every case that I may see.", (LIST,)),
    CommandSpec(VIEW_SNOOZED, "Snoozed cases", "Show the cases put away until later.", (LIST,)),
    CommandSpec(VIEW_DONE, "Done cases", "Show the cases that are done.", (LIST,)),
    CommandSpec(VIEW_PROMISES, "Promises", "Show the cases to whose customers something is promised.", (LIST,)),
    CommandSpec(VIEW_FOLLOWED, "Followed", "Show the cases that I follow.", (LIST,)),
    CommandSpec(VIEW_SPAM, "Spam", "Show the cases held as spam.", (LIST,)),
    CommandSpec(
        VIEW_CHANNEL,
        "One channel only",
        "Narrow the view, or the history, to one channel; without a channel show them all again.",
        (LIST,),
        (Argument("channel", "channel", required=False, help="whatsapp, email, phone ..."),),
    ),
    CommandSpec(
        FILTER,
        "Filter and search",
        "Narrow the view to rows that match, and find what was said, while you type; Esc shows all again.",
        (LIST,),
        (Argument("words", "text", required=False, help="name, subject, number, label"),),
    ),
    CommandSpec(
        SEARCH,
        "Search",
        'Find messages, notes and customers: words, "phrases", -without, from: channel: label: before: after: owner: '
        "is: has:.",
        (LIST,),
        (
            Argument(
                "words", "text", required=False, help="words, from: channel: label: before: after: owner: is: has:"
            ),
        ),
    ),
    CommandSpec(
        VIEW,
        "Saved view",
        "Show a view that you saved; save keeps what is shown and searched under a name, drop forgets it.",
        (LIST,),
        (Argument("view", "view", required=False, help="a name; save and a name; drop and a name"),),
    ),
    CommandSpec(LABELS_SHOW, "Pick by letter", "Put letters on links, files and messages; a letter opens it.", (LIST,)),
    CommandSpec(
        FOLD,
        "Fold or unfold",
        "Fold or unfold quoted text; in the history the conversation, or all of them.",
        (LIST,),
        (Argument("what", "choice", required=False, choices=("all",), help="all: every conversation of the history"),),
    ),
    CommandSpec(CARDS, "Look up cards", "Ask the company's systems about this customer again.", (LIST,)),
    CommandSpec(HISTORY, "History", "Show everything of this customer on one time line, or the case again.", (LIST,)),
    CommandSpec(CUSTOMER_CARD, "Customer card", "Show who this is: addresses, earlier conversations, notes.", (LIST,)),
    CommandSpec(EXPLAIN, "Explain", "Say what the clock counts, why this case is mine, why a key is off.", (LIST,)),
)

_CASE = (
    CommandSpec(
        LABEL,
        "Label",
        "Add labels, or remove one that is there.",
        (LIST,),
        (Argument("label", "label", required=False, help="a label; -label removes it"),),
    ),
    CommandSpec(
        PRIORITY,
        "Priority",
        "Set the priority of the case.",
        (LIST,),
        (Argument("priority", "choice", required=False, choices=("low", "normal", "high", "urgent")),),
    ),
    CommandSpec(
        PROMISE,
        "Promise",
        "Record what we owe the customer and by when; or keep, pass on or drop what is promised.",
        _LISTS,
        (Argument("words", "text", required=False, help="call back by 12:00; refund by thu > billing"),),
    ),
    CommandSpec(ASSIGN_ME, "Assign to me", "Make the case mine.", _LISTS),
    CommandSpec(
        ASSIGN_TO,
        "Assign to ...",
        "Give the case to an agent or a team.",
        _LISTS,
        (Argument("who", "agent", required=False, help="an agent's or a team's name"),),
    ),
    CommandSpec(MARK_UNREAD, "Mark unread", "Show the case as unread again.", (LIST,)),
    CommandSpec(
        QUEUE_RETURN,
        "Back to the queue",
        "Give the case back to the queue: nobody owns it; or, where there are queues, see them and take the next case.",
        _LISTS,
    ),
    CommandSpec(
        QUEUES,
        "Queues",
        "See what waits in which queue and who is ready, and take the next case of one.",
        _LISTS,
        (Argument("queue", "text", required=False, help="its name, to take its next case at once"),),
    ),
    CommandSpec(WHY, "Why me", "Say by which rule, or by whom, the case came to whom it is.", _LISTS),
    CommandSpec(
        CLOCKS,
        "Clocks",
        "Show every clock of the case: how it stands, and why in one sentence.",
        _LISTS,
    ),
    CommandSpec(
        EXCUSE,
        "Why it was late",
        "Say why a promise of time was broken; done asks for it too.",
        _LISTS,
        (Argument("reason", "reason", required=False, help="one of the workspace's reasons"),),
    ),
    CommandSpec(
        SNOOZE,
        "Snooze",
        "Put the case away until a time, or until the customer's next reply.",
        _LISTS,
        (Argument("until", "when", required=False, help="30m, 2h, 09:00, sun, or reply"),),
    ),
    CommandSpec(CASE_DONE, "Done and next", "Close the case and open the next that waits for me.", _LISTS),
    CommandSpec(CASE_REOPEN, "Reopen", "Open a case again that is done, snoozed or spam.", (LIST,)),
    CommandSpec(CASE_SPAM, "Spam", "Hold this case as spam; what they write later is a case of its own.", (LIST,)),
    CommandSpec(
        CUSTOMER_BLOCK,
        "Block the customer",
        "All their cases in every brand are spam, and all that they write from now on too.",
        (LIST,),
    ),
    CommandSpec(LEASE_ASK, "Ask for the case", "Ask the colleague who handles this case to hand it over.", _LISTS),
    CommandSpec(
        HAND_OVER,
        "Hand over",
        "Hand the case over to a colleague, with a word on what they should know.",
        (LIST,),
        (
            Argument("who", "agent", required=False, help="a colleague's name"),
            Argument("note", "text", required=False, help="what they should know"),
        ),
    ),
    CommandSpec(
        TRANSFER,
        "Transfer",
        "Give the case to a colleague or a queue, who say yes or no; or answer when one is given to me.",
        (LIST,),
        (
            Argument("to", "target", required=False, help="@colleague or #queue"),
            Argument("note", "text", required=False, help="what was done and what is promised"),
        ),
    ),
    CommandSpec(
        TOGETHER,
        "Together",
        "Ask a colleague, or whoever is idle in a queue, to look at the case with me; then hand it over or keep it.",
        (LIST,),
        (
            Argument("with", "target", required=False, help="@colleague or #queue"),
            Argument("note", "text", required=False, help="what was done and what is promised"),
        ),
    ),
    CommandSpec(FOLLOW, "Follow", "Hear what becomes of a case that is not mine, or no longer.", (LIST,)),
    CommandSpec(
        INCIDENT,
        "Incident",
        "Link cases that have one cause, and tell all their customers what became of it.",
        _LISTS,
        (Argument("title", "text", required=False, help="what happened: a new incident of the marked cases"),),
    ),
    CommandSpec(
        TAKE_OVER,
        "Take over",
        "Take the case from the colleague who handles it, and say why. For supervisors.",
        (LIST,),
        (Argument("reason", "text", required=False, help="why"),),
    ),
    CommandSpec(LEASE_RELEASE, "Give the case free", "Handle the case no longer; the draft stays.", (LIST,)),
    CommandSpec(
        DRAFT_OTHER,
        "The other draft",
        "Exchange the draft with the one that was written at another terminal of mine.",
        (LIST,),
    ),
    CommandSpec(
        CUSTOMER_ERASE,
        "Erase the customer",
        "Erase all that is personal of them, for good; shows first what goes. Only an admin may.",
        (LIST,),
    ),
    CommandSpec(
        JOIN,
        "Join customers",
        "Make two customers one: as suggested, or whom you find; shows first what joins. Joins are undone here too.",
        (LIST,),
        (Argument("customer", "text", required=False, help="name, case number or address of the other one"),),
    ),
    CommandSpec(UNJOIN, "Part customers", "Take an earlier join back: who joined them, and when, is shown.", (LIST,)),
    CommandSpec(
        SUGGESTION,
        "Answer a suggestion",
        "Accept that two customers are one, or refuse it for good.",
        (LIST,),
        (Argument("answer", "choice", choices=("accept", "refuse")),),
    ),
    CommandSpec(
        PREFER,
        "Preferences",
        "Write down how the customer wants to be dealt with.",
        (LIST,),
        (Argument("words", "text", required=False, help="no calls, evenings only; - takes them away"),),
    ),
    CommandSpec(
        CONSENT,
        "Consent",
        "Say whether the customer agreed to be written to on a channel; without words show what is known.",
        (LIST,),
        (
            Argument("channel", "channel", required=False, help="whatsapp, sms, email ..."),
            Argument("answer", "choice", required=False, choices=("yes", "no", "unknown")),
        ),
    ),
    CommandSpec(UNDO, "Undo", "Take back the last act: send, done, assign, label, snooze, join.", (LIST,)),
    CommandSpec(MARK, "Mark", "Mark the case, or take the mark off; a command then acts on all marked ones.", (LIST,)),
    CommandSpec(MARK_ALL, "Mark all shown", "Mark all cases of the view; once more takes the marks off.", (LIST,)),
    CommandSpec(
        COPY_MESSAGE, "Copy message", "Copy the message under the cursor to the terminal's clipboard.", (LIST,)
    ),
    CommandSpec(COPY_NUMBER, "Copy case number", "Copy the case's number or link.", (LIST,)),
    CommandSpec(
        MESSAGE_SOURCE,
        "Source of the message",
        "Show what was sent, unseen and steering characters as code points; of a mail its headers too.",
        (LIST,),
    ),
    CommandSpec(
        CARD_SHOW,
        "Show the card number",
        "Show the card numbers of a message until the case is left; that you asked is written down.",
        (LIST,),
    ),
)

_WRITE = (
    CommandSpec(
        NOTE,
        "Note",
        "Write an internal note; it never leaves the house.",
        _LISTS,
        (Argument("text", "text", required=False, help="the note; without it the note is composed"),),
    ),
    CommandSpec(REPLY, "Reply", "Write to the customer in this conversation.", (LIST,)),
    CommandSpec(REPLY_ALL, "Reply to all", "Reply to the sender and all recipients of the mail.", (LIST,)),
    CommandSpec(REPLY_CHOOSE, "Reply, choosing how", "Reply after choosing channel and recipients.", (LIST,)),
    CommandSpec(QUOTE, "Quote", "Put the message under the cursor into the reply, as a quote.", (LIST,)),
    CommandSpec(
        FORWARD,
        "Forward",
        "Send this message and its files on to somebody else.",
        (LIST,),
        (Argument("to", "address", required=False, help="an address"),),
    ),
    CommandSpec(
        MESSAGE_NEW,
        "New message",
        "Write to anyone, on any channel that can start.",
        (LIST,),
        (Argument("to", "address", required=False, help="an address or a customer's name"),),
    ),
    CommandSpec(RETRY_SEND, "Send again", "Send a failed message, or one of unknown outcome, again.", _LISTS),
)

_COMPOSE = (
    CommandSpec(COMPOSE_ENTER, "Enter", "Live and messaging: send. Mail and public: a new line.", (COMPOSER,)),
    CommandSpec(COMPOSE_SEND, "Send", "Send, on every channel; it can be taken back for a few seconds.", (COMPOSER,)),
    CommandSpec(COMPOSE_NEWLINE, "New line", "A new line, on every channel.", (COMPOSER,)),
    CommandSpec(COMPOSE_TAKE_BACK, "Take back", "Take back the send that counts down; it is a draft again.", _LISTS),
    CommandSpec(
        COMPOSE_CHANNEL,
        "Channel and recipients",
        "Choose the channel, the sender, To, Cc, Bcc and the subject.",
        (COMPOSER,),
        (Argument("channel", "channel", required=False),),
    ),
    CommandSpec(
        COMPOSE_ATTACH,
        "Attach a file",
        "Add a file: a path here, or a link to upload from your own machine.",
        (COMPOSER,),
        (Argument("path", "path", required=False),),
    ),
    CommandSpec(COMPOSE_CANNED, "Canned reply", "Put a canned reply in; Tab goes to its next field.", (COMPOSER,)),
    CommandSpec(COMPOSE_SIGNATURE, "Signature", "Put the signature in, or take it out.", (COMPOSER,)),
    CommandSpec(COMPOSE_DELETE_WORD, "Delete word", "Delete the word before the caret.", (COMPOSER, PROMPT)),
    CommandSpec(COMPOSE_DELETE_LINE, "Delete line", "Delete from the caret to the line's start.", (COMPOSER, PROMPT)),
    CommandSpec(COMPOSE_UNDO_TEXT, "Undo typing", "Undo the last change of the text.", (COMPOSER, PROMPT)),
    CommandSpec(COMPOSE_REDO_TEXT, "Redo typing", "Make the change again that was undone last.", (COMPOSER,)),
)

_CALLS = (
    CommandSpec(CALL_ANSWER, "Answer", "Answer the call that rings; the draft is kept.", (LIST, CALL, COMPOSER)),
    CommandSpec(
        CALL_OFFER,
        "Offer to write",
        "Offer the caller who rings WhatsApp, or a text message; the words are shown first, and the call rings on.",
        (LIST, CALL),
    ),
    CommandSpec(
        CALL_CUSTOMER,
        "Call this customer",
        "Ring the customer from this case; the number is chosen first, or named.",
        _LISTS,
        (Argument("number", "text", required=False, help="a number; without it one of theirs is chosen"),),
    ),
    CommandSpec(CALL_BACKS, "Call-backs", "Show who asked to be called back, the most urgent first.", (LIST,)),
    CommandSpec(CALL_HANG_UP, "Hang up", "End the call; the write-up follows.", (LIST, CALL, COMPOSER)),
    CommandSpec(CALL_MUTE, "Mute", "Mute, or unmute, my side.", (LIST, CALL)),
    CommandSpec(CALL_HOLD, "Hold", "Hold, or resume, the call.", (LIST, CALL)),
    CommandSpec(CALL_KEYPAD, "Keypad", "Send digits until Esc.", (LIST, CALL)),
    CommandSpec(
        CALL_DIGIT,
        "Send a digit",
        "Send one digit into the call.",
        (KEYPAD,),
        (Argument("digit", "digit", choices=tuple("0123456789*#")),),
    ),
    CommandSpec(
        CALL_WRITE_UP,
        "Write up the call",
        "Say what came of the call.",
        (LIST, CALL),
        (Argument("outcome", "text", required=False, help="what came of it", suggested=OUTCOMES),),
    ),
)

_DESK = (
    CommandSpec(
        COMMAND_LINE,
        "Command line",
        "Type a command by its name; Tab completes.",
        (LIST, COMPOSER_NORMAL),
        (Argument("start", "text", required=False, help="what the line begins with"),),
    ),
    CommandSpec(
        HELP,
        "Help",
        "What works here, and why the rest does not.",
        (LIST, COMPOSER_NORMAL),
        (Argument("command", "command", required=False),),
    ),
    CommandSpec(PALETTE, "Palette", "Find any command by its words.", _ANYWHERE),
    CommandSpec(
        PRESENCE,
        "Presence",
        "Say whether I take new work, and why not; after: when the case in hand is finished.",
        (LIST,),
        (Argument("state", "text", required=False, help="available, or why not; break after", suggested=PRESENCES),),
    ),
    CommandSpec(
        START,
        "Start page",
        "Show what waits for me: handed over, late, promised today, announced.",
        (LIST,),
    ),
    CommandSpec(
        HANDOVER,
        "Hand over my work",
        "Go through my cases, promises, drafts and unsent replies: keep, return or pass each.",
        (LIST,),
    ),
    CommandSpec(
        ANNOUNCE,
        "Announce",
        "Tell all who work here something, now and at their log-in; for supervisors.",
        (LIST,),
        (Argument("words", "text", required=False, help="couriers are on strike until tomorrow 9"),),
    ),
    CommandSpec(
        AGENTS,
        "Agents",
        "Show who is here, since when and with how much in hand; make one not ready, or pass their cases.",
        (LIST,),
    ),
    CommandSpec(
        WALLBOARD,
        "Wallboard",
        "Show how the queues do, or write it down: what waits, what is in time, who is there, where it jams.",
        (LIST,),
        (
            Argument("format", "choice", required=False, choices=("csv", "json"), help="to write it into a file"),
            Argument("path", "path", required=False, help="of a new file, where the desk runs"),
        ),
    ),
    CommandSpec(LOCK, "Lock", "Hide everything until a word or the token opens it again; sending goes on.", (LIST,)),
    CommandSpec(REDRAW, "Redraw", "Paint the screen again.", _ANYWHERE),
    CommandSpec(
        QUIT,
        "Log out",
        "Leave the desk and say so; shows first what is open, promised, unsent or half written.",
        (LIST,),
    ),
)


_BY_GROUP: tuple[tuple[Group, tuple[CommandSpec, ...]], ...] = (
    ("move", (*_MOVE, *ids_keys.MOVE)),
    ("look", (*_LOOK, *ids_keys.LOOK)),
    ("case", (*_CASE, *ids_scripts.CASE)),
    ("write", _WRITE),
    ("compose", (*_COMPOSE, *ids_keys.COMPOSE)),
    ("call", _CALLS),
    ("desk", (*_DESK, *ids_keys.DESK)),
)

SPECS: dict[str, CommandSpec] = {spec.id: replace(spec, group=group) for group, specs in _BY_GROUP for spec in specs}
"""Every command by id, in the order of the help."""
