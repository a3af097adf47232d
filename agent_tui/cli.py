"""The command line: every `agent-tui` command, its words, and what it runs."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from agent_tui.config.problems import ConfigError, printable
from agent_tui.process import (
    environment,
    journal,
    own_terminal,
    raise_when_ended,
    resident_later,
    start_fast,
    take_clients_place,
    tie_line,
    tie_signals,
    tie_stop,
    while_heard,
)

if TYPE_CHECKING:
    from agent_tui.domain.text_visual import Bidi
    from agent_tui.reply_files import Form
    from agent_tui.resident.line import TerminalLine
    from agent_tui.resident.server import Request
    from agent_tui.terminal.terminal import Terminal

BAD_INPUT = 2


class Refusal(click.ClickException):
    """What was given cannot be used: one line each, exit code 2, never a traceback."""

    exit_code = BAD_INPUT

    def show(self, file: Any = None) -> None:
        for line in self.message.split("\n"):
            click.echo(f"agent-tui: {printable(line)}", err=True)


def _run(work: Coroutine[Any, Any, int | None]) -> None:
    """Run to the end; what a person can mend is told in one line."""
    from agent_tui.errors import told

    try:
        code = asyncio.run(work)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        line = told(error)
        if line is None:
            raise
        raise Refusal(line) from None
    if code:
        sys.exit(code)


def _own_terminal() -> Terminal:
    terminal = own_terminal()
    if terminal is None:
        raise Refusal("the desk needs a terminal; without one use: agent-tui demo --headless --text -")
    return terminal


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="agent-tui", prog_name="agent-tui")
@click.pass_context
def main(context: click.Context) -> None:
    """A customer-service desk in the terminal. Without a command: the desk, as config.toml says."""
    if context.invoked_subcommand is None:
        context.invoke(run)


@main.command()
@click.option("--url", help="Connect to this hub only: ws://HOST:PORT or wss://...")
@click.option("--token-cmd", help="A command that prints the token for --url.")
@click.option("--config", type=click.Path(path_type=Path), help="Settings instead of your own config.toml.")
@click.option("--state", type=click.Path(path_type=Path), help="Another folder for drafts and unsent replies.")
@click.pass_context
def run(
    context: click.Context,
    url: str | None = None,
    token_cmd: str | None = None,
    config: Path | None = None,
    state: Path | None = None,
) -> None:
    """The desk, on the backends of config.toml or on one --url."""
    start_fast()
    from agent_tui.desk_process import run_configured

    line: TerminalLine | None = context.obj
    tie = tie_signals if line is None else tie_line(line)
    work = run_configured(_own_terminal(), environment(), config, url, token_cmd, tie, state, resident_later)
    _run(work if line is None else while_heard(line, work))


@main.command()
@click.option("--idle", default=1800.0, show_default=True, help="Seconds without a desk after which it ends.")
def resident(idle: float) -> None:
    """Stay loaded, so that desks start at once; prints one line of JSON when ready. `resident = true` in config.toml
    starts it by itself."""
    start_fast()
    if sys.platform != "linux":
        raise Refusal("a resident needs Linux")
    from agent_tui.resident.client import given_environment
    from agent_tui.resident.place import socket_path
    from agent_tui.resident.server import ResidentError, serve

    path = socket_path(environment())
    if not path:
        raise Refusal("neither XDG_RUNTIME_DIR nor HOME names a place for the socket")

    try:
        serve(path, given_environment(), _play, lambda: click.echo(json.dumps({"ready": True, "socket": path})), idle)
    except ResidentError as error:
        raise Refusal(str(error)) from None


def _play(request: Request, line: TerminalLine) -> int:
    """A desk in a client's terminal, in a process that was forked for it; answers the exit code."""
    import traceback

    try:
        take_clients_place(request)
        main.main(list(request.words), prog_name="agent-tui", obj=line)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except asyncio.CancelledError:
        return 129
    except BaseException:
        traceback.print_exc()
    return 1


