"""A key or a command that does nothing here and now says why, whichever it is and wherever it is given."""

from __future__ import annotations

import pytest

from agent_tui.commands import ids
from agent_tui.commands.context import Place
from agent_tui.commands.registry import REGISTRY
from agent_tui.desk.changes import Level
from agent_tui.domain.text import SafeText
from agent_tui.domain.views import MINE
from agent_tui.keymaps.keys import show_keys
from agent_tui.keymaps.loader import keymap_names, load_keymap
from tests.widgets.running import Running, running
from tests.widgets.shop import Shop, many_rows
from tests.widgets.talk import talking

AT_AN_END = {ids.ROW_NEXT, ids.ROW_PREVIOUS, ids.ROW_FIRST, ids.ROW_LAST, ids.PAGE_BACK, ids.GO_BACK}
"""Nothing is before the first row or outside the inbox: that is seen."""
SHOWN_ALREADY = {ids.VIEW_NUMBER, ids.VIEW_MINE}
ASKED = {"why", "incident", "call-backs"}
"""They put a question to the server, which the shop does not answer."""
ENDS = {ids.QUIT, ids.LOCK, ids.REDRAW}


class Heard:
    """What is said on the status line."""

    def __init__(self, desk: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        self.said: list[str] = []
        self._say = desk.app.ui.say
        monkeypatch.setattr(desk.app.ui, "say", self.say)

    def say(self, text: SafeText, level: Level = "info") -> None:
        self.said.append(str(text))
        self._say(text, level)


async def go_back(desk: Running) -> None:
    """To the inbox, with no case open and nothing asked."""
    screen, ui = desk.app.desk_screen, desk.app.ui
    if screen.prompt.asking is not None:
        screen.prompt.leave()
    ui.page_came()
    desk.workbench.unmark()
    desk.workbench.close_case()
    desk.workbench.show(MINE)
    ui.focus("inbox")
    screen.status.seen(surely=True)
    await desk.rest()


@pytest.mark.parametrize("rows", [0, 60])
async def test_every_command_where_no_case_is_open(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = []
    async with running(Shop(many_rows(rows))) as desk:
        heard = Heard(desk, monkeypatch)
        for id, command in REGISTRY.items():
            if id in AT_AN_END | SHOWN_ALREADY | ASKED | ENDS:
                continue
            await go_back(desk)
            heard.said.clear()
            before = desk.text
            arguments = [one.choices[0] if one.choices else "x" for one in command.spec.arguments if one.required]
            desk.app.keys.run(id, tuple(arguments))
            await desk.rest()
            if not heard.said and desk.text == before:
                silent.append(id)
    assert silent == []


@pytest.mark.parametrize("name", keymap_names())
async def test_every_key_that_means_something_in_another_place(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that no widget takes: with Ctrl, or F2 to F9."""
    bindings = load_keymap(name=name)[0].bindings
    keys = sorted({one.keys[0] for one in bindings if len(one.keys) == 1 and one.keys[0].startswith(("ctrl+", "f"))})
    keys = [key for key in keys if len(key) > 1 and key[-2:] not in ("me", "nd")]
    silent, places = [], tuple[Place, ...](("inbox", "timeline", "customer", "composer"))
    async with talking(keymap=name) as desk:
        heard = Heard(desk, monkeypatch)
        await desk.press("enter")
        for place in places:
            for key in keys:
                desk.app.ui.focus(place)
                await desk.rest()
                contexts = desk.app.keys.contexts()
                if any(one.keys[0] == key and one.context in contexts for one in bindings):
                    continue  # it means something here
                heard.said.clear()
                await desk.press(key)
                if not heard.said:
                    silent.append((place, show_keys((key,))))
    assert silent == []


async def test_what_to_do_first_is_said() -> None:
    async with running() as desk:
        await desk.press("f2")
        assert "Canned reply: open the case first (Enter)" in desk.text
        await desk.press("tab")
        assert "Next pane: open the case first (Enter)" in desk.text
        await desk.press("enter", "escape", "f2")
        assert "Canned reply: write first (r)" in desk.text
