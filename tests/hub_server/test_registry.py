"""Backends are found by entry points, listed without importing, and a broken one stops no other."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint

import pytest

from agent_tui.backends.hub_client import HubBackend
from agent_tui.backends.registry import GROUP, Registry, UnknownBackend


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def test_ours_is_found_like_anybody_elses() -> None:
    registry = Registry()
    assert "hub" in registry.names()
    assert registry.load("hub") is HubBackend


def test_listing_imports_nothing() -> None:
    registry = Registry([point("odd", "wave:Wave_write")])
    sys.modules.pop("wave", None)
    assert registry.names() == ("odd",)
    assert "wave" not in sys.modules


def test_a_broken_one_is_named_and_the_rest_go_on() -> None:
    registry = Registry(
        [
            point("gone", "no_such_module:Thing"),
            point("hub", "agent_tui.backends.hub_client:HubBackend"),
            point("function", "json:dumps"),
        ]
    )
    loaded, broken = registry.load_all(["gone", "hub", "function", "never-heard-of"])
    assert loaded == {"hub": HubBackend}
    assert [(b.name, b.source) for b in broken] == [
        ("gone", "no_such_module:Thing"),
        ("function", "json:dumps"),
        ("never-heard-of", ""),
    ]
    assert all(b.reason and "\n" not in b.reason for b in broken)
    with pytest.raises(UnknownBackend, match="function, gone, hub"):
        registry.load("zammad")