@main.group(invoke_without_command=True)
@click.option("--scenario", default="nofar", show_default=True, help="A scenario by name, or the path of a TOML file.")
@click.option("--speed", default=1.0, show_default=True, type=click.FloatRange(0, 1000, min_open=True))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0))
@click.option("--headless", is_flag=True, help="Play without a terminal, as fast as it goes.")
@click.option("--until", default=60.0, show_default=True, type=click.FloatRange(0, 86400), help="Seconds to play.")
@click.option("--keys", default="", help='What is typed: "j j enter", quoted text, wait:SECONDS.')
@click.option("--size", default="120x40", show_default=True, help="COLUMNSxROWS of the headless screen.")
@click.option("--svg", type=click.Path(path_type=Path), help="Write the last screen as a picture.")
@click.option(
    "--text",
    type=click.Path(path_type=Path),
    help="""Write the last screen as text, cell by cell
    from the left as a terminal shows it: Hebrew stands in visual order. - is standard output.""",
)
@click.option("--theme", default="", help="Else config.toml's; dark when headless.")
@click.option(
    "--language",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "en", "he"]),
    help="auto: by config.toml, else the locale; en when headless.",
)
@click.pass_context
def demo(context: click.Context, /, **options: Any) -> None:
    """The desk with an embedded hub and customers who are played."""
    if context.invoked_subcommand is not None:
        return
    if not options["headless"]:
        start_fast()
    from agent_tui.demo.run import DemoOptions, play_headless, play_live

    chosen = DemoOptions(**options)
    if chosen.headless:
        _run(play_headless(chosen, click.echo))
    else:
        _run(play_live(chosen, _own_terminal(), tie_signals))


@demo.command("run")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder of what they make; else each FILE's own."
)
@click.option("--check/--update", help="Write nothing; show what differs from what is there, and exit with 1.")
def demo_run(files: tuple[Path, ...], out: Path | None, check: bool) -> None:
    """Play FILES (*.demo.toml): pictures, a recording (asciicast v2) and a walk-through of each."""
    from agent_tui.demo.run_files import run_files

    terminal = own_terminal()
    columns = terminal.measure()[0] if terminal is not None else None
    _run(run_files(files, out, check=check, columns=columns, echo=click.echo))


@main.command()
@click.option("--map", "name", default="", help="default, vim, emacs, gmail; left out: your own keys.")
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(["text", "md", "json"]))
@click.option("--context", default="", help="Only this one: list, call, composer, composer.normal ...")
@click.option("--config", type=click.Path(path_type=Path), help="Settings instead of your own config.toml.")
def keys(name: str, form: Literal["text", "md", "json"], context: str, config: Path | None = None) -> None:
    """The key sheet: every key and what it does, as it is on the desk."""
    from agent_tui.keys_process import key_sheet

    text, problems = _told(lambda: key_sheet(environment(), config, name, form, context))
    click.echo(text, nl=False)
    for problem in problems:
        click.echo(f"agent-tui: {problem}", err=True)


@main.command("bidi-check")
@click.option("--config", type=click.Path(path_type=Path), help="Settings instead of your own config.toml.")
def bidi_check(config: Path | None = None) -> None:
    """See whether Hebrew and Arabic read right on this terminal, and set bidi accordingly."""
    import time

    from agent_tui.bidi_check_process import run_bidi_check

    terminal, woken = own_terminal(), raise_when_ended()
    _told(lambda: run_bidi_check(terminal, environment(), config, click.echo, time.monotonic, woken))


@main.group()
def config() -> None:
    """The desk's settings."""


def _config_path() -> Path:
    from agent_tui.config.paths import Paths

    path: Path = _told(lambda: Paths.from_env(environment(), sys.platform).config_file)
    return path


