"""Runs what a program needs behind it, and learns from its line of JSON where it serves."""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.session import UNSET
from bench.specs import Service


@contextmanager
def serving(service: Service) -> Iterator[dict[str, str]]:
    """Set up and run a service; gives the variables it announces as {"name.key": value}.

    Raises RuntimeError if a setup command fails or no line of JSON comes in time.
    """
    env = {name: value for name, value in os.environ.items() if name not in UNSET}
    for argv in service.setup:
        done = subprocess.run(argv, env=env, check=False, capture_output=True, text=True, timeout=service.timeout)
        if done.returncode:
            raise RuntimeError(f"service {service.name}: {' '.join(argv)} ended with {done.returncode}: {done.stderr}")
    with tempfile.TemporaryFile() as log:  # its lines would hide those of the bench
        process = subprocess.Popen(service.argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        try:
            try:
                announced = _announced(service, process)
            except RuntimeError as error:
                log.seek(0)
                raise RuntimeError(f"{error}\n{log.read()[-2000:].decode(errors='replace')}") from None
            yield announced
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _announced(service: Service, process: subprocess.Popen[bytes]) -> dict[str, str]:
    assert process.stdout is not None
    deadline = time.monotonic() + service.timeout
    line = b""
    while not line.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
            raise RuntimeError(f"service {service.name}: no line of JSON after {service.timeout:g} s")
        byte = os.read(process.stdout.fileno(), 1)
        if not byte:
            raise RuntimeError(f"service {service.name} ended before it served: {' '.join(service.argv)}")
        line += byte
    said = json.loads(line)
    return {f"{service.name}.{key}": str(value) for key, value in said.items()} | {
        f"{service.name}.pid": str(process.pid)
    }
