"""The generated files load as they are, and with every key uncommented."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from agent_tui.config.hub_check import check_hub_settings
from agent_tui.config.hub_settings import load_hub_settings
from agent_tui.config.problems import ConfigError
from agent_tui.config.settings import Settings, check_settings, load_settings
from agent_tui.config.template import config_template, hub_template, write_new
from agent_tui.config.validation import ConfigModel, table_model


def uncommented(text: str) -> str:
    return re.sub(r"^#(?! )", "", text, flags=re.MULTILINE)


def fields(model: type[ConfigModel]) -> set[str]:
    names = set(model.model_fields)
    for field in model.model_fields.values():
        if table := table_model(field.annotation):
            names |= fields(table)
    return names


def test_the_desks_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    write_new(path, config_template())
    assert check_settings(path, {}, tmp_path, ("hub",)) == ()
    loaded = load_settings(path, {}).settings
    assert loaded.model_copy(update={"backends": ()}) == Settings()
    assert [backend.url for backend in loaded.backends] == ["ws://127.0.0.1:8700"]
    path.write_text(uncommented(config_template()))
    assert load_settings(path, {}).settings.timezone == "Asia/Jerusalem"


def test_the_hubs_file(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    write_new(path, hub_template())
    assert check_hub_settings(path, {}, tmp_path) == ()
    assert load_hub_settings(path, {}).settings.mail == ()
    path.write_text(uncommented(hub_template()))
    settings = load_hub_settings(path, {}).settings
    assert settings.mail[0].imap.host == "mail.example.com"
    assert settings.mail[0].smtp.host == "mail.example.com"


@pytest.mark.parametrize("text", [config_template(), hub_template()])
def test_every_key_is_explained(text: str) -> None:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        assert len(line) <= 120
        if re.match(r"#?[a-z_]+ = ", line):
            assert lines[number - 1].startswith("# "), line


def test_no_key_is_left_out() -> None:
    written = set(re.findall(r"^#?(?:\[+[a-z_.]*?)?([a-z_]+)(?: =|\])", config_template(), flags=re.MULTILINE))
    assert fields(Settings) <= written


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    write_new(path, "a = 1\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(ConfigError, match="is there already"):
        write_new(path, "b = 2\n")
    assert path.read_text() == "a = 1\n"
    with pytest.raises(ConfigError, match="cannot be written"):
        write_new(path / "below.toml", "c = 3\n")