def _told(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except ConfigError as error:
        raise Refusal(str(error)) from None


@config.command("path")
def config_path() -> None:
    """Where config.toml is."""
    click.echo(str(_config_path()))


@config.command("init")
def config_init() -> None:
    """Write a commented config.toml."""
    from agent_tui.config.template import config_template, write_new

    path = _config_path()
    _told(lambda: write_new(path, config_template()))
    click.echo(f"wrote {path}; set the url and where its token is, then: agent-tui config check")


_connect_too = click.option("--connect", is_flag=True, help="Try each login too, for ten seconds at most.")


@config.command("check")
@_connect_too
def config_check(connect: bool) -> None:
    """Name everything that is wrong with config.toml, keymap and themes, and whether each token can be had."""
    from agent_tui.backends.registry import Registry
    from agent_tui.config.settings import check_settings
    from agent_tui.logins import desk_logins

    path, env = _config_path(), environment()
    home = Path(env["HOME"])
    _say_or_refuse(path, check_settings(path, env, home, Registry().names()))
    _tell_logins(lambda: desk_logins(path, env, home, connect))


def _tell_logins(tries: Callable[[], Coroutine[Any, Any, list[Any]]]) -> None:
    """One line for each login; those that failed at the end, and then exit code 2."""

    async def work() -> None:
        found = await tries()
        for login in found:
            if not login.wrong:
                click.echo(login.line)
        if wrong := [login.line for login in found if login.wrong]:
            raise Refusal("\n".join(wrong))

    _run(work())


def _say_or_refuse(path: Path, problems: Iterable[object]) -> None:
    if lines := [str(problem) for problem in problems]:
        raise Refusal("\n".join(lines))
    click.echo(f"{path}: nothing wrong")


_hub_config = click.option(
    "--config", "config", default="hub.toml", show_default=True, type=click.Path(path_type=Path), help="The hub's file."
)


@main.group()
def sla() -> None:
    """What is promised by when: check sla.toml, and play events against it (docs/sla.md)."""


@sla.command("check")
@click.argument("path", default="sla.toml", type=click.Path(path_type=Path, dir_okay=False))
def sla_check(path: Path) -> None:
    """Name everything that is wrong with an sla.toml and with the files it names."""
    from agent_tui.config.sla_source import check_sla

    _say_or_refuse(path, check_sla(path, Path(environment()["HOME"])))


@sla.command("presets")
@click.argument("name", default="")
def sla_presets(name: str) -> None:
    """List the policies that come along, or print the file of one to begin your own with."""
    from agent_tui.sla_simulation import preset_lines

    for line in _told(lambda: preset_lines(name)):
        click.echo(line)


@sla.command("simulate")
@click.option("--policy", required=True, type=click.Path(path_type=Path), help="An sla.toml, or the name of a preset.")
@click.option("--events", required=True, type=click.Path(path_type=Path), help="JSON, one event a line.")
@click.option("--at", "at", default="", help="When to look (2026-11-23T10:00:00+02:00); at the last event if left out.")
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(["text", "json"]))
def sla_simulate(policy: Path, events: Path, at: str, form: str) -> None:
    """Play events against policies, and say of every clock how it stands and why. It needs no hub."""
    from agent_tui.sla_simulation import simulate

    for line in _told(lambda: simulate(policy, events, at, form, Path(environment()["HOME"]))):
        click.echo(line)


@sla.command("explain")
@click.argument("case")
@_hub_config
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(["text", "json"]))
def sla_explain(case: str, config: Path, form: str) -> None:
    """Say of every clock of a case of the hub's (its number or id) how it stands and why."""
    from agent_tui.sla_explaining import explain

    async def work() -> None:
        for line in explain(config, environment(), case, form):
            click.echo(line)

    _run(work())


@main.group()
def scripts() -> None:
    """Guided scripts: check, draw and import them (docs/scripts.md)."""


@scripts.command("check")
@click.argument("path", type=click.Path(path_type=Path))
def scripts_check(path: Path) -> None:
    """Name everything that is wrong with a folder of scripts, or with one file."""
    from agent_tui.config.guided_source import check_scripts

    _say_or_refuse(path, check_scripts(path))


