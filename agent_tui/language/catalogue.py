"""Which language a desk speaks, and its catalogue (GNU gettext), read only when it is another than English."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from agent_tui.domain.language import Language

if TYPE_CHECKING:
    from gettext import GNUTranslations

FOLDER: Final = Path(__file__).parent
LANGUAGES: Final = ("en", "he")
"""Those there are. English stands in the source."""

_FROM_RIGHT: Final = frozenset({"he"})
_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


def language_named(setting: Literal["auto", "en", "he"], env: Mapping[str, str]) -> Language | None:
    """The language of a desk with this setting; None is English. `auto` goes by the locale in `env` as gettext does:
    LANGUAGE (a list, unless the locale is C), LC_ALL, LC_MESSAGES, LANG."""
    code = _of_locale(env) if setting == "auto" else setting
    return None if code == "en" else Catalogue(code)


def _of_locale(env: Mapping[str, str]) -> str:
    locale = next((env[name] for name in _VARIABLES if env.get(name)), "")
    if _code(locale) in ("c", "posix", ""):
        return "en"
    wanted = [_code(name) for name in env.get("LANGUAGE", "").split(":") if name] or [_code(locale)]
    return next((code for code in wanted if code in LANGUAGES), "en")


def _code(locale: str) -> str:
    code = locale.split(".")[0].split("@")[0].split("_")[0].lower()
    return "he" if code == "iw" else code  # as Java and old systems call Hebrew


class Catalogue:
    """The words of one language. Raises OSError when its file is missing."""

    def __init__(self, code: str) -> None:
        from gettext import GNUTranslations  # late: an English desk does without

        self.code = code
        self.from_right = code in _FROM_RIGHT
        with (FOLDER / f"{code}.mo").open("rb") as file:
            self._words: GNUTranslations = GNUTranslations(file)

    def text(self, message: str, context: str = "") -> str:
        """See `agent_tui.domain.language.Language`."""
        words = message.strip(" ")
        if not words:
            return message  # and "" is the catalogue's own head
        found = self._words.pgettext(context, words) if context else self._words.gettext(words)
        return found if words is message else message.replace(words, found)

    def plural(self, one: str, many: str, n: int) -> str:
        """See `agent_tui.domain.language.Language`."""
        return self._words.ngettext(one, many, n)
