"""What the terminal rooms use of Textual's private parts is still as in 8.2.8."""

from __future__ import annotations

import inspect

import textual
from rich.color import ColorSystem
from rich.style import Style
from textual._compositor import ChopsUpdate, Compositor, CompositorUpdate, LayoutUpdate
from textual._styles_cache import StylesCache
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.css.stylesheet import Stylesheet
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.strip import SGR_STYLES, Strip
from textual.widget import Widget

from agent_tui.terminal import cells


def test_version_is_the_one_that_was_read() -> None:
    assert textual.__version__.startswith("8.2."), "read agent_tui/terminal again against this Textual, then allow it"


def test_updates_are_made_of_what_diffscreen_reads() -> None:
    assert list(inspect.signature(LayoutUpdate).parameters) == ["strips", "region"]
    assert list(inspect.signature(ChopsUpdate).parameters) == ["chops", "spans", "chop_ends"]
    assert issubclass(LayoutUpdate, CompositorUpdate)
    assert issubclass(ChopsUpdate, CompositorUpdate)
    assert "return ChopsUpdate(chops, spans, chop_ends)" in inspect.getsource(Compositor.render_partial_update)
    assert "return LayoutUpdate(render_strips, screen_region)" in inspect.getsource(Compositor.render_full_update)


def test_chops_are_chosen_as_diffscreen_chooses_them() -> None:
    source = inspect.getsource(ChopsUpdate.render_segments)
    for line in (
        "if x > x2 or end <= x1:",
        "if x2 > x >= x1 and end <= x2:",
        "strip = strip.crop(0, min(end, x2) - x)",
    ):
        assert line in source


def test_a_strip_is_a_list_of_segments() -> None:
    strip = Strip.blank(3)
    assert [segment.text for segment in strip._segments] == ["   "]
    assert tuple(SGR_STYLES) == cells._ATTRIBUTES


def test_style_bits_mean_what_cells_reads() -> None:
    style = Style(bold=True, underline=True, color="#010203", bgcolor="red")
    assert Strip.render_ansi(style, ColorSystem.TRUECOLOR) == "1;4;38;2;1;2;3;41"
    pen = cells.GlyphTable(ColorSystem.TRUECOLOR).pen(style)
    assert pen == (frozenset({"1", "4"}), "38;2;1;2;3", "41", "")


def test_the_app_displays_through_one_method() -> None:
    assert list(inspect.signature(App._display).parameters) == ["self", "screen", "renderable"]
    source = inspect.getsource(App._display)
    for name in ("_batch_count", "_running", "_closed", "post_display_hook", "cursor_position"):
        assert name in source
    assert "_sync_available" in inspect.getsource(App._begin_update)
    init = inspect.getsource(App.__init__)
    for text in ("self._filters", "_environ=environ", "self.no_color", "self.console = Console("):
        assert text in init


def test_the_key_parser_has_its_timeout() -> None:
    parser = XTermParser()
    assert parser._timeout_time is None
    assert list(parser.feed("\x1b")) == []
    assert parser._timeout_time is not None


def test_a_screen_paints_where_terminal_screen_paints() -> None:
    idle = inspect.getsource(Screen._on_idle)
    for name in (
        "_layout_required",
        "_scroll_required",
        "_repaint_required",
        "_dirty_widgets",
        "_update_timer.resume()",
    ):
        assert name in idle
    assert "self._update_timer.pause()" in inspect.getsource(Screen._on_timer_update)
    assert "self._compositor.update_widgets(self._dirty_widgets)" in inspect.getsource(Screen._on_timer_update)


def test_a_widget_marks_what_is_to_be_done_where_terminal_screen_looks() -> None:
    check = inspect.getsource(Widget._check_refresh)
    for mark in ("_refresh_styles_required", "_scroll_required", "_repaint_required", "_layout_required"):
        assert f"if self.{mark}:" in check
    assert "screen.post_message(messages.Update(self))" in check  # which does no more than the next line
    assert "self._dirty_widgets.add(widget)" in inspect.getsource(Screen._on_update)


def test_the_compositor_paints_a_part_where_seen_compositor_does() -> None:
    part = inspect.getsource(Compositor.render_partial_update)
    assert "spans = list(self._regions_to_spans(update_regions))" in part
    assert "chops = self._render_chops(crop, is_rendered_line)" in part
    assert "chop_ends = [cut_set[1:] for cut_set in self.cuts]" in part
    chops = inspect.getsource(Compositor._render_chops)
    assert "render_region = intersection(region, clip)" in chops
    assert "if get_chops_line(cut) is None:" in chops  # the foremost first
    update = inspect.getsource(Compositor.render_update)
    assert "self.render_partial_update()" in update
    assert "visible_screen_stack.set([] if screen_stack is None else screen_stack)" in update
    assert "if full or screen_region in self._dirty_regions:" in update


def test_a_widget_makes_its_lines_as_line_view_takes_for_granted() -> None:
    assert "self._styles_cache.render_widget(self, crop)" in inspect.getsource(Widget.render_lines)
    assert "base_background, background = widget.background_colors" in inspect.getsource(StylesCache.render_widget)
    assert "strip = strip.apply_filter(filter, background)" in inspect.getsource(StylesCache.render)
    assert "node.notify_style_update()" in inspect.getsource(Stylesheet.replace_rules)


def test_a_message_that_was_looked_ahead_at_is_kept_by_the_pump() -> None:
    source = inspect.getsource(MessagePump._peek_message)
    assert "message = self._message_queue.get_nowait()" in source
    assert "self._pending_message = message" in source
