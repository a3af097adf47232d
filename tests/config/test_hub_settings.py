"""What `hub.toml` may say, and how a mistake in it is told."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from agent_tui.config.hub_check import check_hub_settings
from agent_tui.config.hub_settings import load_hub_settings
from agent_tui.config.problems import ConfigError
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.templates import Template
from agent_tui.domain.time import MINUTE_MS
from agent_tui.hub_process import hub_policy

MAIL = """[[mail]]
name = "support"
address = "support@example.com"
[mail.imap]
host = "mail.example.com"
user = "support@example.com"
[mail.smtp]
host = "mail.example.com"
"""


def problems_of(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "hub.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_hub_settings(path, {})
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]


def test_an_empty_file_serves_this_machine(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text("")
    settings = load_hub_settings(path, {"AGENT_TUI_HUB_LOG_LEVEL": "debug"}).settings
    assert (settings.listen.host, settings.http.host) == ("127.0.0.1", "127.0.0.1")
    assert settings.log_level == "debug"


def test_mail_accounts(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(MAIL + '[[brands]]\nname = "nofar"\ntitle = "Nofar Home"\n')
    loaded = load_hub_settings(path, {})
    (account,) = loaded.settings.mail
    assert (account.imap.port, account.imap.tls, account.smtp.port) == (993, "tls", 465)
    source = account.imap.password_source(account.name, "imap", loaded.folder, tmp_path)
    assert source is not None
    assert source.default_env == "AGENT_TUI_IMAP_PASSWORD_SUPPORT"
    assert account.smtp.password_source(account.name, "smtp", loaded.folder, tmp_path) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[listen]\nhost = "0.0.0.0"', "hub.toml:2: listen.host: would listen unencrypted beyond this machine"),
        ('[listen]\nhost = "::"', "hub.toml:2: listen.host: would listen unencrypted"),
        ('[http]\nhost = "0.0.0.0"', "hub.toml:2: http.host: would listen unencrypted beyond this machine"),
        ("[http]\nport = 8700", "hub.toml:2: http.port: the port of [listen] too; expected another port"),
        ('[listen]\ntls_cert = "a.pem"', "hub.toml:2: listen.tls_cert: half a certificate"),
        ("[listen]\nport = 70000", "hub.toml:2: listen.port: out of range; expected at most 65535"),
        ('[listen]\nport = "http"', "hub.toml:2: listen.port: not a number"),
        ("[limits]\nframe_kib = 0", "hub.toml:2: limits.frame_kib: out of range; expected at least 16"),
        ('[http]\npublic_url = "desk.example.com"', "hub.toml:2: http.public_url: not an address"),
        (MAIL.replace("support@example.com", "support", 1), "hub.toml:3: mail[1].address: not a mail address"),
        (MAIL + 'tls = "none"', "hub.toml:9: mail[1].smtp.tls: would send mail and password unencrypted"),
        (MAIL + 'tls = "ssl"', 'hub.toml:9: mail[1].smtp.tls: "ssl" is none of the choices'),
        (MAIL + 'auth = "xoauth2"', "hub.toml:9: mail[1].smtp.auth: has nothing to make access tokens"),
        (MAIL.replace("[mail.smtp]", 'sent = "inbox"\n[mail.smtp]'), "hub.toml:7: mail[1].imap.sent: is the folder"),
        (MAIL + "port = 0", "hub.toml:9: mail[1].smtp.port: out of range; expected at least 1"),
        (MAIL + 'password = "hunter2"', "hub.toml:9: mail[1].smtp.password: unknown key; expected password_"),
        (MAIL + MAIL, "hub.toml:10: mail[2].name: two of [[mail]] are called support"),
        (MAIL.replace("[mail.smtp]", "[mail.imap.x]"), "hub.toml:1: mail[1].smtp: missing; expected Where mail goes"),
        (MAIL.replace("[mail.imap]", 'brand = "x"\n[mail.imap]'), "hub.toml:4: mail[1].brand: no such brand"),
        (MAIL.replace("[mail.imap]", 'team = "x"\n[mail.imap]'), "hub.toml:4: mail[1].team: no such team"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, expected: str) -> None:
    found = problems_of(tmp_path, text)
    assert found[0].startswith(expected)
    assert not any("hunter2" in problem for problem in found)


def test_plain_mail_on_this_machine(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(MAIL.replace("mail.example.com", "127.0.0.1") + 'tls = "none"\n')
    assert load_hub_settings(path, {}).settings.mail[0].smtp.tls == "none"
    path.write_text(MAIL + 'tls = "none"\nplain_allowed = true\n')
    assert load_hub_settings(path, {}).settings.mail[0].smtp.plain_allowed


def test_the_port_goes_by_the_kind_of_line(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(MAIL.replace("[mail.smtp]", 'tls = "starttls"\n[mail.smtp]') + 'tls = "starttls"\n')
    (account,) = load_hub_settings(path, {}).settings.mail
    assert (account.imap.port, account.smtp.port) == (143, 587)
    path.write_text(MAIL + 'tls = "starttls"\nport = 2525\n')
    assert load_hub_settings(path, {}).settings.mail[0].smtp.port == 2525


def test_where_sent_mail_is_filed(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    for said, folder in (("", ""), ('sent = "auto"', ""), ('sent = "off"', None), ('sent = "נשלח"', "נשלח")):
        path.write_text(MAIL.replace("[mail.smtp]", f"{said}\n[mail.smtp]"))
        assert load_hub_settings(path, {}).settings.mail[0].imap.sent_folder == folder


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_certificates_are_looked_at(tmp_path: Path) -> None:
    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True)

    request = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2", "-subj", "/CN=x")
    openssl(*request, "-nodes", "-keyout", "key.pem", "-out", "cert.pem")
    openssl(*request, "-nodes", "-keyout", "other.pem", "-out", "other-cert.pem")
    openssl(*request, "-passout", "pass:abcd", "-keyout", "locked.pem", "-out", "locked-cert.pem")
    path = tmp_path / "hub.toml"

    def check(cert: str, key: str) -> list[str]:
        path.write_text(f'[listen]\nhost = "0.0.0.0"\ntls_cert = "{cert}"\ntls_key = "{key}"\n')
        return [str(problem).removeprefix(f"{path}:") for problem in check_hub_settings(path, {}, tmp_path)]

    assert check("cert.pem", "key.pem") == []
    assert check("no.pem", "key.pem")[0].startswith("3: listen.tls_cert: cannot be read: No such file")
    assert check("hub.toml", "key.pem")[0].startswith("3: listen.tls_cert: no certificate and key in PEM form")
    assert check("cert.pem", "other.pem")[0].startswith("4: listen.tls_key: is not the key of tls_cert")
    assert check("locked-cert.pem", "locked.pem")[0].startswith("4: listen.tls_key: is locked by a passphrase")


def test_passwords_in_files_are_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(MAIL + 'password_file = "p"\ntls_ca = "no.pem"\n')
    assert [problem.key for problem in check_hub_settings(path, {}, tmp_path)] == [
        "mail[1].smtp.password_file",
        "mail[1].smtp.tls_ca",
    ]


QUEUES = """
[[teams]]
name = "billing"
title = "Billing"
[[queue]]
name = "chats"
title = "Chats"
team = "billing"
channels = ["whatsapp"]
asks = ["language"]
label_needs = { refund = "topic:refunds" }
weights = { whatsapp = 2 }
overflow = "rest"
overflow_minutes = 3
[[queue]]
name = "rest"
mode = "pull"
sticky = false
"""


def test_queues_are_set_up_as_written(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(QUEUES)
    chats, rest = (queue.setup() for queue in load_hub_settings(path, {}).settings.queue)
    assert chats == QueueSetup(
        "chats",
        "Chats",
        team="billing",
        channels=("whatsapp",),
        asks=("language",),
        label_needs=(("refund", "topic:refunds"),),
        weights=(("whatsapp", 2),),
        overflow="rest",
        overflow_ms=3 * MINUTE_MS,
    )
    assert (rest.mode, rest.sticky, rest.name) == ("pull", False, "rest")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (QUEUES.replace('"rest"\nmode', '"chats"\nmode'), "two of [[queue]] are called chats"),
        (QUEUES.replace('overflow = "rest"', 'overflow = "chats"'), "queue[1].overflow: no such queue"),
        (QUEUES.replace('team = "billing"', 'team = "bills"'), "queue[1].team: no such team"),
        (QUEUES.replace("sticky = false", 'brands = ["ogen"]'), "queue[2].brands: no such brand"),
        (QUEUES.replace("whatsapp = 2", "whatsapp = 0"), "queue[1].weights: too little"),
        (QUEUES.replace('["language"]', '["mood"]'), "queue[1].asks"),
    ],
)
def test_a_queue_that_cannot_be_is_named(tmp_path: Path, wrong: str, said: str) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(wrong)
    with pytest.raises(ConfigError) as failed:
        load_hub_settings(path, {})
    assert said in str(failed.value)


ALERT = """
[[alert]]
name = "bosses"
mail = ["boss@example.org"]
account = "support"
webhook = "https://chat.example.org/alerts"
secret_env = "HOOK"
"""


def test_alerts_reach_mail_and_webhook(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(MAIL + ALERT)
    (alert,) = load_hub_settings(path, {}).settings.alert
    assert (alert.mail, alert.account, alert.webhook) == (
        ("boss@example.org",),
        "support",
        "https://chat.example.org/alerts",
    )
    source = alert.secret_source(tmp_path, tmp_path)
    assert (source.env, source.default_env, source.account) == ("HOOK", "AGENT_TUI_ALERT_SECRET_BOSSES", "bosses")
    assert check_hub_settings(path, {}, tmp_path) == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (ALERT + ALERT, "alert[2].name: two of [[alert]] are called bosses"),
        (ALERT.replace('"support"', '"sales"'), "alert[1].account: no such mail account"),
        (ALERT.replace("boss@example.org", "the boss"), "alert[1].mail[1]: not a mail address"),
        (ALERT.replace('account = "support"', ""), "alert[1].mail: has no account to write from"),
        (ALERT.replace('mail = ["boss@example.org"]', ""), "alert[1].account: writes to nobody"),
        ('[[alert]]\nname = "bosses"', "alert[1].name: tells nobody"),
        (ALERT.replace("https://", "http://"), "alert[1].webhook: would send cases and names unencrypted"),
        (ALERT.replace("https://", "ftp://"), "alert[1].webhook: not an address"),
        (ALERT.replace("https://", "https://me:secret@"), "alert[1].webhook: holds a login"),
        (ALERT.replace('secret_env = "HOOK"', 'secret_file = "x"'), "alert[1].secret_file: a secret in a file"),
    ],
)
def test_an_alert_that_cannot_be_is_named(tmp_path: Path, wrong: str, said: str) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(MAIL + wrong)
    assert said in str(check_hub_settings(path, {}, tmp_path)[0])


TEMPLATE = """
[[webhook]]
name = "wa"
channel = "whatsapp"
secret_env = "WA"
deliver_url = "https://wa.example.org/in"
[[template]]
account = "wa"
name = "late_parcel"
language = "he"
text = "שלום {{1}}, בעניין {{2}}."
variables = ["customer", "number"]
"""


def test_templates_are_those_of_an_account(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(TEMPLATE)
    settings = load_hub_settings(path, {}).settings
    template = Template("late_parcel", "he", "שלום {{1}}, בעניין {{2}}.", ("customer", "number"))
    assert hub_policy(settings).templates == {"wa": (template,)}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (TEMPLATE.replace('account = "wa"', 'account = "other"'), "template[1].account: no such account"),
        (TEMPLATE.replace("{{2}}", "{{3}}"), "template[1].variables: places are numbered {{1}}, {{2}} ... without"),
        (TEMPLATE.replace(', "number"', ""), "template[1].variables: it has 2 places and 1 variables"),
        (TEMPLATE.replace("late_parcel", "Late Parcel"), "template[1].name"),
        (TEMPLATE + TEMPLATE[TEMPLATE.index("[[template]]") :], "template[2].name: late_parcel stands there in he"),
    ],
)
def test_a_template_that_cannot_be_is_named(tmp_path: Path, wrong: str, said: str) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(wrong)
    assert said in str(check_hub_settings(path, {}, tmp_path)[0])
