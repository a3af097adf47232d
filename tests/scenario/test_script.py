"""A scenario file that is wrong is named by file, line and what was expected; the ones that come along are right."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from agent_tui.backends.connectors.base import Outbound, OutboundTemplate
from agent_tui.backends.connectors.scenario import script
from agent_tui.backends.connectors.scenario.world import World
from agent_tui.config.problems import ConfigError
from agent_tui.domain.time import DAY_MS, VirtualTime
from tests.connectors.memory_port import MemoryPort


@pytest.mark.parametrize("name", script.names())
def test_the_scenarios_that_come_along_load(name: str) -> None:
    scenario = script.load(name)
    assert scenario.me.name
    assert scenario.people


def test_everything_wrong_is_named_at_once_with_its_line() -> None:
    text = """title = "x"
[[agent]]
id = "noa"
name = "Noa"
me = true
[[customer]]
id = "dana"
name = "Dana"
addresses = { pigeon = "1" }
[[customer.turn]]
at = "soon"
say = "hello"
colour = "red"
"""
    with pytest.raises(ConfigError) as raised:
        script.loads(text, "play")
    lines = str(raised.value).splitlines()
    assert any(line.startswith("play.toml:9:") and "pigeon" in line for line in lines)
    assert any(line.startswith("play.toml:11:") and "number of seconds" in line for line in lines)
    assert any(line.startswith("play.toml:13:") and "unknown key" in line for line in lines)


def test_an_unknown_scenario_says_which_there_are() -> None:
    with pytest.raises(ConfigError, match="nofar"):
        script.load("nowhere")


PLAY = """title = "x"
[[template]]
channel = "whatsapp"
name = "go_on"
language = "he"
text = "שלום {{1}}"
variables = ["customer"]
[[agent]]
id = "noa"
name = "Noa"
me = true
[[customer]]
id = "dana"
name = "Dana"
addresses = { whatsapp = "972541" }
turn = [{ at = 10, say = "hello" }]
"""


async def test_whatsapp_takes_only_a_template_a_day_after_the_last_word() -> None:
    scenario = script.loads(PLAY)
    time = VirtualTime(scenario.start)
    world = World(scenario, time)
    (line,) = world.connectors()
    await line.start(MemoryPort())
    free = Outbound("m1", "demo-whatsapp", "whatsapp", "m1", "", "972541", "hello")
    used = replace(free, template=OutboundTemplate("go_on", "he", ("Dana",)))
    (channel, template), *_ = scenario.templates
    assert (channel, template.variables) == ("whatsapp", ("customer",))
    assert [(await line.send(one)).outcome for one in (free, used)] == ["refused", "accepted"]
    while time.advance_to_next(scenario.start + 10_000):  # ticks of what was sent
        pass
    assert (await line.send(free)).outcome == "accepted"
    while time.advance_to_next(scenario.start + 10_000 + DAY_MS):
        pass
    assert (await line.send(free)).outcome == "refused"
    await line.stop()
    with pytest.raises(ConfigError, match="1 places and 0 variables"):
        script.loads(PLAY.replace('["customer"]', "[]"))


async def test_who_is_called_answers_or_is_busy() -> None:
    play = PLAY.replace('whatsapp = "972541"', 'phone = "+972541"').replace('say = "hello"', "call = true")
    for answers, states in (("yes", ["active", "ended"]), ("busy", ["ended busy"]), ("no", ["ended"])):
        scenario = script.loads(play.replace('name = "Dana"', f'name = "Dana"\nanswers = "{answers}"'))
        time, port = VirtualTime(scenario.start), MemoryPort()
        (line,) = World(scenario, time).connectors()
        await line.start(port)
        assert await line.call_action("out-1", "originate", "noa", "+97250") == "nobody has that number"
        assert await line.call_action("out-1", "originate", "noa", "+972541") == ""
        while time.advance_to_next(scenario.start + 100_000):
            for _ in range(3):
                await asyncio.sleep(0)
        assert [f"{call.state} {call.reason}".strip() for call in port.calls] == states
        assert {(call.channel_id, call.direction, call.agent) for call in port.calls} == {("out-1", "out", "noa")}
        await line.stop()


async def test_a_caller_is_put_through_and_stays_as_long_as_they_would_have() -> None:
    play = PLAY.replace('whatsapp = "972541"', 'phone = "+972541"').replace('say = "hello"', "call = true")
    scenario = script.loads(play)
    time, port = VirtualTime(scenario.start), MemoryPort()
    world = World(scenario, time)
    (line,) = world.connectors()
    assert line.puts_through
    await line.start(port)
    world.play(0)

    async def after(seconds: int) -> None:
        while time.advance_to_next(scenario.start + seconds * 1000):
            for _ in range(3):
                await asyncio.sleep(0)

    await after(11)
    assert (await line.put_through("call-dana-0", "noa", "avi")).outcome == "refused", "nobody has answered it"
    assert await line.call_action("call-dana-0", "answer", "noa", "") == ""
    assert await line.call_action("call-dana-0", "hold", "noa", "") == ""
    assert (await line.put_through("call-dana-0", "noa", "avi")).outcome == "accepted"
    await after(100)
    told = [(call.state, call.agent) for call in port.calls]
    assert told[0] == ("ringing", "") and told[-2:] == [("active", "avi"), ("ended", "avi")]
    assert (await line.put_through("call-dana-0", "avi", "noa")).outcome == "refused"
    await line.stop()
