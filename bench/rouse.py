"""python -m bench.rouse PID: let events happen on a bench.busy_hub until this is terminated. Loads next to nothing, so
that it takes no time from what is measured.
"""

from __future__ import annotations

import os
import signal
import sys

if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    os.kill(int(sys.argv[1]), signal.SIGUSR1)
    signal.sigwait({signal.SIGTERM})
    os.kill(int(sys.argv[1]), signal.SIGUSR2)
