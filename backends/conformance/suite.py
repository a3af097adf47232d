"""Runs the checks one after the other and tells how each went."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

from agent_tui.backends.conformance.checks import CHECKS
from agent_tui.backends.conformance.probe import Failed, Skipped, Target
from agent_tui.backends.wire.transport import TransportClosed, TransportRefused


@dataclass(frozen=True, slots=True)
class Result:
    """How one check went. `promise`: what the protocol says; `detail`: why it failed or was skipped."""

    name: str
    outcome: Literal["passed", "failed", "skipped"]
    promise: str
    detail: str = ""


async def run(target: Target) -> AsyncIterator[Result]:
    """Every check, in order; none is stopped by another's failure."""
    for check in CHECKS:
        name = check.__name__.replace("_", "-")
        promise = " ".join((check.__doc__ or "").split())
        try:
            await check(target)
        except Skipped as skipped:
            yield Result(name, "skipped", promise, str(skipped))
        except Failed as failed:
            yield Result(name, "failed", promise, str(failed))
        except TransportClosed as closed:
            yield Result(name, "failed", promise, f"the server ended the line ({closed.code}): {closed}")
        except TransportRefused as refused:
            yield Result(name, "failed", promise, str(refused))
        else:
            yield Result(name, "passed", promise)