@scripts.command("tree")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--language", default="", help="Whose words are shown: he; the first that a script has if left out.")
@click.option(
    "--bidi",
    default="visual",
    show_default=True,
    type=click.Choice(["visual", "terminal", "off"]),
    help="terminal: where it puts Hebrew in order by itself.",
)
def scripts_tree(path: Path, language: str, bidi: Bidi) -> None:
    """Draw scripts as trees of their steps."""
    from agent_tui.script_files import trees

    for line in _told(lambda: list(trees(path, language, bidi))):
        click.echo(line)


@scripts.group("import")
def scripts_import() -> None:
    """Make scripts of what another system has."""


@scripts_import.command("abcd")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--into", required=True, type=click.Path(path_type=Path, file_okay=False), help="A folder for them.")
def scripts_import_abcd(path: Path, into: Path) -> None:
    """One script for each subflow of ABCD's guidelines (JSON)."""
    from agent_tui.script_files import imported

    for line in _told(lambda: list(imported(path, into))):
        click.echo(printable(line))


@main.group()
def replies() -> None:
    """Canned replies: check and import them (docs/replies.md)."""


@replies.command("check")
@click.argument("folder", type=click.Path(path_type=Path))
def replies_check(folder: Path) -> None:
    """Name everything that is wrong with a folder of canned replies."""
    from agent_tui.config.reply_folder import check_replies

    _say_or_refuse(folder, check_replies(folder))


@replies.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--format", "form", required=True, type=click.Choice(["csv", "chatwoot", "zammad"]))
@click.option("--into", required=True, type=click.Path(path_type=Path, file_okay=False), help="A folder for them.")
@click.option("--force", is_flag=True, help="Replace what was written before.")
def replies_import(path: Path, form: Form, into: Path, force: bool) -> None:
    """Make canned replies of a CSV (key,title,language,channel,tags,text), of Chatwoot's canned responses or Zammad's
    text modules (JSON, as their API gives them)."""
    from agent_tui.reply_files import imported

    for line in _told(lambda: list(imported(path, form, into, force))):
        click.echo(printable(line))


@main.command("wallboard")
@_hub_config
@click.option("--format", "form", default="csv", show_default=True, type=click.Choice(["csv", "json"]))
def export_wallboard(config: Path, form: str) -> None:
    """Print how the queues of a hub do, for other programs (docs/wallboard.md)."""
    from agent_tui import hub_wallboard

    async def work() -> None:
        click.echo(hub_wallboard.export_wallboard(config, environment(), form), nl=False)

    _run(work())


@main.group(invoke_without_command=True)
@_hub_config
@click.pass_context
def hub(context: click.Context, config: Path) -> None:
    """Serve a workspace, and look after its agents and tokens."""
    context.obj = config
    if context.invoked_subcommand is None:
        from agent_tui.hub_process import run_hub

        _run(run_hub(config, environment(), journal(), click.echo, tie_stop))


@hub.command("init")
def hub_init() -> None:
    """Write a commented hub.toml into this folder."""
    from agent_tui.config.template import hub_template, write_new

    path = Path("hub.toml")
    _told(lambda: write_new(path, hub_template()))
    click.echo(f"wrote {path}; next: agent-tui hub agent add NAME, agent-tui hub token add NAME, agent-tui hub")


@hub.command("check")
@_connect_too
@click.pass_obj
def hub_check(config: Path, connect: bool) -> None:
    """Name everything that is wrong with hub.toml and its sla.toml, and whether each password and secret can be had."""
    from agent_tui.config.hub_check import check_hub_settings
    from agent_tui.hub_names import not_there
    from agent_tui.logins import hub_logins

    env = environment()
    home = Path(env["HOME"])

    async def check() -> None:
        _say_or_refuse(config, check_hub_settings(config, env, home) or not_there(config, env, home))

    _run(check())
    _tell_logins(lambda: hub_logins(config, env, home, connect))


