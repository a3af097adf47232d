"""Guided scripts: beginning one with a case, answering it, going back and elsewhere, leaving it; what steps do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from agent_tui.commands import ids, ids_scripts
from agent_tui.commands.case import case_here, give, who
from agent_tui.commands.command import command
from agent_tui.commands.conditions import has_case
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.orders import Label
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import CustomerText, Phrase, SafeText, clean_line, compose, marked, trusted
from agent_tui.domain.time import MINUTE_MS

if TYPE_CHECKING:
    from agent_tui.domain.guided.place import ScriptTitle
    from agent_tui.domain.guided.script import Effect
    from agent_tui.services.guiding import Guided

_WHY: tuple[tuple[str, Phrase], ...] = (
    ("solved", marked("it is solved already")),
    ("wrong-script", marked("another script fits better")),
    ("customer-gone", marked("the customer broke off")),
    ("cannot", marked("the next step cannot be done")),
)
"""Usual reasons for leaving a script, by the short names that are kept."""
WAIT_SECONDS = 2.0
"""So long keys are held back where a server does not answer."""
_GO_ON = ":"
"""What no script is called."""


def reason_title(reason: str) -> SafeText:
    """Why a script was left, in words; "" where that was said in free words."""
    return next((title.text for name, title in _WHY if name == reason), trusted(""))


# -- beginning


def _offered(context: Context) -> SafeText | None:
    if context.row is None or context.key is None:
        return trusted("there is no case here")
    if context.row.erased:
        return trusted("that customer was erased")
    return None if context.workbench.offers_scripts else trusted("no server here has guided scripts")


def _running(context: Context) -> SafeText | None:
    return None if _current(context) is not None else trusted("no script is run here")


def _current(context: Context) -> Guided | None:
    return context.workbench.script_of(context.key) if context.key is not None else None


def _run(context: Context, arguments: Arguments) -> SafeText | None:
    key = _opened(context)
    if arguments:
        _begin(context, key, arguments[0].strip())
    elif _current(context) is not None:
        context.ui.focus("script")
    else:
        _ask_which(context, key)
    return None


def _opened(context: Context) -> CaseKey:
    """The case the command is about is open from now on."""
    case_here(context)
    assert context.key is not None
    if not context.opened:
        context.ui.open_case(context.key)
    return context.key


def _ask_which(context: Context, key: CaseKey) -> None:
    came = _awaited(context)

    def arrived(titles: tuple[ScriptTitle, ...]) -> None:
        _show_titles(context, key, titles)
        came()

    context.workbench.guiding.titles(key, arrived)


def _show_titles(context: Context, key: CaseKey, titles: tuple[ScriptTitle, ...]) -> None:
    left = context.workbench.guiding.left(key)
    choices = [Choice(one.key, _title(one), clean_line(one.key)) for one in titles]
    if left is not None:
        called = next((_title(one) for one in titles if one.key == left.run.script), clean_line(left.run.script))
        choices.insert(0, Choice(_GO_ON, compose("go on with {script}", script=called), reason_title(left.run.reason)))
    if not choices:
        context.ui.say(trusted("the server has no guided scripts for this case"), "warning")
        return
    context.ui.pick(trusted("guided script"), choices, lambda script: _begin(context, key, script))


def _awaited(context: Context) -> Callable[[], None]:
    """Keys wait for what is asked of a server, for a moment: a letter of an answer is no command. What is returned says
    that it has come."""
    context.ui.page_comes()
    timer = context.workbench.time.call_later(WAIT_SECONDS, context.ui.page_came)

    def came() -> None:
        timer.cancel()
        context.ui.page_came()

    return came


def _title(of: ScriptTitle) -> SafeText:
    from agent_tui.domain.guided.values import shown

    return shown(of.title) or clean_line(of.key)


def _begin(context: Context, key: CaseKey, script: str) -> None:
    if script == _GO_ON:
        context.workbench.guiding.resume(key)
        context.ui.focus("script")
    elif script:
        came = _awaited(context)

        def began() -> None:
            context.ui.focus("script")
            came()

        context.workbench.guiding.begin(key, script, began)


# -- answering


def _answer(context: Context, arguments: Arguments) -> SafeText | None:
    assert context.key is not None
    held = _current(context)
    step = held.step if held is not None else None
    typed = arguments[0] if arguments else context.ui.typed
    found = context.workbench.guiding.answer(context.key, typed)
    if isinstance(found, SafeText):
        context.ui.refuse(found)
        return None
    words = step.say if step is not None else ()
    said = [line for effect in found if (line := _do(context, effect, words)) is not None]
    if _current(context) is not None:
        context.ui.focus("script")  # what was put into the reply waits there: the next number is an answer, no letter
    elif context.ui.place == "script":
        context.ui.focus("timeline")
    for effect in found:
        _open(context, effect)
    if said:
        return said[-1]
    return None if _current(context) is not None else trusted("the script is finished")


def _do(context: Context, effect: Effect, say: tuple[tuple[str, str], ...]) -> SafeText | None:
    """What a step does at once; what to say of it."""
    row, key = context.row, context.key
    if row is None or key is None:
        return None
    match effect.kind:
        case "label":
            give(context, Label(row.id, add=(effect.what,)))
            return compose("{who}: label {label}", who=who(row), label=clean_line(effect.what))
        case "unlabel":
            give(context, Label(row.id, remove=(effect.what,)))
            return compose("{who}: label {label} taken off", who=who(row), label=clean_line(effect.what))
        case "promise":
            due = context.workbench.time.now() + effect.minutes * MINUTE_MS
            context.workbench.promise(key, CustomerText(effect.what), due)
            return compose("promised: {what}", what=clean_line(effect.what))
        case "insert":
            return _write(context, say)
        case "reply":
            return context.ui.write_canned(effect.what)
    return None


def _open(context: Context, effect: Effect) -> None:
    """What a step opens for the agent to go on with."""
    if effect.kind == "transfer":
        context.ui.command_line(f"{ids.TRANSFER} {effect.what} ".replace("  ", " "))
    elif effect.kind == "wrap-up":
        row = context.row
        talked = row is not None and row.call is not None and row.call.state in ("active", "held", "ended")
        context.ui.command_line(ids.CALL_WRITE_UP if talked else ids.CASE_DONE)


# -- elsewhere in it


def _back(context: Context, _arguments: Arguments) -> SafeText | None:
    assert context.key is not None
    if context.ui.untype() or context.workbench.guiding.back(context.key):
        return None
    return trusted("this is the first step")


def _steps(context: Context, _arguments: Arguments) -> SafeText | None:
    held, key = _current(context), context.key
    if held is None or held.script is None or key is None:
        return trusted("no script is run here")
    choices = list(_stops(context, held))
    context.ui.pick(trusted("go to step"), choices, lambda step: context.workbench.guiding.jump(key, step))
    return None


def _stops(context: Context, held: Guided) -> Iterator[Choice]:
    from agent_tui.domain.guided.ahead import stops
    from agent_tui.domain.guided.values import said_of, title_of

    assert held.script is not None and context.key is not None
    marks = {"done": trusted("✓"), "here": trusted(">"), "ahead": trusted("·")}
    for stop in stops(held.script, held.run, context.workbench.guiding.given(context.key)):
        step = held.script.by_id[stop.step]
        answered = said_of(step, held.run.answer_of(stop.step))
        yield Choice(stop.step, compose("{mark} {step}", mark=marks[stop.place], step=title_of(step)), answered)


def _say(context: Context, _arguments: Arguments) -> SafeText | None:
    held = _current(context)
    step = held.step if held is not None else None
    if step is None or not step.say:
        return trusted("this step says nothing to the customer")
    return _write(context, step.say)


def _write(context: Context, say: tuple[tuple[str, str], ...]) -> SafeText | None:
    from agent_tui.domain.guided.script import in_language
    from agent_tui.domain.guided.values import sayable

    held, language = context.workbench.guiding.last(context.key), _spoken(context)
    return context.ui.write(in_language(say, language), sayable(held.run.answers, language) if held is not None else {})


def _spoken(context: Context) -> str:
    """The customer's language, "" where nobody knows."""
    from agent_tui.desk.reply_values import spoken_by

    case = context.workbench.desk.open_case
    return spoken_by(case) if case is not None else ""


