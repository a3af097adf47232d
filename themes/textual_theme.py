"""A theme as Textual wants it; the one place here that knows Textual, which is imported when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent_tui.themes.theme import SCOPES, Depth, Theme

if TYPE_CHECKING:
    from textual.theme import Theme as TextualTheme


def textual_theme(theme: Theme, depth: Depth = "truecolor") -> TextualTheme:
    """The theme for `App.register_theme`, named as `theme.name`.

    Its variables are the ink of every scope under the scope's name (`quiet`, `danger` ...), the ground of those that
    have one of their own as `SCOPE-row` (`cursor-row` always), and what Textual's own inputs use. With depth `16`
    the colours are the terminal's own. For `none` the 16 are named too: Textual itself goes without (NO_COLOR).
    """
    from textual.theme import Theme as TextualTheme

    ansi = theme.within(depth) != "truecolor"
    used: Depth = "16" if ansi else "truecolor"

    def colour(value: str) -> str:
        return f"ansi_{value}" if ansi and value else value

    def ink(scope: str) -> str:
        return colour(theme.colours(scope, used)[0] or theme.colours("text", used)[0])

    def ground(scope: str) -> str:
        return colour(theme.colours(scope, used)[1] or theme.colours("text", used)[1])

    variables = {scope: ink(scope) for scope in SCOPES if theme.colours(scope, used)[0]}
    variables |= {
        f"{scope}-row": ground(scope) for scope in SCOPES if scope != "text" and theme.colours(scope, used)[1]
    }
    variables |= {
        "cursor-row": ground("cursor"),
        "block-cursor-foreground": ink("text"),
        "block-cursor-background": ground("cursor"),
        "input-cursor-foreground": ground("text"),
        "input-cursor-background": ink("here"),
        "input-selection-background": ground("selection"),
        "screen-selection-background": ground("selection"),
        "scrollbar": ink("rule"),
        "scrollbar-background": ground("text"),
        "border": ink("rule"),
        "border-blurred": ink("rule"),
        "footer-key-foreground": ink("key"),
    }
    if ansi:  # names that Textual's own sheets use when a theme is of the terminal's colours
        variables |= {
            "ansi-background": "ansi_black" if theme.dark else "ansi_white",
            "ansi-foreground": "ansi_white" if theme.dark else "ansi_black",
            "input-selection-foreground": ink("selection"),
            "screen-selection-foreground": ink("selection"),
        }
    return TextualTheme(
        name=theme.name,
        primary=ink("here"),
        secondary=ink("quiet"),
        accent=ink("here"),
        warning=ink("warning"),
        error=ink("danger"),
        success=ink("good"),
        foreground=ink("text"),
        background=ground("text"),
        surface=ground("text"),
        panel=ground("text"),
        boost=ground("text") if ansi else None,
        dark=theme.dark,
        ansi=ansi,
        variables=variables,
    )
