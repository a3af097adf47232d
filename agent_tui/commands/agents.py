"""Who works here: what they are, since when, with how much in hand; and what a supervisor does about it."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.commands import handover, ids
from agent_tui.commands.command import command
from agent_tui.commands.conditions import me
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.presences import AVAILABLE, is_ready, presence_of, presence_words, reasons
from agent_tui.desk.backend_state import BackendState
from agent_tui.domain.model import Agent, AgentLoad
from agent_tui.domain.orders import Presence
from agent_tui.domain.queries import AgentsPage, AgentsQuery, Page
from agent_tui.domain.standing import OFFLINE
from agent_tui.domain.text import SafeText, clean_line, compose, listed, plural, trusted
from agent_tui.domain.text_time import span

_CASES = "\ncases"


def _agents(context: Context, _arguments: Arguments) -> SafeText | None:
    backend = context.backend
    if backend is not None:
        ask(context, backend)
    return None


def ask(context: Context, backend: BackendState) -> None:
    """Ask the server, then show them; where it cannot tell how much they have, what they are."""
    if not backend.capabilities.shift:
        _show(context, backend, [AgentLoad(agent) for agent in backend.directory.agents])
        return

    def show(page: Page) -> None:
        if isinstance(page, AgentsPage):
            _show(context, backend, page.agents)

    context.workbench.inquire(backend.id, AgentsQuery(), show)


def _show(context: Context, backend: BackendState, loads: Sequence[AgentLoad]) -> None:
    here = [load for load in loads if load.agent.presence != OFFLINE]
    away = [load for load in loads if load.agent.presence == OFFLINE]
    lines: list[Choice] = []
    for heading, some in (
        (trusted("Taking work"), [load for load in here if is_ready(load.agent)]),
        (trusted("Not ready"), [load for load in here if not is_ready(load.agent)]),
        (trusted("Not here"), away),
    ):
        under = [Choice(load.agent.id, clean_line(load.agent.name), _words(context, backend, load)) for load in some]
        lines += [Choice("", heading, heading=True), *under] if under else []
    ready = sum(is_ready(load.agent) for load in here)
    title = compose("{n} of {all} take work", n=ready, all=len(loads))
    room = sum(load.agent.capacity for load in here if is_ready(load.agent))
    if backend.directory.queues and room:
        taken = sum(min(load.weight, load.agent.capacity) for load in here if is_ready(load.agent))
        title = compose("{title} · {percent} % occupied", title=title, percent=round(100 * taken / room))
    held = {load.agent.id: load for load in loads}
    context.ui.page(title, lines, lambda id: _act(context, backend, held[id]))


def _words(context: Context, backend: BackendState, load: AgentLoad) -> SafeText:
    agent, words = load.agent, [presence_of(load.agent, backend.directory.reasons)]
    if agent.since:
        words[0] = compose("{state} {time}", state=words[0], time=span(context.workbench.time.now() - agent.since).text)
    if load.talks:
        words.append(trusted("in a call"))
    if backend.directory.queues and agent.capacity:
        words.append(compose("{load} of {all} in hand", load=load.weight, all=agent.capacity))
    if backend.capabilities.shift:
        words.append(plural("{n} open case", "{n} open cases", n=load.open))
        words += [plural("{n} needs them", "{n} need them", n=load.need)] if load.need else []
    return listed(" · ", words)


def _act(context: Context, backend: BackendState, load: AgentLoad) -> None:
    agent = load.agent
    titles, words = backend.directory.reasons, presence_words(agent.presence, backend.directory.reasons)
    unable = _cannot_say(backend, agent)
    states = [name for name in (AVAILABLE, *reasons(backend.directory)) if name != agent.presence]
    choices = [Choice(_CASES, trusted("pass their cases"), _how_many(load), _no_cases(backend, load))]
    choices += [Choice(name, presence_words(name, titles), trusted("say so for them"), unable) for name in states]

    def chosen(value: str) -> None:
        if value == _CASES:
            handover.begin_for(context, backend.id, agent.id)
            return
        context.workbench.order(backend.id, Presence(value, agent=agent.id))
        said = presence_words(value, titles)
        context.ui.say(compose("{who} is {state}", who=clean_line(agent.name), state=said))

    context.ui.pick(compose("{who}, {state}", who=clean_line(agent.name), state=words), choices, chosen)


def _how_many(load: AgentLoad) -> SafeText:
    return plural("{n} open case", "{n} open cases", n=load.open)


def _no_cases(backend: BackendState, load: AgentLoad) -> SafeText | None:
    if not backend.capabilities.shift:
        return trusted("this server does not tell what others have in hand")
    return None if load.open else trusted("they have no open case")


def _cannot_say(backend: BackendState, agent: Agent) -> SafeText | None:
    if not backend.capabilities.shift:
        return trusted("this server lets nobody say that of another agent")
    return trusted("they are not logged in") if agent.presence == OFFLINE else None


def _supervises(context: Context) -> SafeText | None:
    myself = me(context)
    return None if myself is not None and myself.role != "agent" else trusted("only a supervisor sees who has how much")


COMMANDS = (command(ids.AGENTS, _agents, _supervises),)
