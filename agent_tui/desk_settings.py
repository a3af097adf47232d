"""What the desk's screen is told of the configuration, as values: whatever was `auto` is decided by now."""

from __future__ import annotations

from datetime import UTC, tzinfo
from pathlib import Path
from typing import Literal

from agent_tui.domain.frozen import frozen
from agent_tui.themes.theme import Depth

Glyphs = Literal["unicode", "ascii"]
Images = Literal["auto", "blocks", "off"]
Attention = Literal["bell", "osc9", "off"]


@frozen
class DeskSettings:
    """`zone`: the agent's, for times of day. `attention`: how something new on my cases is told beside the screen.
    `preview`: the cursor resting on a row shows its case. `downloads`: where saved files go, None: into the home's
    Downloads. `ask_above`: bytes of a file that is fetched only after a question. `lock_minutes`: without a key the
    desk locks after so many, 0 never. `suggestions`: of canned replies. `signature`: under mails; "" is the
    sender's own, where the server knows one."""

    zone: tzinfo = UTC
    depth: Depth = "truecolor"
    attention: Attention = "bell"
    glyphs: Glyphs = "unicode"
    preview: bool = False
    images: Images = "auto"
    downloads: Path | None = None
    ask_above: int = 10_000_000
    signature: str = ""
    lock_minutes: float = 0.0
    suggestions: bool = True

    @property
    def half_blocks(self) -> bool | None:
        """Pictures in half blocks, in plain signs where these or the colours are missing; None: not at all."""
        if self.images == "off":
            return None
        enough = self.depth == "truecolor" or (self.depth == "16" and self.images == "blocks")
        return enough and self.glyphs == "unicode"
