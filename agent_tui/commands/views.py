"""What the inbox shows: views, one channel only, the filter; and looking closer at what is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent_tui.commands import ids
from agent_tui.commands.command import CommandError, Run, command
from agent_tui.commands.conditions import has_case, has_open_case, in_the_case
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.view_numbers import NUMBERED_VIEWS
from agent_tui.domain.channels import CHANNEL_KEYS, channel
from agent_tui.domain.saved_views import MOST_VIEWS, SavedView, good_name
from agent_tui.domain.text import SafeText, clean_line, compose, listed, trusted
from agent_tui.domain.views import VIEWS, View
from agent_tui.services.state import StateError


def _show(context: Context, view: View) -> None:
    context.workbench.settle()
    context.workbench.show(view)


def _show_saved(context: Context, saved: SavedView) -> None:
    _show(context, saved.view)
    context.ui.search(saved.text)


def _show_whole(context: Context, name: str) -> None:
    """One of the desk's own views has all its rows: what was looked for before is looked for no longer."""
    if context.workbench.desk.finding is not None:
        context.ui.search("")
    _show(context, VIEWS[name])


def _viewer(name: str) -> Run:
    def run(context: Context, _arguments: Arguments) -> SafeText | None:
        _show_whole(context, name)
        return None

    return run


def _number(context: Context, arguments: Arguments) -> SafeText | None:
    number = int(arguments[0])
    saved = context.workbench.desk.saved.views
    if number > len(NUMBERED_VIEWS) + len(saved):
        raise CommandError(compose("there are {n} views", n=len(NUMBERED_VIEWS) + len(saved)))
    if number > len(NUMBERED_VIEWS):
        _show_saved(context, saved[number - 1 - len(NUMBERED_VIEWS)])
        return None
    _show_whole(context, NUMBERED_VIEWS[number - 1][0])
    return None


def _channel(context: Context, arguments: Arguments) -> SafeText | None:
    view = context.workbench.desk.inbox.view

    def narrow(key: str) -> None:
        if context.ui.place == "history":
            context.workbench.narrow_past(key)
            return
        _show(context, replace(view, channel=key))

    if not arguments:
        choices = [Choice("", trusted("all channels"))]
        for key in CHANNEL_KEYS:
            profile = channel(key)
            choices.append(Choice(key, profile.title, clean_line(profile.tag)))
        context.ui.pick(trusted("one channel only"), choices, narrow)
        return None
    word = arguments[0].lower()
    known = [
        key
        for key in CHANNEL_KEYS
        if word in (key, channel(key).tag.lower(), channel(key).name.lower(), channel(key).title)
    ]
    if word not in ("all", "any") and not known:
        raise CommandError(compose("there is no channel {word}", word=clean_line(word)))
    narrow(known[0] if known else "")
    return None


def _filter(context: Context, arguments: Arguments) -> SafeText | None:
    if arguments:
        _show(context, replace(context.workbench.desk.inbox.view, text=arguments[0]))
    else:
        context.ui.filter()
    return None


def _in_inbox(context: Context) -> SafeText | None:
    return None if context.ui.place == "inbox" else trusted("works in the inbox")


def _mark(context: Context, _arguments: Arguments) -> SafeText | None:
    if context.key is not None:
        context.workbench.toggle_mark(context.key)
        context.ui.move("next")
    return None


def _mark_all(context: Context, _arguments: Arguments) -> SafeText | None:
    marked, shown = context.workbench.mark_all()
    if marked < shown:
        return compose("{n} of {all} are marked: those that are loaded", n=marked, all=shown)
    return None


def _saved(context: Context, arguments: Arguments) -> SafeText | None:
    saved = context.workbench.desk.saved
    if not arguments:
        _pick_saved(context, saved.views)
        return None
    word, _, name = arguments[0].partition(" ")
    name = name.strip()
    if word in ("save", "drop") and name:
        others = [view for view in saved.views if view.name != name]
        if word == "drop":
            if saved.find(name) is None or len(others) == len(saved.views):
                raise CommandError(compose("there is no saved view {name}", name=clean_line(name)))
            _keep(context, others)
            return compose("the view {name} is gone", name=clean_line(name))
        return _save(context, name, others)
    if arguments[0] in VIEWS:
        _show_whole(context, arguments[0])
        return None
    found = saved.find(arguments[0])
    if found is None:
        raise CommandError(compose("there is no saved view {name}", name=clean_line(arguments[0])))
    _show_saved(context, found)
    return None


