"""The command line: the one place that touches the process (signals, standard streams, environment)."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent_tui.config.problems import ConfigError, Problem, printable

if TYPE_CHECKING:
    from agent_tui.resident.line import TerminalLine
    from agent_tui.resident.server import Request

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


def _env() -> dict[str, str]:
    """The environment; a service without HOME (systemd) gets its user's."""
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home raises where nobody knows
    env = {**({"HOME": home} if home != "~" else {}), **os.environ}
    if "LC_CTYPE" in env and not _was_given(b"LC_CTYPE"):
        del env["LC_CTYPE"]
    return env


def _was_given(name: bytes) -> bool:
    """Whether a variable was there before Python began: in a locale without UTF-8 it sets LC_CTYPE for its children
    (PEP 538), which says nothing of the terminal. Where the system does not tell, yes."""
    try:
        given = Path("/proc/self/environ").read_bytes().split(b"\0")
    except OSError:
        return True
    return any(variable.startswith(name + b"=") for variable in given)


def _own_terminal() -> Any:
    from agent_tui.terminal.terminal import Terminal

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refusal("the desk needs a terminal; without one use: agent-tui demo --headless --text -")
    return Terminal(sys.stdin.fileno(), sys.stdout.fileno(), env=_env())


SETTLED = 2.0
"""Seconds after its start at which a desk has loaded what it keeps."""


def _start_fast() -> None:
    """What a process that will be a desk wants set before anything is loaded."""
    import gc

    # Textual paints on a grid of 1/60 s unless told otherwise, so a key soon after a paint waits up to 17 ms
    os.environ.setdefault("TEXTUAL_FPS", "240")
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look through every installed package
    gc.disable()  # nothing that is made at the start is garbage


def _settle() -> None:
    """What the start has made stays: collections need not look at it again (13 to 40 ms each, seen as late keys)."""
    import gc

    gc.freeze()
    gc.enable()


def _happenings(app: Any) -> dict[str, Callable[[], None]]:
    """What a desk does when something happens to its terminal, by name."""

    def tell(name: str) -> Callable[[], None]:
        def call() -> None:
            driver = app.terminal_driver
            if driver is not None:
                getattr(driver, name)()
            elif name == "hangup":
                app.exit(return_code=129)

        return call

    does = {name: tell(name) for name in ("suspend", "resume", "hangup")}
    return {"winch": tell("on_winch"), "end": lambda: app.exit(return_code=0), **does}


def _tie_signals(app: Any) -> None:
    """Give the desk its window changes, suspension and hang-up, and its collector back once it has started."""
    import signal

    loop = asyncio.get_running_loop()
    loop.call_later(SETTLED, _settle)
    does = _happenings(app)

    def stop() -> None:
        does["suspend"]()
        os.kill(os.getpid(), signal.SIGSTOP)

    loop.add_signal_handler(signal.SIGWINCH, does["winch"])
    loop.add_signal_handler(signal.SIGHUP, does["hangup"])
    loop.add_signal_handler(signal.SIGTERM, does["end"])
    loop.add_signal_handler(signal.SIGCONT, does["resume"])
    loop.add_signal_handler(signal.SIGTSTP, stop)


def _tie_line(line: TerminalLine) -> Callable[[Any], None]:
    """The same for a desk in a client's terminal: its process has no terminal of its own that would send signals."""
    import signal

    def tie(app: Any) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(SETTLED, _settle)
        does = _happenings(app)
        loop.add_signal_handler(signal.SIGTERM, does["end"])
        loop.add_signal_handler(signal.SIGHUP, does["hangup"])
        line.listen(does)

    return tie


async def _while_heard(line: TerminalLine, work: Coroutine[Any, Any, int | None]) -> int | None:
    """Do the work of a desk; before there is one to tell, a client that ends or goes away ends the start."""
    task = asyncio.current_task()
    assert task is not None

    def give_up() -> None:
        task.cancel()

    line.listen({"end": give_up, "hangup": give_up})
    return await work


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
    _start_fast()
    from agent_tui.desk_process import run_configured

    line: TerminalLine | None = context.obj
    tie = _tie_signals if line is None else _tie_line(line)
    work = run_configured(_own_terminal(), _env(), config, url, token_cmd, tie, state, _keep_resident)
    _run(work if line is None else _while_heard(line, work))


def _keep_resident(wanted: bool) -> None:
    """Later, when the desk has started: a process that makes the next start quick, or none."""
    if sys.platform != "linux":
        return

    def keep() -> None:
        from agent_tui.resident.client import given_environment
        from agent_tui.resident.keeping import keep_resident
        from agent_tui.resident.place import socket_path

        command = (sys.executable, "-m", "agent_tui.start", "resident")
        keep_resident(wanted, socket_path(_env()), command, given_environment())

    asyncio.get_running_loop().call_later(SETTLED, keep)


