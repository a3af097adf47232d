"""Our own server keeps the protocol's promises, and the suite notices one that does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from agent_tui.backends.conformance.__main__ import main
from agent_tui.backends.conformance.probe import Target
from agent_tui.backends.conformance.suite import run
from agent_tui.backends.wire.frames import SUBPROTOCOL
from tests.hub_server.desks import hub
from tests.hub_server.small_workspace import SmallWorkspace
from tests.services.test_handling import an_office


async def test_our_server_conforms() -> None:
    workspace = SmallWorkspace()
    workspace.say("hello")
    async with hub(workspace) as server:
        results = [result async for result in run(Target(server.url, "ada-token", case="k1"))]
    assert [result.name for result in results if result.outcome != "passed"] == ["holds-leases"]
    assert len(results) == 17


async def test_our_hub_holds_leases(tmp_path: Path) -> None:
    """The small workspace has none."""
    async with an_office(tmp_path) as office:
        token = office.operator.add_token("noa").text
        await office.server.start()
        results = [result async for result in run(Target(office.server.url, token, case=office.key.case))]
    assert [result for result in results if result.outcome != "passed"] == []


async def test_a_careless_server_is_found_out() -> None:
    async def careless(connection: ServerConnection) -> None:
        async for _ in connection:
            await connection.send('{"type":"ack","id":"x"}')

    async with serve(careless, "127.0.0.1", 0, subprotocols=[Subprotocol(SUBPROTOCOL)]) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        target = Target(f"ws://127.0.0.1:{port}", "any", patience=0.2)
        outcomes = {result.name: result.outcome async for result in run(target)}
    assert outcomes.pop("carries-out-once") == "skipped"
    assert set(outcomes.values()) == {"failed"}


def test_it_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ws://127.0.0.1:1", "--token-env", "NO_SUCH"], {}) == 2
    assert "NO_SUCH" in capsys.readouterr().err
