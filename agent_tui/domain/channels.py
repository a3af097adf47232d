"""Channel profiles: what each channel allows and promises. An unknown channel gets a generic profile, never an error.

Windows and first-reply targets are the vendors' published figures (WhatsApp, Messenger and Instagram 24 h, TikTok 48
h);
targets are defaults only.
"""

from __future__ import annotations

from typing import Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.text_safe import SafeText, declared
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, MS, Ms

ChannelKind = Literal["voice", "live", "messaging", "mail", "public"]


@frozen
class Channel:
    """One channel. `window_ms`: how long after the customer's last word we may write freely (None: always).
    `first_ms`/`next_ms`: default targets for the first and every further answer. `max_chars`: longest text (None: no
    limit). `lease_ms`: how long a case stays with an agent whose line broke."""

    key: str
    tag: str
    name: str
    kind: ChannelKind
    scheme: str
    first_ms: int
    next_ms: int
    window_ms: int | None = None
    max_chars: int | None = None
    attachments: bool = True
    lease_ms: int = 90 * MS

    @property
    def enter_sends(self) -> bool:
        """Live talk sends on Enter; mail and public posts ask for a deliberate key."""
        return self.kind in ("live", "messaging", "voice")

    @property
    def title(self) -> SafeText:
        """Its name in the language that is spoken here."""
        return declared(self.name)


_PROFILES = (
    Channel("phone", "PH", "phone", "voice", "tel", 6 * MINUTE_MS, HOUR_MS, None, None, False),
    Channel("webchat", "WC", "web chat", "live", "web", MINUTE_MS, 2 * MINUTE_MS, lease_ms=60 * MS),
    Channel("whatsapp", "WA", "WhatsApp", "messaging", "wa", 30 * MINUTE_MS, 30 * MINUTE_MS, DAY_MS, 4096),
    Channel("sms", "SM", "SMS", "messaging", "tel", HOUR_MS, HOUR_MS, None, 1530, False),
    Channel("messenger", "ME", "Messenger", "messaging", "fb", HOUR_MS, HOUR_MS, DAY_MS, 2000),
    Channel("instagram", "IG", "Instagram", "messaging", "ig", HOUR_MS, HOUR_MS, DAY_MS, 1000),
    Channel("telegram", "TG", "Telegram", "messaging", "tg", HOUR_MS, HOUR_MS, None, 4096),
    Channel("tiktok", "TT", "TikTok", "messaging", "tt", HOUR_MS, HOUR_MS, 2 * DAY_MS, 1000),
    Channel("email", "EM", "e-mail", "mail", "mailto", 4 * HOUR_MS, 4 * HOUR_MS),
    Channel("bluesky", "BS", "Bluesky", "public", "did", HOUR_MS, HOUR_MS, None, 300),
    Channel("mastodon", "MA", "Mastodon", "public", "acct", HOUR_MS, HOUR_MS, None, 500),
)
_BY_KEY = {profile.key: profile for profile in _PROFILES}

CHANNEL_KEYS: tuple[str, ...] = tuple(_BY_KEY)


def channel(key: str) -> Channel:
    """The profile of `key`; an unknown one is drawn with its first two letters and treated as messaging."""
    known = _BY_KEY.get(key)
    if known is not None:
        return known
    letters = "".join(c for c in key if c.isascii() and c.isalnum())[:20]
    return Channel(key, (letters[:2] or "??").upper(), letters or "unknown", "messaging", "x", HOUR_MS, HOUR_MS)


def window_left(profile: Channel, last_inbound: Ms | None, now: Ms) -> int | None:
    """Milliseconds of free writing left (0: closed), or None when the channel has no window.
    Always from the last inbound event: a stored "can reply" flag goes stale."""
    if profile.window_ms is None:
        return None
    if last_inbound is None:
        return 0
    return max(0, last_inbound + profile.window_ms - now)


SECOND_MS = MS
