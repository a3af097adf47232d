"""Files and links of messages: seen in the terminal, saved, or fetched by a one-time link; and files that go out.

Nothing opens by itself. What is large, or not what its sender says, is asked about first.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent_tui.commands.context import Choice
from agent_tui.desk.drafts import LocalFile
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Attachment
from agent_tui.domain.orders import FileRef
from agent_tui.domain.text import (
    SafeText,
    clean_line,
    compose,
    listed,
    marked,
    safe_filename,
    safe_link_host,
    safe_link_target,
    trusted,
)
from agent_tui.domain.text_cards import MASK
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.case.composer import Composer
from agent_tui.widgets.case.composer_asks import FieldAsking, PathAsking
from agent_tui.widgets.case.entries import Said
from agent_tui.widgets.case.host import host
from agent_tui.widgets.case.links import card_links, links_in
from agent_tui.widgets.case.preview import NoPicture, Preview, read_pixels
from agent_tui.widgets.case.when import size

if TYPE_CHECKING:
    from textual.widget import Widget

_CARD_IN_LINK = marked("it holds what may be a card number")


class Files:
    """What `widget`'s case has to open, and what its composer takes along. Whatever takes time is a worker."""

    def __init__(self, widget: Widget, workbench: Workbench, preview: Preview) -> None:
        self._widget = widget
        self._workbench = workbench
        self._preview = preview
        self._shown: tuple[CaseKey, Attachment] | None = None
        self._awaited: tuple[CaseKey, frozenset[str]] | None = None
        """The case whose draft waits for a file that comes by a link, and the messages that were there before."""

    # -- files that came

    def offer(self, said: Sequence[Said], more: Sequence[tuple[Choice, Callable[[], None]]] = ()) -> bool:
        """Let the agent pick one of the files and links of what was `said`, or of what is there to do besides; False
        when there is nothing."""
        case = self._workbench.desk.open_case
        if case is None:
            return False
        files = [(one.of or case.key, file) for one in said for file in one.message.attachments]
        written = [link for one in said for link in links_in(one.message.body.safe)]
        links = list(dict.fromkeys([*written, *card_links(case.cards or ())]))
        choices = [
            Choice(
                f"file:{place}",
                compose("{name}", name=_name_of(file)),
                clean_line(f"{size(file.size)}  {file.media}"),
                None if file.blob else trusted("it was not kept"),
            )
            for place, (_, file) in enumerate(files)
        ]
        choices += [
            Choice(f"link:{place}", host_name, link, _CARD_IN_LINK.text if MASK in link else None)
            for place, link in enumerate(links)
            if (host_name := safe_link_host(link)) is not None
        ]
        choices += [replace(choice, value=f"more:{place}") for place, (choice, _) in enumerate(more)]
        if not choices:
            return False

        def chosen(value: str) -> None:
            kind, _, place = value.partition(":")
            if kind == "file":
                self.open(*files[int(place)])
            elif kind == "more":
                more[int(place)][1]()
            else:
                self._copy_link(links[int(place)])

        host(self._widget).ui.pick(trusted("open"), choices, chosen)
        return True

    def open(self, key: CaseKey, file: Attachment) -> None:
        """Show a picture, else say what can be done with the file. What looks wrong is asked about first."""
        doubts = []
        if file.size > host(self._widget).settings.ask_above:
            doubts.append(compose("it has {size}", size=size(file.size)))
        if claims_otherwise(file):
            doubts.append(
                compose("it says {claimed} and is {media}", claimed=clean_line(file.claimed), media=_media(file))
            )
        if not doubts:
            self._open(key, file)
            return
        title = compose("{name}: {doubts}", name=_name_of(file), doubts=listed(", ", doubts))
        choices = [Choice("yes", trusted("open it all the same")), Choice("no", trusted("leave it"))]
        host(self._widget).ui.pick(title, choices, lambda value: self._open(key, file) if value == "yes" else None)

    def _open(self, key: CaseKey, file: Attachment) -> None:
        if file.media.startswith("image/") and host(self._widget).settings.half_blocks is not None:
            self._work(self._show(key, file))
        else:
            self._ask_what(key, file, compose("{name}", name=_name_of(file)))

    def _ask_what(self, key: CaseKey, file: Attachment, title: SafeText) -> None:
        choices = [
            Choice("link", trusted("link"), trusted("open it once in a browser of your own machine")),
            Choice("save", trusted("save"), trusted("into a folder here")),
        ]
        host(self._widget).ui.pick(title, choices, lambda value: self._act(key, file, value))

    def _act(self, key: CaseKey, file: Attachment, what: str) -> None:
        if what == "link":
            self._work(self._link(key, file))
            return
        folder = host(self._widget).settings.downloads or self._home() / "Downloads"

        def take(typed: str) -> SafeText | None:
            target = self._path(typed)
            if not target.is_dir():
                return compose("there is no folder {name}", name=clean_line(str(target)))
            self._work(self._save(key, file, target))
            return None

        start = folder if folder.is_dir() else self._home()
        host(self._widget).ui.ask(FieldAsking(trusted("save into"), take), str(start))

    def act_on_shown(self, what: str) -> None:
        """`save` or `link` for the picture that is looked at."""
        if self._shown is not None:
            self._act(*self._shown, what)

    # -- files that go out

    def attach(self, composer: Composer, path: str = "") -> SafeText | None:
        """Add a file to the draft: a path here, or a link to upload from the agent's own machine."""
        draft = composer.writing.draft
        if draft.note:
            return trusted("a note takes no files")
        if path:
            return self._attach(composer, self._path(path))
        key = draft.key

        def link() -> None:
            if key is None:  # the hub puts what is sent up into a case
                words = trusted("a link needs a case; a path here works in a new message too")
                host(self._widget).ui.say(words, "failure")
            else:
                self._work(self._upload_link(key))

        host(self._widget).ui.ask(PathAsking(self._home(), lambda p: self._attach(composer, p), link))
        return None

    def take_uploads(self, composer: Composer) -> None:
        """A file that I sent up by a link since I asked for one goes along with the draft that asked."""
        case, draft = self._workbench.desk.open_case, composer.writing.draft
        if self._awaited is None or case is None or case.key != self._awaited[0] or draft.key != case.key or draft.note:
            return
        me = self._workbench.desk.backends[case.key.backend].me
        known = self._awaited[1]
        for message in case.messages:
            mine = me is not None and message.author == me.id and message.kind == "note" and message.id not in known
            if not mine or not message.attachments:
                continue
            self._awaited = (case.key, known | {message.id})
            for file in message.attachments:
                sent = FileRef(file.blob, file.name, file.media, file.size)
                composer.writing.change(files=(*composer.writing.draft.files, sent))
                host(self._widget).ui.say(
                    compose("{name} goes along, {size}", name=_name_of(file), size=size(file.size))
                )

    def _attach(self, composer: Composer, path: Path) -> SafeText | None:
        name = clean_line(path.name)
        try:
            if not path.is_file():
                return compose("there is no file {name}", name=name)
            weight = path.stat().st_size
            with path.open("rb") as file:
                start = file.read(2048)
        except OSError as error:
            return compose("{name}: {why}", name=name, why=clean_line(error.strerror or "cannot be read"))
        media = sniffed(start, path.name)
        draft = composer.writing.draft
        composer.writing.change(files=(*draft.files, LocalFile(str(path), path.name, media, weight)))
        host(self._widget).ui.say(compose("{name} goes along, {size}", name=name, size=size(weight)))
        return None

    # -- what takes time

    async def _show(self, key: CaseKey, file: Attachment) -> None:
        name = _name_of(file)
        path = await self._workbench.fetch(key.backend, file.blob)
        box = self._widget.size
        try:
            pixels = await asyncio.to_thread(read_pixels, path, max(8, box.width - 2), max(4, box.height - 6))
        except NoPicture as error:
            self._ask_what(key, file, compose("{name}: {why}", name=name, why=clean_line(str(error))))
            return
        case = self._workbench.desk.open_case
        if case is not None and any(part.key == key for part in case.parts):
            self._shown = (key, file)
            self._preview.show(name, pixels, bool(host(self._widget).settings.half_blocks))

    async def _link(self, key: CaseKey, file: Attachment) -> None:
        page = await self._workbench.link(key, file.blob, _name_of(file))
        self._hand_over(page.url, trusted("works once, copied: "))

    async def _upload_link(self, key: CaseKey) -> None:
        page = await self._workbench.link(key, "")
        case = self._workbench.desk.open_case
        if case is not None and case.key == key:
            self._awaited = (key, frozenset(message.id for message in case.messages))
        self._hand_over(page.url, trusted("upload there, copied: "))

    def _hand_over(self, url: str, words: SafeText) -> None:
        """Show a link and copy it (OSC 52): a browser is never started here, the agent sits elsewhere."""
        link = safe_link_target(url)
        ui = host(self._widget).ui
        if link is None:
            ui.say(trusted("the server gave a link that cannot be shown"), "failure")
            return
        ui.copy(link)
        ui.say(words + link)

    def _copy_link(self, link: SafeText) -> None:
        target = safe_link_target(link)
        ui = host(self._widget).ui
        if target is None:
            ui.say(trusted("that is no link to follow"), "warning")
            return
        ui.copy(target)
        ui.say(compose("copied: {link}", link=target))

    async def _save(self, key: CaseKey, file: Attachment, folder: Path) -> None:
        source = await self._workbench.fetch(key.backend, file.blob)
        target = await asyncio.to_thread(save_copy, source, folder, safe_filename(file.name.raw))
        host(self._widget).ui.say(compose("saved: {path}", path=clean_line(str(target))))

    def _work(self, work: Coroutine[Any, Any, None]) -> None:
        async def guarded() -> None:
            try:
                await work
            except Exception as error:  # no connection, a refusal, a full disk: all are told, none ends the desk
                why = clean_line(str(error)) or trusted("the server did not answer")
                host(self._widget).ui.say(compose("not done: {why}", why=why), "failure")

        self._widget.run_worker(guarded(), group="files", exit_on_error=False)

    # -- this machine

    def _home(self) -> Path:
        terminal = getattr(self._widget.app, "terminal", None)
        home = terminal.env.get("HOME", "") if terminal is not None else ""
        return Path(home) if home else Path.cwd()

    def _path(self, typed: str) -> Path:
        if typed == "~" or typed.startswith("~/"):
            return self._home() / typed[2:]
        return Path(typed) if typed.startswith("/") else self._home() / typed


