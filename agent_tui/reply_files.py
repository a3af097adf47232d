"""`agent-tui replies`: canned replies made of other systems' files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from agent_tui.backends.connectors.mail.html import html_to_text
from agent_tui.config.problems import ConfigError, Problem
from agent_tui.config.reply_import import from_chatwoot_json, from_csv, from_zammad_json
from agent_tui.config.reply_writing import written

Form = Literal["csv", "chatwoot", "zammad"]


def imported(path: Path, form: Form, folder: Path, force: bool) -> Iterator[str]:
    """Write `NAME.toml` of a file called NAME into `folder`; says what should be looked at, then what was written.
    Raises ConfigError where the file cannot be read, or one of that name is there and is not to be replaced."""
    match form:
        case "csv":
            read = from_csv(path)
        case "chatwoot":
            read = from_chatwoot_json(path)
        case "zammad":
            read = from_zammad_json(path, lambda html: html_to_text(html)[0])
    target = folder / f"{path.stem}.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with target.open("w" if force else "x", encoding="utf-8") as file:
            file.write(written(read.replies))
    except FileExistsError:
        raise ConfigError([Problem(str(target), 0, "", "is there already", "--force to replace it")]) from None
    except OSError as error:
        raise ConfigError([Problem(str(target), 0, "", f"cannot be written: {error.strerror or error}")]) from None
    yield from read.notes
    many = "1 canned reply is" if len(read.replies) == 1 else f"{len(read.replies)} canned replies are"
    yield f"{many} in {target}; next: agent-tui replies check {folder}"
