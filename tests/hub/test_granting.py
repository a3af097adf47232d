"""Operators grant brands; where there are several, an agent without any word of it would see too much or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui import staff
from agent_tui.config.problems import ConfigError

TWO = '[[brands]]\nname = "nofar"\ntitle = "Nofar Home"\n[[brands]]\nname = "ogen"\ntitle = "Ogen"\n'


def at(folder: Path, text: str) -> tuple[Path, dict[str, str]]:
    path = folder / "hub.toml"
    path.write_text(text)
    return path, {"HOME": str(folder)}


def test_with_several_brands_it_must_be_said_which(tmp_path: Path) -> None:
    place = at(tmp_path, TWO)
    with pytest.raises(ConfigError, match=r"--brand with one of nofar, ogen, or --brand all"):
        staff.add_agent(*place, "noa", "Noa", "agent", ())
    with pytest.raises(ConfigError, match="no brand is called anchor"):
        staff.add_agent(*place, "noa", "Noa", "agent", (), ("anchor",))
    staff.add_agent(*place, "noa", "Noa", "agent", (), ("nofar",))
    assert "\tnofar\t" in staff.list_agents(*place)[0]
    staff.grant_brands(*place, "noa", ("ogen", "nofar"))
    assert "\tnofar, ogen\t" in staff.list_agents(*place)[0]
    staff.grant_brands(*place, "noa", ("all",))
    assert "\tall brands\t" in staff.list_agents(*place)[0]


def test_with_one_brand_or_none_everybody_sees_all(tmp_path: Path) -> None:
    place = at(tmp_path, TWO[: TWO.index("[[brands]]", 5)])
    staff.add_agent(*place, "noa", "Noa", "agent", ())
    assert "\tall brands\t" in staff.list_agents(*place)[0]


def test_operators_say_what_an_agent_can_be_given(tmp_path: Path) -> None:
    place = at(tmp_path, "")
    staff.add_agent(*place, "noa", "Noa", "agent", ())
    assert staff.list_agents(*place)[0].endswith("\t-\t4\toffline")
    said = staff.set_skills(*place, "noa", ("language:he", "topic:refunds"), 6)
    assert said == ["noa: language:he, topic:refunds; room for 6"]
    assert "\tlanguage:he,topic:refunds\t6\t" in staff.list_agents(*place)[0]
    assert staff.set_skills(*place, "noa", (), None) == ["noa: no skills; room for 6"]
    for wrong in ("hebrew", "language:", ":he", "language:he,en"):
        with pytest.raises(ConfigError, match="is no skill"):
            staff.set_skills(*place, "noa", (wrong,), None)