@hub.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--brand", default="", help="Whose they are; all: every agent sees them.")
@click.pass_obj
def hub_import(config: Path, path: Path, brand: str) -> None:
    """Take conversations of another system in as history: JSON, one conversation a line (docs/import.md)."""
    _staff(config, "import_conversations", path=path, brand=brand)


@hub.command("erase")
@click.argument("address")
@click.option("--part", is_flag=True, help="Only the customer who has it, of those joined with them.")
@click.option("--confirm", default="", help="The address again, instead of being asked for it.")
@click.pass_obj
def hub_erase(config: Path, address: str, part: bool, confirm: str) -> None:
    """Erase all that is personal of the customer who has ADDRESS, for good; shows first what goes."""
    from agent_tui.hub_erasing import erase_customer

    def ask(lines: list[str]) -> str:
        for line in lines:
            click.echo(printable(line))
        return confirm or click.prompt("address", default="", show_default=False)

    async def work() -> None:
        for line in erase_customer(config, environment(), address, part, ask):
            click.echo(line)

    _run(work())


@hub.group()
def agent() -> None:
    """Who works here."""


def _staff(config: Path, act: str, **values: Any) -> None:
    from agent_tui import staff

    async def work() -> None:
        for line in getattr(staff, act)(config, environment(), **values):
            click.echo("\t".join(map(printable, line.split("\t"))))

    _run(work())


_ROLES = click.Choice(["agent", "supervisor", "admin"])


@agent.command("add")
@click.argument("id")
@click.option("--name", default="", help="What colleagues read; the id when left out.")
@click.option("--role", type=_ROLES, default="agent", show_default=True)
@click.option("--team", "teams", multiple=True, help="May be given several times.")
@click.option("--brand", "brands", multiple=True, help="Whose cases they may see, or all. May be given several times.")
@click.pass_obj
def agent_add(config: Path, /, **values: Any) -> None:
    """Add an agent, or change name, role and teams of one."""
    _staff(config, "add_agent", **values)


@agent.command("grant")
@click.argument("id")
@click.option("--brand", "brands", multiple=True, required=True, help="Or all. May be given several times.")
@click.pass_obj
def agent_grant(config: Path, /, **values: Any) -> None:
    """Let an agent see cases of these brands, and of no others."""
    _staff(config, "grant_brands", **values)


@agent.command("skills")
@click.argument("id")
@click.option("--skill", "skills", multiple=True, help="language:he, topic:refunds ...; may be given several times.")
@click.option(
    "--capacity", type=click.IntRange(0, 1000), help="What their cases can weigh together; 0 gives them none."
)
@click.pass_obj
def agent_skills(config: Path, /, **values: Any) -> None:
    """Say what queues can give an agent: these skills and no others, and how much at once."""
    _staff(config, "set_skills", **values)


@agent.command("list")
@click.pass_obj
def agent_list(config: Path) -> None:
    """All agents, one a line."""
    _staff(config, "list_agents")


@agent.command("disable")
@click.argument("id")
@click.pass_obj
def agent_disable(config: Path, id: str) -> None:
    """Let an agent in no more; open desks are cut within seconds."""
    _staff(config, "disable_agent", id=id)


@hub.group()
def token() -> None:
    """What desks log in with."""


@token.command("add")
@click.argument("agent")
@click.pass_obj
def token_add(config: Path, agent: str) -> None:
    """Print a new token, once; only its hash is kept."""
    _staff(config, "add_token", agent=agent)


@token.command("list")
@click.pass_obj
def token_list(config: Path) -> None:
    """All tokens, without their secrets."""
    _staff(config, "list_tokens")


@token.command("revoke")
@click.argument("id")
@click.pass_obj
def token_revoke(config: Path, id: str) -> None:
    """Make a token worthless; desks that are open with it are cut within seconds."""
    _staff(config, "revoke_token", id=id)


if __name__ == "__main__":
    main()
