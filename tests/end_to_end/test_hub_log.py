"""What a hub's log does not tell."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import httpx
import pytest

from agent_tui.hub_process import log_to


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a hub logs; afterwards logging is as it was."""
    root, http = logging.getLogger(), logging.getLogger("httpx")
    before = root.handlers[:], root.level, http.level
    stream = io.StringIO()
    log_to(stream, "info")
    yield stream
    root.handlers[:], level, http_level = before
    root.setLevel(level)
    http.setLevel(http_level)


def test_an_url_that_is_posted_to_is_not_logged(log: io.StringIO) -> None:
    """One that takes alerts for a chat is its only password."""
    with httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200))) as client:
        client.post("https://chat.example.com/hooks/T0/s3cret", json={})
    logging.getLogger("agent_tui.hub").info("serving")
    assert "serving" in log.getvalue()
    assert "s3cret" not in log.getvalue()
