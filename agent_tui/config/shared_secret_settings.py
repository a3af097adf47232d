"""Where the secret is that a hub and another program sign their requests with (docs/webhooks.md)."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from agent_tui.config.paths import expand
from agent_tui.config.secrets import SecretSource
from agent_tui.config.settings import Name
from agent_tui.config.validation import ConfigModel


class SharedSecretSettings(ConfigModel):
    """A secret of the form that Standard Webhooks has, of something with a name."""

    name: Name = Field(examples=["shop-chat"])
    """Its short name."""

    secret_cmd: str = Field(default="", examples=["pass show desk/hook"])
    """A command that prints the shared secret; it is run without a shell. Make one: echo whsec_$(openssl rand -base64
    32)"""

    secret_env: str = Field(default="", examples=["HOOK_SECRET"])
    """The variable, or the file in $CREDENTIALS_DIRECTORY, that holds the secret."""

    secret_keyring: bool = False
    """Take the secret from this machine's keyring: service agent-tui, account as `name`."""

    secret_file: Path | None = Field(default=None, examples=["hook.secret"])
    """A file that holds the secret and that nobody else may read. Used only with `secret_file_allowed`."""

    secret_file_allowed: bool = False
    """Yes, keep the secret in a file, in clear."""

    def source(self, kind: str, folder: Path, home: Path) -> SecretSource:
        """Where it is. `kind`: what it is the secret of, `webhook` or `alert`."""
        return SecretSource(
            what=f'the secret of {kind} "{self.name}"',
            option="secret",
            account=self.name,
            default_env=f"AGENT_TUI_{kind.upper()}_SECRET_{self.name.upper().replace('-', '_')}",
            cmd=self.secret_cmd,
            env=self.secret_env,
            keyring=self.secret_keyring,
            file=expand(self.secret_file, folder, home) if self.secret_file else None,
            file_allowed=self.secret_file_allowed,
        )
