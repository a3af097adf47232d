"""Commands of guided scripts, declared."""

from __future__ import annotations

from agent_tui.commands.spec import LIST, SCRIPT, Argument, CommandSpec

SCRIPT_RUN = "script"
SCRIPT_LEAVE = "script-leave"
SCRIPT_ANSWER = "script-answer"
SCRIPT_BACK = "script-back"
SCRIPT_STEPS = "script-steps"
SCRIPT_SAY = "script-say"

CASE = (
    CommandSpec(
        SCRIPT_RUN,
        "Guided script",
        "Begin a guided script with the case, or go on with the one that is run.",
        (LIST,),
        (Argument("script", "text", required=False, help="its short name"),),
    ),
    CommandSpec(
        SCRIPT_LEAVE,
        "Leave the script",
        "Leave the guided script, and say why; it can be gone on with.",
        (LIST, SCRIPT),
        (Argument("why", "text", required=False, help="why it is left"),),
    ),
    CommandSpec(
        SCRIPT_ANSWER,
        "Answer",
        "Answer the script's question, and go on.",
        (SCRIPT,),
        (Argument("answer", "text", required=False, help="what is typed if left out"),),
    ),
    CommandSpec(
        SCRIPT_BACK,
        "Back in the script",
        "Delete what is typed; then go back to the step before, whose answer stays.",
        (SCRIPT,),
    ),
    CommandSpec(
        SCRIPT_STEPS,
        "Steps",
        "Show the script's steps, those that were passed and those that come, and go to one.",
        (SCRIPT,),
    ),
    CommandSpec(
        SCRIPT_SAY,
        "Say it in the reply",
        "Put what the step says to the customer into the reply.",
        (SCRIPT,),
    ),
)
