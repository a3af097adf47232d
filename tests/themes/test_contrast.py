"""Every word of every theme can be read on every ground it can stand on, also by eyes that tell fewer colours apart."""

from __future__ import annotations

from itertools import combinations

import pytest

from agent_tui.themes.loader import load_themes
from agent_tui.themes.theme import SCOPES, Theme

THEMES = load_themes()[0]
OWN = {name: theme for name, theme in THEMES.items() if not theme.own_colours}
"""Themes of colours that are the same everywhere. How the terminal's 16 look is its owner's choice."""

DECORATION = {"rule": "lines between regions: the columns tell them apart without (WCAG 2.2, 1.4.11 and 1.4.3)"}
"""Scopes that no word is drawn in, and why 3:1 is enough."""
FAINT = {"dark", "light"}
"""Themes whose rules are fainter still, on purpose: nothing is lost where they are not seen."""
TELL_APART = ("danger", "warning", "good", "here")

Rgb = tuple[float, float, float]
DEFICIENCIES: dict[str, tuple[Rgb, Rgb, Rgb]] = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
"""For linear RGB, severity 1.0: Machado, Oliveira, Fernandes, A Physiologically-based Model for Simulation of Color
Vision Deficiency, IEEE Transactions on Visualization and Computer Graphics 15 (6), 2009, table 1."""


def linear(colour: str) -> Rgb:
    """Linear RGB of `#rrggbb` (IEC 61966-2-1)."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _linear(red), _linear(green), _linear(blue)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def luminance(rgb: Rgb) -> float:
    """Relative luminance, WCAG 2.2."""
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def contrast(one: str, other: str) -> float:
    """1 to 21, WCAG 2.2."""
    low, high = sorted((luminance(linear(one)), luminance(linear(other))))
    return (high + 0.05) / (low + 0.05)


def seen(colour: str, deficiency: str) -> Rgb:
    """The colour as eyes of that deficiency see it."""
    rgb = linear(colour)
    rows = DEFICIENCIES[deficiency]
    red, green, blue = (
        min(1.0, max(0.0, sum(part * value for part, value in zip(row, rgb, strict=True)))) for row in rows
    )
    return red, green, blue


def lab(rgb: Rgb) -> Rgb:
    """CIE L*a*b* under D65."""
    red, green, blue = rgb
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = (
        value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116 for value in (x, luminance(rgb), z)
    )
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one: Rgb, other: Rgb) -> float:
    """CIE 1976 difference of two colours in L*a*b*; 2.3 is just seen."""
    return float(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5)


@pytest.mark.parametrize("theme", OWN.values(), ids=list(OWN))
class TestContrast:
    def test_every_word_can_be_read_wherever_it_stands(self, theme: Theme) -> None:
        """A row is drawn on the ground, and on the cursor's while that stands on it; a ground of its own is all that a
        scope with one stands on."""
        grounds = (theme.colours("text")[1], theme.colours("cursor")[1])
        least = 7.0 if theme.name == "high-contrast" else 4.5
        for scope in SCOPES.keys() - DECORATION.keys():
            ink, own = theme.colours(scope)
            for ground in (own,) if own and scope not in ("text", "cursor") else grounds:
                assert not ink or contrast(ink, ground) >= least, (scope, ink, ground, contrast(ink, ground))

    def test_decoration_is_seen(self, theme: Theme) -> None:
        for scope in DECORATION:
            assert contrast(theme.colours(scope)[0], theme.colours("text")[1]) >= (1.7 if theme.name in FAINT else 3.0)

    def test_the_cursor_can_be_found(self, theme: Theme) -> None:
        """Its ground is another; the mark before the row says it too."""
        assert contrast(theme.colours("cursor")[1], theme.colours("text")[1]) >= 1.15


def test_themes_of_the_terminals_own_colours_say_nothing_by_a_colour_alone() -> None:
    for name in THEMES.keys() - OWN.keys():
        theme = THEMES[name]
        assert theme.colours("text") == ("default", "default")
        looks = [theme.style(scope, "none") for scope in ("text", "danger", "warning", "here")]
        assert len(set(looks)) >= 3, name
        assert not any("#" in theme.style(scope) for scope in SCOPES)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_danger_warning_good_and_here_are_told_apart_without_red_and_green(deficiency: str) -> None:
    theme = THEMES["colour-blind"]
    colours = {scope: lab(seen(theme.colours(scope)[0], deficiency)) for scope in TELL_APART}
    for one, other in combinations(TELL_APART, 2):
        lightness = abs(colours[one][0] - colours[other][0])
        assert lightness >= 6, (one, other, lightness)
        assert distance(colours[one], colours[other]) >= 20, (one, other)


def test_the_simulation_sees_what_such_eyes_do() -> None:
    """Red and green of the dark theme come together, which is why there is another one."""
    red, green = (THEMES["dark"].colours(scope)[0] for scope in ("danger", "good"))
    apart = {kind: distance(lab(seen(red, kind)), lab(seen(green, kind))) for kind in DEFICIENCIES}
    assert apart.pop("none") > 50 > 40 > max(apart.values())
