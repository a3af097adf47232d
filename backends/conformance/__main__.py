"""`python -m agent_tui.backends.conformance URL --token-env NAME [--case ID] [--ca FILE]`."""

from __future__ import annotations

import argparse
import asyncio
import os
import ssl
import sys
from collections.abc import Mapping, Sequence

from agent_tui.backends.conformance.probe import Target
from agent_tui.backends.conformance.suite import run


def main(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """Exit code 0 when no check failed, 1 when one did, 2 for a wrong call."""
    parser = argparse.ArgumentParser(
        prog="python -m agent_tui.backends.conformance",
        description="Check a desk server against the desk protocol. Use a workspace for tests, not one with customers.",
    )
    parser.add_argument("url", help="ws://... or wss://...")
    parser.add_argument("--token-env", required=True, metavar="NAME", help="the variable that holds an agent's token")
    parser.add_argument("--case", default="", metavar="ID", help="a case that a note may be written to")
    parser.add_argument("--ca", default="", metavar="FILE", help="certificates to trust instead of the system's")
    given = parser.parse_args(arguments)
    token = env.get(given.token_env, "")
    if not token:
        print(f"the variable {given.token_env} is empty; put an agent's token in it", file=sys.stderr)
        return 2
    try:
        tls = ssl.create_default_context(cafile=given.ca) if given.ca else None
    except OSError as error:
        print(f"{given.ca}: {error.strerror or error}", file=sys.stderr)
        return 2
    return asyncio.run(_report(Target(given.url, token, given.case, tls)))


async def _report(target: Target) -> int:
    failed = 0
    async for result in run(target):
        failed += result.outcome == "failed"
        print(f"{result.outcome:7}  {result.name}")
        if result.outcome != "passed":
            print(f"         {result.detail}\n         {result.promise}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], os.environ))
