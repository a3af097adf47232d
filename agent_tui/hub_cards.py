"""The cards of `hub.toml` with what fills them: addresses and commands, their secrets read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.config.card_settings import CardSettings
from agent_tui.config.hub_settings import HubSettings
from agent_tui.config.secrets import read_secret
from agent_tui.config.validation import Loaded

if TYPE_CHECKING:
    from agent_tui.backends.connectors.cards.base import CardSource


async def card_sources(loaded: Loaded[HubSettings], env: Mapping[str, str], home: Path) -> dict[str, CardSource]:
    """What each card is looked up at, by its name. Raises SecretError."""
    return {card.name: await card_source(card, loaded.folder, env, home) for card in loaded.settings.card}


async def card_source(card: CardSettings, folder: Path, env: Mapping[str, str], home: Path) -> CardSource:
    """What one card is looked up at. Raises SecretError."""
    if card.command:
        from agent_tui.backends.connectors.cards.command import CommandCardSource

        return CommandCardSource(card.command)
    from agent_tui.backends.connectors.cards.http import HttpCardSource

    headers = {}
    for header in card.header:
        secret = await read_secret(card.header_source(header, folder, home), env)
        headers[header.header] = header.before + secret.reveal()
    return HttpCardSource(card.url, headers)
