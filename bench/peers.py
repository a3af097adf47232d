"""Homes for neomutt and aerc on the same mails (Debian: `apt-get install neomutt aerc`)."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bench.mails import write_maildir

_NEOMUTT = """\
set header_cache="{home}/headers"
set sort=date
set sleep_time=0
set quit=yes
set mark_old=no
set mail_check=60
set timeout=600
set move=no
set realname="Agent"
set from="support@example.com"
bind index j next-entry
bind index k previous-entry
bind index g noop
bind index gg first-entry
bind index l limit
"""
_AERC = "[support]\nsource = maildir://{mail}\ndefault = INBOX\nfrom = Support <support@example.com>\n"


def prepare(work: Path, count: int) -> dict[str, str]:
    """Write mails and configuration below `work`; the variables that programs.toml uses: INBOX and PEER_HOME."""
    mail = work / f"mail-{count}"
    write_maildir(mail / "INBOX", count)
    home = work / f"peers-{count}"
    (home / "Mail").mkdir(parents=True, exist_ok=True)
    (home / "neomuttrc").write_text(_NEOMUTT.format(home=home))
    accounts = home / "config" / "aerc" / "accounts.conf"
    accounts.parent.mkdir(parents=True, exist_ok=True)
    accounts.write_text(_AERC.format(mail=mail))
    accounts.chmod(0o600)
    return {"INBOX": str(mail / "INBOX"), "PEER_HOME": str(home)}


def warm_neomutt(variables: dict[str, str]) -> None:
    """Fill its header cache, which its users have."""
    subprocess.run(
        [
            "neomutt",
            "-n",
            "-F",
            f"{variables['PEER_HOME']}/neomuttrc",
            "-f",
            variables["INBOX"],
            "-B",
            "-e",
            "push <quit>",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        timeout=600,
    )
