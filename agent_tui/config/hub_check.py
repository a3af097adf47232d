"""What is wrong with a hub.toml beyond its own lines: the files it names, and secrets that lie in the open."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent_tui.config.hint_settings import check_hints
from agent_tui.config.hub_settings import HubSettings, load_hub_settings
from agent_tui.config.paths import expand
from agent_tui.config.problems import ConfigError, Problem
from agent_tui.config.reply_folder import check_replies
from agent_tui.config.shared_secret_settings import SharedSecretSettings
from agent_tui.config.sla_source import check_sla
from agent_tui.config.toml_source import KeyPath
from agent_tui.config.validation import Loaded
from agent_tui.domain.replies.reply import Canned


def check_hub_settings(path: Path, env: Mapping[str, str], home: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with the file at `path` and with the files it names. No password is read."""
    try:
        loaded = load_hub_settings(path, env)
    except ConfigError as error:
        return error.problems
    problems = [problem] if (problem := certificate_problem(loaded, home)) else []
    if loaded.settings.sla is not None:
        problems += check_sla(expand(loaded.settings.sla, loaded.folder, home), home)
    if loaded.settings.scripts is not None:
        from agent_tui.config.guided_source import check_scripts  # a hub without scripts starts sooner

        problems += check_scripts(expand(loaded.settings.scripts, loaded.folder, home))
    if loaded.settings.hints is not None:
        problems += check_hints(expand(loaded.settings.hints, loaded.folder, home))
    if loaded.settings.replies is not None:
        folder = expand(loaded.settings.replies, loaded.folder, home)
        brands = [brand.name for brand in loaded.settings.brands]
        own = [Canned(one.name, one.text, one.brand) for one in loaded.settings.canned]
        problems += check_replies(folder, brands, own)
    for index, account in enumerate(loaded.settings.mail):
        for protocol, server in (("imap", account.imap), ("smtp", account.smtp)):
            where = ("mail", index, protocol)
            if server.tls_ca and not expand(server.tls_ca, loaded.folder, home).is_file():
                expected = "a file of certificates (PEM)"
                problems.append(loaded.source.problem((*where, "tls_ca"), "no such file", expected))
            if server.password_file and not server.password_file_allowed:
                expected = "password_file_allowed = true, or better a password_cmd"
                problems.append(loaded.source.problem((*where, "password_file"), "a password in a file", expected))
    signing: dict[str, tuple[SharedSecretSettings, ...]] = {
        "webhook": loaded.settings.webhook,
        "alert": loaded.settings.alert,
        "post": loaded.settings.post,
    }
    secrets: list[tuple[KeyPath, SharedSecretSettings]]
    secrets = [((table, index), hook) for table, hooks in signing.items() for index, hook in enumerate(hooks)]
    for at, card in enumerate(loaded.settings.card):
        secrets += [(("card", at, "header", index), header) for index, header in enumerate(card.header)]
    for key, secret in secrets:
        if secret.secret_file and not secret.secret_file_allowed:
            expected = "secret_file_allowed = true, or better a secret_cmd"
            problems.append(loaded.source.problem((*key, "secret_file"), "a secret in a file", expected))
    return tuple(sorted(problems, key=lambda problem: problem.line))


def certificate_problem(loaded: Loaded[HubSettings], home: Path) -> Problem | None:
    """What is wrong with the certificate under [listen], None when it can be served or there is none."""
    import ssl

    listen = loaded.settings.listen
    if listen.tls_cert is None or listen.tls_key is None:
        return None
    for name, written in (("tls_cert", listen.tls_cert), ("tls_key", listen.tls_key)):
        try:
            expand(written, loaded.folder, home).read_bytes()
        except OSError as error:
            expected = "a file in PEM form that the hub may read"
            return loaded.source.problem(("listen", name), f"cannot be read: {error.strerror}", expected)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert, key = (expand(written, loaded.folder, home) for written in (listen.tls_cert, listen.tls_key))
    asked: list[bool] = []

    def no_passphrase() -> str:
        """Without it OpenSSL would ask at the terminal."""
        asked.append(True)
        return ""

    try:
        context.load_cert_chain(cert, key, password=no_passphrase)
    except ssl.SSLError as error:
        if asked:
            return loaded.source.problem(("listen", "tls_key"), "is locked by a passphrase", "a key without one")
        if error.reason == "KEY_VALUES_MISMATCH":
            expected = "the key that the certificate was made with"
            return loaded.source.problem(("listen", "tls_key"), "is not the key of tls_cert", expected)
        expected = "-----BEGIN CERTIFICATE----- and -----BEGIN PRIVATE KEY-----"
        return loaded.source.problem(("listen", "tls_cert"), "no certificate and key in PEM form", expected)
    return None
