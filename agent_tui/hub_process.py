"""Runs a hub from its settings: store, workspace, mail accounts, desk server, HTTP side; from ready to a clean end."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from agent_tui.backends.connectors.base import Connector
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import AlertTarget, HubPolicy, WrapUpTarget
from agent_tui.backends.hub.served import Served
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.backends.wire.frames import Limits
from agent_tui.config.hint_settings import BUILT_IN, load_hints
from agent_tui.config.hub_check import certificate_problem
from agent_tui.config.hub_settings import HubSettings, ListenSettings, load_hub_settings
from agent_tui.config.mail_settings import MailSettings
from agent_tui.config.paths import expand
from agent_tui.config.problems import ConfigError
from agent_tui.config.template_settings import templates_of
from agent_tui.config.validation import Loaded
from agent_tui.config.webhook_settings import WebhookSettings
from agent_tui.domain.model import Sender
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, MS, SystemTime, TimeSource
from agent_tui.hub_accounts import CannotServe, alert_hook, mail_connector, webhook_connector, wrap_up_hook
from agent_tui.hub_cards import card_sources
from agent_tui.hub_replies import HubReplies
from agent_tui.hub_replies import follow as follow_replies
from agent_tui.hub_sla import SlaFile, follow

if TYPE_CHECKING:
    from agent_tui.hub_scripts import ScriptFolder

REPLIES_KEPT: Final = "replies.json"
log = logging.getLogger("agent_tui.hub")


class JsonLines(logging.Formatter):
    """One JSON object a line; nothing of what customers wrote is ever passed to a logger."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True)


def log_to(stream: TextIO, level: str) -> None:
    """Structured lines to `stream`."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)  # it tells of each start and end
    logging.getLogger("agent_tui.hub.websockets").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of its own plug-ins at every start
    logging.getLogger("httpx").setLevel(
        logging.WARNING
    )  # it tells whole URLs, and one that takes alerts is often a secret


def data_folder(loaded: Loaded[HubSettings], home: Path) -> Path:
    """Where the workspace's database and files are."""
    return expand(loaded.settings.data_dir, loaded.folder, home)


def replies_of(loaded: Loaded[HubSettings], home: Path, kept: Path | None = None) -> HubReplies | None:
    """The folder of canned replies that a hub.toml names, not read yet; None where it names none. `kept`: see
    HubReplies."""
    if loaded.settings.replies is None:
        return None
    folder = expand(loaded.settings.replies, loaded.folder, home)
    brands = tuple(brand.name for brand in loaded.settings.brands)
    return HubReplies(folder, hub_policy(loaded.settings).canned, brands, kept)


def _script_folder(loaded: Loaded[HubSettings], home: Path) -> ScriptFolder | None:
    if loaded.settings.scripts is None:
        return None
    from agent_tui.hub_scripts import ScriptFolder  # a hub without scripts starts sooner

    return ScriptFolder(expand(loaded.settings.scripts, loaded.folder, home))


async def serve(
    loaded: Loaded[HubSettings],
    env: Mapping[str, str],
    home: Path,
    time: TimeSource,
    stop: asyncio.Event,
    ready: Callable[[str], None],
    also: Sequence[Connector] = (),
) -> None:
    """Serve until `stop` is set. `ready` gets one line of JSON when desks can connect; `also`: accounts that no file
    names. Raises ConfigError, CannotServe, SecretError and the store's errors."""
    from agent_tui.backends.hub.http_side import http_side, tell_http_url

    settings = loaded.settings
    if problem := certificate_problem(loaded, home):
        raise ConfigError([problem])
    hooks = [await webhook_connector(index, loaded, env, home, time) for index in range(len(settings.webhook))]
    mails = [await mail_connector(account, loaded, env, home, time) for account in settings.mail]
    told = {
        alert.name: await alert_hook(index, loaded, env, home, time)
        for index, alert in enumerate(settings.alert)
        if alert.webhook
    }
    posts = {post.name: await wrap_up_hook(at, loaded, env, home, time) for at, post in enumerate(settings.post)}
    sources = await card_sources(loaded, env, home)
    rules = SlaFile(expand(settings.sla, loaded.folder, home), home) if settings.sla is not None else None
    promised = rules.load() if rules is not None else None
    scripts = _script_folder(loaded, home)
    policy, replies = hub_policy(settings), replies_of(loaded, home, data_folder(loaded, home) / REPLIES_KEPT)
    hinting = expand(settings.hints, loaded.folder, home) if settings.hints is not None else BUILT_IN
    policy = replace(policy, hints=load_hints(hinting))
    store = Store.open(data_folder(loaded, home), exclusive=True)
    workspace = Workspace(
        store,
        time,
        Ids(),
        [*mails, *hooks, *also],
        policy,
        sla=promised,
        hooks=told,
        posts=posts,
        card_sources=sources,
    )
    certificate, key = _certificate(settings.listen, loaded.folder, home)
    desks = desk_server(settings, workspace, time)
    routes = [route for hook in hooks for route in hook.routes()]
    http = http_side(workspace, desks, time, data_folder(loaded, home), settings.limits.file_mb * 1_000_000, routes)
    following: list[asyncio.Task[None]] = []
    try:
        if replies is not None:  # after the store: what is remembered of them stands beside it
            workspace.policy = workspace.policy.stocked(await asyncio.to_thread(replies.load))
        try:
            await http.start(settings.http.host, settings.http.port, certificate=certificate, key=key)
        except OSError as error:
            raise _no_port(loaded, "http", settings.http.host, settings.http.port, error) from None
        tell_http_url(workspace, desks, settings.http.public_url or http.url)
        await workspace.start()
        if replies is not None:
            # no desk is there yet that would have to be told
            workspace.policy = workspace.policy.stocked(await replies.with_blobs(replies.canned, workspace.put_blob))
            workspace.watch("replies", lambda: replies.trouble)
            following.append(asyncio.create_task(follow_replies(replies, time, workspace.put_blob, workspace.stock)))
        try:
            await desks.start(settings.listen.host, settings.listen.port, certificate=certificate, key=key)
        except OSError as error:
            raise _no_port(loaded, "listen", settings.listen.host, settings.listen.port, error) from None
        if rules is not None:
            workspace.watch("sla", lambda: rules.trouble)
            following.append(asyncio.create_task(follow(rules, time, workspace.govern)))
        if scripts is not None:
            workspace.watch("scripts", lambda: scripts.trouble)
            await workspace.offer(scripts.load())
            following.append(asyncio.create_task(scripts.follow(time, workspace.offer)))
        said = {"ready": True, "desk_url": desks.url, "http_url": http.url, "version": version("agent-tui")}
        ready(json.dumps(said))
        log.info("serving desks at %s, files and health at %s", desks.url, http.url)
        await stop.wait()
        log.info("stopping")
    finally:
        for task in following:
            task.cancel()
        await desks.stop()
        await workspace.stop()
        await http.stop()