@main.command()
@click.option("--idle", default=1800.0, show_default=True, help="Seconds without a desk after which it ends.")
def resident(idle: float) -> None:
    """Stay loaded, so that desks start at once; prints one line of JSON when ready. `resident = true` in config.toml
    starts it by itself."""
    _start_fast()
    if sys.platform != "linux":
        raise Refusal("a resident needs Linux")
    from agent_tui.resident.client import given_environment
    from agent_tui.resident.place import socket_path
    from agent_tui.resident.server import ResidentError, serve

    path = socket_path(_env())
    if not path:
        raise Refusal("neither XDG_RUNTIME_DIR nor HOME names a place for the socket")

    def ready() -> None:
        click.echo(json.dumps({"ready": True, "socket": path}))
        sys.stdout.flush()

    try:
        serve(path, given_environment(), _play, ready, idle)
    except ResidentError as error:
        raise Refusal(str(error)) from None


def _play(request: Request, line: TerminalLine) -> int:
    """A desk in a client's terminal, in a process that was forked for it and takes the client's place in all else."""
    import time
    import traceback

    os.environ.clear()
    os.environb.update(dict(pair.split(b"=", 1) for pair in request.environment))
    os.umask(request.mask)
    time.tzset()
    sys.stdin, sys.stdout, sys.stderr = (
        open(fd, mode, encoding="utf-8", errors="surrogateescape", buffering=1, closefd=False)  # noqa: SIM115
        for fd, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    try:
        os.chdir(request.folder)
        main.main(list(request.words), prog_name="agent-tui", obj=line)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except asyncio.CancelledError:
        return 129
    except BaseException:
        traceback.print_exc()
    return 1


@main.command()
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
@click.option("--theme", default="dark", show_default=True)
@click.option(
    "--language",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "en", "he"]),
    help="auto: by the locale; en when headless.",
)
def demo(**options: Any) -> None:
    """The desk with an embedded hub and customers who are played."""
    if not options["headless"]:
        _start_fast()
    from agent_tui.demo.run import DemoOptions, play_headless, play_live

    chosen = DemoOptions(**options)
    if chosen.headless:
        _run(play_headless(chosen, click.echo))
    else:
        _run(play_live(chosen, _own_terminal(), _tie_signals))


@main.command("bidi-check")
@click.option("--config", type=click.Path(path_type=Path), help="Settings instead of your own config.toml.")
def bidi_check(config: Path | None = None) -> None:
    """See whether Hebrew and Arabic read right on this terminal, and set bidi accordingly."""
    import signal
    import time

    from agent_tui.bidi_check_process import run_bidi_check

    terminal = _own_terminal() if sys.stdin.isatty() and sys.stdout.isatty() else None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # with the terminal put back
    woken, wakes = os.pipe()  # a signal just before a wait would be seen only after it
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    _told(lambda: run_bidi_check(terminal, _env(), config, click.echo, time.monotonic, woken))


@main.group()
def config() -> None:
    """The desk's settings."""


def _config_path() -> Path:
    from agent_tui.config.paths import Paths

    path: Path = _told(lambda: Paths.from_env(_env(), sys.platform).config_file)
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

    path, env = _config_path(), _env()
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


def _say_or_refuse(path: Path, problems: tuple[Problem, ...]) -> None:
    if problems:
        raise Refusal("\n".join(str(problem) for problem in problems))
    click.echo(f"{path}: nothing wrong")


_hub_config = click.option(
    "--config", "config", default="hub.toml", show_default=True, type=click.Path(path_type=Path), help="The hub's file."
)


@main.group(invoke_without_command=True)
@_hub_config
@click.pass_context
def hub(context: click.Context, config: Path) -> None:
    """Serve a workspace, and look after its agents and tokens."""
    context.obj = config
    if context.invoked_subcommand is None:
        from agent_tui.hub_process import run_hub

        def ready(line: str) -> None:
            click.echo(line)
            sys.stdout.flush()

        _run(run_hub(config, _env(), sys.stderr, ready, _tie_stop))


def _tie_stop(stop: asyncio.Event) -> None:
    import signal

    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)


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
    """Name everything that is wrong with hub.toml, and whether each password and secret can be had."""
    from agent_tui.config.hub_settings import check_hub_settings
    from agent_tui.logins import hub_logins

    env = _env()
    home = Path(env["HOME"])
    _say_or_refuse(config, check_hub_settings(config, env, home))
    _tell_logins(lambda: hub_logins(config, env, home, connect))


@hub.group()
def agent() -> None:
    """Who works here."""


def _staff(config: Path, act: str, **values: Any) -> None:
    from agent_tui import staff

    async def work() -> None:
        for line in getattr(staff, act)(config, _env(), **values):
            click.echo("\t".join(map(printable, line.split("\t"))))

    _run(work())


_ROLES = click.Choice(["agent", "supervisor", "admin"])


@agent.command("add")
@click.argument("id")
@click.option("--name", default="", help="What colleagues read; the id when left out.")
@click.option("--role", type=_ROLES, default="agent", show_default=True)
@click.option("--team", "teams", multiple=True, help="May be given several times.")
@click.pass_obj
def agent_add(config: Path, /, **values: Any) -> None:
    """Add an agent, or change name, role and teams of one."""
    _staff(config, "add_agent", **values)


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
