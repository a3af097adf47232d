"""What `config.toml` may say, and how a mistake in it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui.config.problems import ConfigError
from agent_tui.config.settings import BackendSettings, Settings, check_settings, load_settings

BACKEND = '[[backends]]\nname = "home"\nurl = "ws://127.0.0.1:8700"\n'


def problems_of(tmp_path: Path, text: str, env: dict[str, str] | None = None) -> list[str]:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(path, env or {})
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]


def test_everything_has_a_default() -> None:
    settings = Settings()
    assert settings.undo_seconds == 5
    assert settings.theme == "dark"
    assert settings.backends == ()


def test_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        'theme = "light"\nlanguage = "he"\nbidi = "visual"\nglyphs = "ascii"\n'
        'notifications = "osc9"\npreview = "rest"\n'
        'undo_seconds = 2.5\nsignature = """\nNoa\nNofar"""\ntimezone = "Asia/Jerusalem"\nmouse = "off"\n'
        f'{BACKEND}token_cmd = "pass show x"\n[[backends]]\nname = "cw-1"\nkind = "chatwoot"\n'
        'url = "https://desk.example.com/"\ntoken_file = "cw.token"\ntoken_file_allowed = true\n'
    )
    loaded = load_settings(path, {})
    settings = loaded.settings
    assert (settings.theme, settings.bidi, settings.undo_seconds) == ("light", "visual", 2.5)
    assert settings.signature == "Noa\nNofar"
    assert [backend.name for backend in settings.backends] == ["home", "cw-1"]
    source = settings.backends[1].token_source(loaded.folder, Path("/home/noa"))
    assert source.file == tmp_path / "cw.token"
    assert source.default_env == "AGENT_TUI_TOKEN_CW_1"
    assert settings.backends[0].token_source(loaded.folder, Path("/home/noa")).cmd == "pass show x"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('\ntheem = "x"', "config.toml:2: theem: unknown key; expected theme"),
        ('glyphs = "emoji"', """config.toml:1: glyphs: "emoji" is none of the choices; expected 'auto', 'unicode'"""),
        ('undo_seconds = "soon"', "config.toml:1: undo_seconds: not a number; expected a number"),
        ("undo_seconds = 600", "config.toml:1: undo_seconds: out of range; expected at most 60"),
        ("undo_seconds = nan", "config.toml:1: undo_seconds: not a number; expected a finite number"),
        ("signature = 3", "config.toml:1: signature: not text; expected text in quotes"),
        ('timezone = "Mars/North"', "config.toml:1: timezone: no such time zone; expected a name such as"),
        ('timezone = "../etc/passwd"', "config.toml:1: timezone: no such time zone"),
        ('[[backends]]\nname = "home"', "config.toml:1: backends[1].url: missing; expected Where it is: wss://HOST"),
        (BACKEND + "\n[[backends]]\nurl = 'ws://localhost'", "config.toml:5: backends[2].name: missing"),
        (BACKEND + "token_cmd = 3", "config.toml:4: backends[1].token_cmd: not text"),
        (BACKEND + 'token = "abc"', "config.toml:4: backends[1].token: unknown key; expected token_"),
        (BACKEND + BACKEND, "config.toml:5: backends[2].name: two of [[backends]] are called home"),
        (BACKEND.replace("home", "My Hub"), "config.toml:2: backends[1].name: not a name; expected lower-case"),
        (BACKEND.replace("127.0.0.1", "desk.example.com"), "config.toml:3: backends[1].url: would send the token unen"),
        (BACKEND.replace("ws:", "ftp:"), "config.toml:3: backends[1].url: not an address; expected ws://HOST or wss"),
        (BACKEND.replace(":8700", ":x"), "config.toml:3: backends[1].url: not an address"),
        (BACKEND.replace("127", "noa:hunter2@127"), "config.toml:3: backends[1].url: holds a login; expected"),
        ("backends = 3", "config.toml:1: backends: not a list"),
        ("[backends]", "config.toml:1: backends: not a list"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, expected: str) -> None:
    (problem,) = problems_of(tmp_path, text)
    assert problem.startswith(expected)
    assert "hunter2" not in problem
    assert "\n" not in problem


def test_all_mistakes_are_named_in_the_files_order(tmp_path: Path) -> None:
    text = 'mouse = "yes"\n\nglyphs = 1\n' + BACKEND + "plain_allowed = 'maybe'\n"
    lines = [problem.split(":")[1] for problem in problems_of(tmp_path, text)]
    assert lines == ["1", "3", "7"]


def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path: Path) -> None:
    text = BACKEND + 'token = "hunter2"\ntoken_keyring = "hunter2"\ntoken_file_allowed = "hunter2"\n'
    assert not any("hunter2" in problem for problem in problems_of(tmp_path, text))


def test_the_environment_wins(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('theme = "dark"\n' + BACKEND)
    env = {"AGENT_TUI_THEME": "light", "AGENT_TUI_UNDO_SECONDS": "0", "AGENT_TUI_BACKENDS": "x", "THEME": "y"}
    settings = load_settings(path, env).settings
    assert (settings.theme, settings.undo_seconds, len(settings.backends)) == ("light", 0, 1)
    (problem,) = problems_of(tmp_path, "", {"AGENT_TUI_MOUSE": "perhaps"})
    assert problem.startswith('environment: AGENT_TUI_MOUSE: "perhaps" is none of the choices')


def test_plain_lines_beyond_this_machine_only_when_asked_for() -> None:
    for url in ("ws://localhost:1/", "ws://[::1]:1/", "ws://127.9.9.9", "wss://desk.example.com"):
        BackendSettings(name="home", url=url)
    BackendSettings(name="home", url="ws://10.0.0.5", plain_allowed=True)
    for url in ("ws://10.0.0.5", "ws://127.0.0.1.example.com", "http://localhost.example.com", "ws://[::2]"):
        with pytest.raises(ValueError, match="unencrypted"):
            BackendSettings(name="home", url=url)


def test_check_looks_at_what_the_file_points_at(tmp_path: Path) -> None:
    (tmp_path / "keymap.toml").write_text('[list]\nreply = "q"\n')
    (tmp_path / "themes").mkdir()
    (tmp_path / "themes/mine.toml").write_text('name = "mine"\nshade = 1\n')
    path = tmp_path / "config.toml"
    path.write_text('theme = "mine"\n' + BACKEND + 'kind = "zammad"\ntls_ca = "no.pem"\ntoken_file = "t"\n')
    found = [str(problem) for problem in check_settings(path, {}, tmp_path, ("hub",)) if "no style" not in str(problem)]
    assert [line.removeprefix(f"{tmp_path}/").split(": ")[0] for line in found] == [
        "config.toml:1",
        "themes/mine.toml:2",
        "keymap.toml:2",
        "config.toml:5",
        "config.toml:6",
        "config.toml:7",
    ]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (
            'keymap = "joe"',
            "keymap: no such keymap; expected one of default, emacs, gmail, vim, or a file that ends in",
        ),
        ('keymap = "vim"', ""),
        ('keymap = "my.toml"', "my.toml: no such file"),
        ('theme = "pink"', "theme: no such theme; expected auto, or one of colour-blind, dark"),
        ('theme = "auto"', ""),
        ('theme = "auto haifa-night limestone"', ""),
        ('theme = "auto haifa-night pink"', "theme: no such theme"),
        ('theme = "auto pink"', "theme: no such theme"),
    ],
)
def test_check_knows_keymaps_and_themes(tmp_path: Path, written: str, found: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"{written}\n{BACKEND}")
    problems = [str(problem) for problem in check_settings(path, {}, tmp_path, ("hub",))]
    assert len(problems) == bool(found)
    assert all(found in problem for problem in problems)


def test_check_of_a_sound_file_finds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(BACKEND)
    assert check_settings(path, {}, tmp_path, ("hub",)) == ()
    missing = check_settings(tmp_path / "no.toml", {}, tmp_path, ())
    assert [problem.what for problem in missing] == ["no such file; agent-tui config init writes one"]
    (tmp_path / "keymap.toml").write_text('[list]\nno-such = ["j"]\n', encoding="utf-8")
    said = [str(problem) for problem in check_settings(tmp_path / "no.toml", {}, tmp_path, ())]
    assert any("keymap.toml:2: list.no-such: no such command" in line for line in said), said
