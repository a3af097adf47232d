"""One setting is changed, and nothing else in the file."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from agent_tui.config.problems import ConfigError
from agent_tui.config.set_key import with_key, write_key
from agent_tui.config.settings import load_settings
from agent_tui.config.template import config_template

TABLE = '[[backends]]\nname = "home"\nurl = "ws://127.0.0.1:8700"\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('bidi = "auto"\n', 'bidi = "visual"\n'),
        ("  bidi='off'   # mine\n" + TABLE, '  bidi="visual"   # mine\n' + TABLE),
        ('theme = "x" # bidi = "off"\nbidi = "off"', 'theme = "x" # bidi = "off"\nbidi = "visual"'),
        ('"bidi" = "auto"\r\ntheme = "light"\r\n', '"bidi" = "visual"\r\ntheme = "light"\r\n'),
        ('# Who orders.\n#bidi = "auto"\n\n' + TABLE, '# Who orders.\nbidi = "visual"\n\n' + TABLE),
        ("", 'bidi = "visual"\n'),
        (TABLE, 'bidi = "visual"\n' + TABLE),
        ('# mine\ntheme = "light"\n', 'bidi = "visual"\n# mine\ntheme = "light"\n'),
        ("# My desk.\r\n\r\n# dark\r\n", '# My desk.\r\n\r\nbidi = "visual"\r\n# dark\r\n'),
        ("\ufeff" + TABLE, '\ufeffbidi = "visual"\n' + TABLE),
        # One of that name within a table, or within a string, is another
        (TABLE + '#bidi = "auto"\nbidi = "off"\n', 'bidi = "visual"\n' + TABLE + '#bidi = "auto"\nbidi = "off"\n'),
        ('signature = """\nbidi = "off"\n"""\n', 'bidi = "visual"\nsignature = """\nbidi = "off"\n"""\n'),
    ],
)
def test_only_the_setting_changes(before: str, after: str) -> None:
    assert with_key(before, "bidi", "visual", "config.toml") == after
    tomllib.loads(after.removeprefix("\ufeff"))


def test_in_the_template_its_own_line_is_put_in_force() -> None:
    before = config_template()
    after = with_key(before, "bidi", "off", "config.toml")
    assert after == before.replace('#bidi = "auto"\n', 'bidi = "off"\n')
    assert after != before


def test_what_cannot_be_changed_is_named() -> None:
    with pytest.raises(ConfigError, match=r"config.toml:2: bidi: cannot be changed from here"):
        with_key('theme = "x"\nbidi = """off"""\n', "bidi", "visual", "config.toml")
    with pytest.raises(ConfigError, match="not TOML"):
        with_key("bidi = \n", "bidi", "visual", "config.toml")


def test_a_link_stays_a_link_and_the_mode_stays(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    real.write_text(TABLE)
    real.chmod(0o640)
    link.symlink_to(real)
    write_key(link, "bidi", "terminal")
    assert link.is_symlink()
    assert load_settings(link, {}).settings.bidi == "terminal"
    assert real.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.toml", "dotfiles.toml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_closed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(TABLE)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ConfigError, match="cannot be written"):
            write_key(path, "bidi", "off")
    finally:
        tmp_path.chmod(0o700)
    assert path.read_text() == TABLE


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        write_key(tmp_path / "config.toml", "bidi", "off")