def desk_server(settings: HubSettings, served: Served, time: TimeSource) -> DeskServer:
    """What serves desks, within the limits of `settings`; not started yet."""
    limits = settings.limits
    return DeskServer(
        served,
        time,
        limits=Limits(frame_bytes=limits.frame_kib * 1024, commands_per_second=limits.commands_per_second),
        max_desks=limits.desks,
        desks_per_agent=limits.desks_per_agent,
        cut_bytes=limits.unsent_kib * 1024,
    )


def _no_port(
    loaded: Loaded[HubSettings], table: str, host: str, port: int, error: OSError
) -> ConfigError | CannotServe:
    if error.errno in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
        what = {
            errno.EADDRINUSE: f"port {port} of {host} is in use by another program",
            errno.EACCES: f"port {port} may not be used by this user",
        }.get(error.errno, f"{host} is no address of this machine")
        return ConfigError([loaded.source.problem((table, "port"), what, "a free port, or 0 to take any")])
    return CannotServe(f"cannot listen on {host}:{port}: {error.strerror or error}")


def _certificate(listen: ListenSettings, folder: Path, home: Path) -> tuple[Path | None, Path | None]:
    if listen.tls_cert is None or listen.tls_key is None:
        return None, None
    return expand(listen.tls_cert, folder, home), expand(listen.tls_key, folder, home)


def hub_policy(settings: HubSettings) -> HubPolicy:
    """What the hub of that hub.toml goes by."""
    brands = {brand.name: brand for brand in settings.brands}
    senders = tuple(
        Sender(
            account.name,
            "email",
            account.brand,
            account.address,
            account.display_name or (speaks.sender or speaks.title if speaks is not None else ""),
            speaks.signature if speaks is not None else "",
        )
        for account in settings.mail
        for speaks in (brands.get(account.brand),)
    )
    times = settings.times
    accounts: tuple[MailSettings | WebhookSettings, ...] = (*settings.mail, *settings.webhook)
    return HubPolicy(
        grace_ms=round(times.reopen_hours * HOUR_MS),
        subject_ms=round(times.subject_days * DAY_MS),
        give_up_ms=round(times.give_up_hours * HOUR_MS),
        link_ms=round(times.link_minutes * MINUTE_MS),
        lease_ms=None if times.lease_seconds is None else round(times.lease_seconds * MS),
        transfer_ms=round(times.transfer_minutes * MINUTE_MS),
        queue_transfer_ms=round(times.queue_transfer_minutes * MINUTE_MS),
        country=settings.country,
        login=settings.shift.login,
        away_ms=round(settings.shift.away_seconds * MS),
        reasons=tuple((reason.name, reason.title) for reason in settings.reasons) or HubPolicy().reasons,
        senders=senders,
        templates=templates_of(settings.template),
        team_titles=tuple((team.name, team.title) for team in settings.teams),
        account_team={account.name: account.team for account in accounts if account.team},
        account_brand={account.name: account.brand for account in accounts if account.brand},
        queues=tuple(queue.setup() for queue in settings.queue),
        brand_titles=tuple((brand.name, brand.title) for brand in settings.brands),
        alerts=tuple(AlertTarget(one.name, one.mail, one.account, bool(one.webhook)) for one in settings.alert),
        wrap_ups=tuple(WrapUpTarget(post.name, post.notes, post.brands) for post in settings.post),
        cards=tuple(card.setup() for card in settings.card),
    ).stocked(tuple(Canned(one.name, one.text, one.brand) for one in settings.canned))


async def run_hub(
    path: Path,
    env: Mapping[str, str],
    errors: TextIO,
    ready: Callable[[str], None],
    tie: Callable[[asyncio.Event], None],
) -> None:
    """Serve what the file at `path` says until the event given to `tie` is set; structured lines go to `errors`."""
    loaded = load_hub_settings(path, env)
    log_to(errors, loaded.settings.log_level)
    stop = asyncio.Event()
    tie(stop)
    await serve(loaded, env, Path(env["HOME"]), SystemTime(), stop, ready)