# -- leaving


def _leave(context: Context, arguments: Arguments) -> SafeText | None:
    key = context.key
    assert key is not None

    def chosen(why: str) -> None:
        if not why.strip():
            context.ui.say(trusted("say why: the script goes on"), "warning")
            return
        known = why in {name for name, _ in _WHY}
        context.workbench.guiding.leave(key, why if known else "other", "" if known else why.strip())
        if context.ui.place == "script":
            context.ui.focus("timeline")
        context.ui.say(compose("the script is left; {key} goes on with it", key=key_of("script", "S")))

    if arguments:
        chosen(arguments[0])
    else:
        choices = [Choice(name, title.text) for name, title in _WHY]
        context.ui.pick(trusted("why is the script left?"), choices, chosen, free=True)
    return None


COMMANDS = (
    command(ids_scripts.SCRIPT_RUN, _run, has_case, _offered),
    command(ids_scripts.SCRIPT_LEAVE, _leave, has_case, _running),
    command(ids_scripts.SCRIPT_ANSWER, _answer, has_case, _running),
    command(ids_scripts.SCRIPT_BACK, _back, has_case, _running),
    command(ids_scripts.SCRIPT_STEPS, _steps, has_case, _running),
    command(ids_scripts.SCRIPT_SAY, _say, has_case, _running),
)
