"""A real Dovecot and OpenSMTPD on loopback, from Debian's packages, each test module with its own.

Both give up root and have fixed places, so each runs in a mount namespace where its folder is `/srv`, and OpenSMTPD
sees its queue and control socket below it.
"""

from __future__ import annotations

import os
import shutil
import signal
import smtplib
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.certificates import make_certificate

PASSWORD = "correct horse"
DOMAIN = "example.test"
CUSTOMER_DOMAIN = "customer.test"
BOXES = 40

_SEEN = "/srv"
_NAME = "client.test"
"""Said in EHLO: without it smtplib asks the DNS for this machine's name, which takes 5 s where there is none."""
_NEEDED = ("dovecot", "smtpd", "unshare", "setpriv", "openssl")

_DOVECOT = """\
base_dir = {seen}/dovecot
state_dir = {seen}/state
log_path = {seen}/dovecot.log
listen = 127.0.0.1
protocols = imap lmtp
ssl = yes
ssl_cert = <{seen}/cert.pem
ssl_key = <{seen}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:~/Maildir
mail_max_userip_connections = 200
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = {seen}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={seen}/mail/%u
}}
service imap-login {{
  process_min_avail = 1
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
protocol lmtp {{
  mail_plugins =
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
"""

_SMTPD = """\
smtp max-message-size 64M
queue ttl 2m
listen on 127.0.0.1 port {smtp} hostname mail.{domain}
action "boxes" relay host lmtp://127.0.0.1:{lmtp}
match from any for domain {{ "{domain}", "{customer}" }} action "boxes"
match from any for any reject
"""


@dataclass
class MailServers:
    """Running servers. `imap` is plain or STARTTLS, `imaps` TLS; `smtp` is plain and without a login, since TLS in
    OpenSMTPD 6.8 of Debian 12 does not work with OpenSSL 3 (its issue 1171)."""

    folder: Path
    ports: dict[str, int]
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    taken: int = 0

    def __getattr__(self, name: str) -> int:
        try:
            return self.ports[name]
        except KeyError:
            raise AttributeError(name) from None

    def new_box(self) -> str:
        """A fresh, empty mailbox's address."""
        self.taken += 1
        if self.taken > BOXES:
            raise RuntimeError(f"a module may use {BOXES} mailboxes")
        return f"box{self.taken}@{DOMAIN}"

    @property
    def customer(self) -> str:
        return f"carol@{CUSTOMER_DOMAIN}"

    def maildir(self, address: str) -> Path:
        return self.folder / "mail" / address / "Maildir"

    def mails(self, address: str) -> list[bytes]:
        """What lies in the inbox of `address`, oldest first."""
        found = [each for part in ("new", "cur") for each in (self.maildir(address) / part).glob("*")]
        return [each.read_bytes() for each in sorted(found, key=lambda each: each.stat().st_mtime_ns)]

    def deliver(self, to: str, *mails: bytes, sender: str = "carol@customer.test") -> None:
        """Straight into the mailbox by LMTP, unchanged but for the trace fields and line ends."""
        with smtplib.LMTP("127.0.0.1", self.ports["lmtp"], _NAME) as lmtp:
            for mail in mails:
                lmtp.sendmail(sender, [to], mail)

    def submit(self, to: str, *mails: bytes, sender: str = "carol@customer.test") -> None:
        """By SMTP, as from the outside world."""
        with smtplib.SMTP("127.0.0.1", self.ports["smtp"], _NAME) as smtp:
            for mail in mails:
                smtp.sendmail(sender, [to], mail)

    def start(self, name: str) -> None:
        """Start a server and wait until it answers. In the main thread only: the kernel ends the server with the thread
        that started it, which keeps none alive after a killed test run."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("start a server from the main thread")
        inside = {str(self.folder): _SEEN}
        if name == "dovecot":
            command = ["dovecot", "-F", "-c", f"{_SEEN}/dovecot.conf"]
            ready = ["imap", "lmtp"]
        else:
            command = ["smtpd", "-d", "-f", f"{_SEEN}/smtpd.conf"]
            inside |= {f"{_SEEN}/spool": "/var/spool", f"{_SEEN}/run": "/run"}
            inside[f"{_SEEN}/resolv.conf"] = "/etc/resolv.conf"  # each client is looked up: no DNS, no wait of 5 s
            ready = ["smtp"]
        binds = " && ".join(f"mount --bind '{source}' '{target}'" for source, target in inside.items())
        namespace = ["unshare", "--mount", "--propagation", "private", "sh", "-c", f'{binds} && exec "$@"', "sh"]
        log = (self.folder / f"{name}.out").open("ab")
        with log:
            self.children[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *namespace, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        for each in ready:
            self._wait(name, self.ports[each])

    def stop(self, name: str, *, hard: bool = False) -> None:
        """End a server and its children; `hard`: by SIGKILL, nothing is said to anybody."""
        child = self.children.pop(name, None)
        if child is None:
            return
        if not hard:
            child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(5)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        self._wait_closed("imap" if name == "dovecot" else "smtp")
        if hard:
            (self.folder / "dovecot" / "master.pid").unlink(missing_ok=True)

    def forget_uids(self, address: str) -> None:
        """Make the mailbox one with a new UIDVALIDITY, as after a restore from a backup."""
        self.stop("dovecot")
        for each in self.maildir(address).glob("dovecot*"):
            if each.is_file():
                each.unlink()
        time.sleep(max(0.0, 1.05 - time.time() % 1))  # Dovecot takes the second as the new UIDVALIDITY
        self.start("dovecot")

    def _wait_closed(self, port: str) -> None:
        """Dovecot's children outlive a killed master for a moment, and hold its sockets."""
        until = time.monotonic() + 10
        with suppress(OSError):
            while time.monotonic() < until:
                socket.create_connection(("127.0.0.1", self.ports[port]), 0.5).close()
                time.sleep(0.02)

    def _wait(self, name: str, port: int) -> None:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            if self.children[name].poll() is not None:
                break
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
                return
            time.sleep(0.02)
        output = (self.folder / f"{name}.out").read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{name} did not start:\n{output}")