def _pick_saved(context: Context, views: Sequence[SavedView]) -> None:
    if not views:
        raise CommandError(trusted("no view is saved yet: :view save NAME keeps what is shown and searched"))
    choices = [Choice(view.name, clean_line(view.name), clean_line(view.text)) for view in views]

    def show(name: str) -> None:
        _show_saved(context, next(view for view in views if view.name == name))

    context.ui.pick(trusted("view"), choices, show)


def _save(context: Context, name: str, others: Sequence[SavedView]) -> SafeText:
    if not good_name(name):
        raise CommandError(compose("{name} cannot name a view: one new word, no quotes", name=clean_line(name)))
    if len(others) >= MOST_VIEWS:
        raise CommandError(compose("there are {n} saved views; drop one first", n=len(others)))
    desk = context.workbench.desk
    view, finding = desk.inbox.view, desk.finding
    of = next((known for known, one in VIEWS.items() if one.sections == view.sections), "all")
    _keep(context, [*others, SavedView(name, of, view.channel, finding.text if finding is not None else view.text)])
    return compose("saved as {name}: :view {name} shows it", name=clean_line(name))


def _keep(context: Context, views: Sequence[SavedView]) -> None:
    try:
        context.workbench.save_views(views)
    except StateError as error:
        raise CommandError(clean_line(str(error))) from error


def _can_search(context: Context) -> SafeText | None:
    backends = context.workbench.desk.backends.values()
    if not backends or any(state.capabilities.search or state.state != "up" for state in backends):
        return None
    names = listed(", ", [clean_line(state.name or state.id) for state in backends])
    return compose("{server} cannot search", server=names)


def _search(context: Context, arguments: Arguments) -> SafeText | None:
    if not arguments:
        context.ui.filter()
        return None
    from agent_tui.domain.search import SearchError, parse  # not before somebody looks for something

    try:
        parse(arguments[0], context.workbench.time.now())
    except SearchError as error:
        raise CommandError(error.text) from error
    context.ui.search(arguments[0])
    return None


def _letters(context: Context, _arguments: Arguments) -> SafeText | None:
    return None if context.ui.show_letters() else trusted("there are no links or files here")


def _fold(context: Context, arguments: Arguments) -> SafeText | None:
    context.ui.fold(bool(arguments))
    return None


def _card(context: Context, _arguments: Arguments) -> SafeText | None:
    context.ui.toggle_customer()
    return None


def agent_name(context: Context, id: str) -> SafeText:
    """A colleague's name, else the id."""
    agents = context.backend.directory.agents if context.backend is not None else ()
    return clean_line(next((agent.name for agent in agents if agent.id == id), id))


COMMANDS = (
    command(ids.VIEW_NUMBER, _number),
    command(ids.VIEW_MINE, _viewer("mine")),
    command(ids.VIEW_TEAM, _viewer("team")),
    command(ids.VIEW_ALL, _viewer("all")),
    command(ids.VIEW_SNOOZED, _viewer("snoozed")),
    command(ids.VIEW_DONE, _viewer("done")),
    command(ids.VIEW_SPAM, _viewer("spam")),
    command(ids.VIEW_PROMISES, _viewer("promises")),
    command(ids.VIEW_FOLLOWED, _viewer("followed")),
    command(ids.VIEW_CHANNEL, _channel),
    command(ids.FILTER, _filter),
    command(ids.MARK, _mark, has_case, _in_inbox),
    command(ids.MARK_ALL, _mark_all, has_case, _in_inbox),
    command(ids.VIEW, _saved),
    command(ids.SEARCH, _search, _can_search),
    command(ids.LABELS_SHOW, _letters, has_open_case, in_the_case),
    command(ids.FOLD, _fold, has_open_case),
    command(ids.CUSTOMER_CARD, _card, has_open_case),
)