def claims_otherwise(file: Attachment) -> bool:
    """Whether the sender named another type than the file has."""
    claimed = file.claimed.split(";")[0].strip().lower()
    return bool(claimed and file.media and claimed != file.media)


def save_copy(source: Path, folder: Path, name: str) -> Path:
    """A copy in `folder` under a name that is free there, readable by its owner alone (0600). Raises OSError."""
    stem, dot, suffix = name.rpartition(".")
    stem, suffix = (stem, dot + suffix) if stem else (name, "")
    for number in range(1, 1000):
        target = folder / (f"{stem}{suffix}" if number == 1 else f"{stem} ({number}){suffix}")
        try:
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "wb") as out, source.open("rb") as file:
            while chunk := file.read(1 << 20):
                out.write(chunk)
        return target
    raise FileExistsError(f"a thousand files called {name} are there already")


def sniffed(start: bytes, name: str) -> str:
    """The media type by a file's first bytes, else by its name."""
    import mimetypes

    import puremagic  # late: only those who send files need it

    try:
        return str(puremagic.from_string(start, mime=True, filename=name)) or "application/octet-stream"
    except (puremagic.PureError, ValueError):
        return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _name_of(file: Attachment) -> SafeText:
    return file.name.safe_line.drawn() or trusted("unnamed")


def _media(file: Attachment) -> SafeText:
    return clean_line(file.media)