def why_not() -> str:
    """Why real mail servers cannot run here, "" when they can."""
    missing = [each for each in _NEEDED if shutil.which(each, path=os.environ.get("PATH", "") + ":/usr/sbin") is None]
    if missing:
        return f"needs {', '.join(missing)}: apt-get install dovecot-imapd dovecot-lmtpd opensmtpd"
    if os.geteuid() != 0:
        return "needs root: the mail servers run in a mount namespace of their own"
    probe = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    return "" if probe.returncode == 0 else "needs unshare --mount, which this container forbids"


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def prepare(folder: Path) -> MailServers:
    """Configs, certificate and empty mailboxes below `folder`; nothing runs yet."""
    names = ("imap", "imaps", "lmtp", "smtp")
    servers = MailServers(folder, dict(zip(names, free_ports(len(names)), strict=True)))
    folder.chmod(0o755)
    for each, mode in (("mail", 0o755), ("run", 0o755), ("spool", 0o755), ("spool/smtpd", 0o711)):
        (folder / each).mkdir()
        (folder / each).chmod(mode)
    shutil.chown(folder / "mail", "nobody", "nogroup")
    (folder / "resolv.conf").write_text("lookup file\n")
    make_certificate(folder)
    boxes = [f"box{number}@{DOMAIN}" for number in range(1, BOXES + 1)]
    people = [*boxes, f"agent@{DOMAIN}", f"carol@{CUSTOMER_DOMAIN}"]
    (folder / "users").write_text("".join(f"{each}:{{PLAIN}}{PASSWORD}\n" for each in people))
    (folder / "dovecot.conf").write_text(_DOVECOT.format(seen=_SEEN, **servers.ports))
    smtpd = _SMTPD.format(domain=DOMAIN, customer=CUSTOMER_DOMAIN, **servers.ports)
    (folder / "smtpd.conf").write_text(smtpd)
    (folder / "smtpd.conf").chmod(0o600)
    return servers


@pytest.fixture(scope="module")
def mail_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServers]:
    """Dovecot and OpenSMTPD, running. Skips with the reason where they cannot."""
    if reason := why_not():
        pytest.skip(reason)
    servers = prepare(tmp_path_factory.mktemp("mail"))
    try:
        servers.start("dovecot")
        servers.start("smtpd")
        yield servers
    finally:
        servers.stop("smtpd")
        servers.stop("dovecot")
