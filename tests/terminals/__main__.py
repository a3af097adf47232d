"""Shows Hebrew in real terminals under Xvfb and compares it with what must be seen: python -m tests.terminals [WORD]

With PICTURES=FOLDER the pictures that are not as they must be are kept there. Exit code 1 if there are any.
"""

from __future__ import annotations

import sys
import time

from tests.terminals.compare import CHECKS, Differs
from tests.terminals.display import display


def main(*words: str) -> int:
    failed = 0
    for check in CHECKS:
        if any(word not in check.name for word in words):
            continue
        if lacks := check.kind.lacks():
            print(f"skip  {check.name}: {lacks}")
            continue
        before = time.monotonic()
        try:
            with display() as shown:
                check.look(check.kind, shown)
        except (Differs, TimeoutError) as error:
            failed += 1
            print(f"FAIL  {check.name}: {error}")
        else:
            print(f"ok    {check.name} ({time.monotonic() - before:.1f} s)", flush=True)
    return 1 if failed else 0


sys.exit(main(*sys.argv[1:]))
