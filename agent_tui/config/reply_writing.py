"""Writes canned replies as the TOML file that `reply_folder` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from agent_tui.domain.replies.reply import Canned


def written(replies: Iterable[Canned]) -> str:
    """The file of these replies (without their files); reading it gives the same replies."""
    return "\n".join(line for one in replies for line in _reply(one))


def _reply(one: Canned) -> Iterator[str]:
    yield "[[reply]]"
    yield f"key = {_text(one.key)}"
    pairs = {"title": one.title, "language": one.language, "brand": one.brand}
    yield from (f"{key} = {_text(value)}" for key, value in pairs.items() if value)
    lists = {"channels": one.channels, "tags": one.tags}
    yield from (f"{key} = [{', '.join(map(_text, values))}]" for key, values in lists.items() if values)
    yield f"text = {_lines(one.text)}"
    for text in one.variants:
        yield "[[reply.variant]]"
        pairs = {"language": text.language, "channel": text.channel}
        yield from (f"{key} = {_text(value)}" for key, value in pairs.items() if value)
        yield f"text = {_lines(text.text)}"
    for field in one.fields:
        yield "[[reply.field]]"
        yield f"name = {_text(field.name)}"
        pairs = {"title": field.title, "default": field.default}
        yield from (f"{key} = {_text(value)}" for key, value in pairs.items() if value)
        if field.choices:
            yield f"choices = [{', '.join(map(_text, field.choices))}]"
    yield ""


def _text(value: str) -> str:
    """A basic string: JSON's is one, but for DEL, which TOML wants written out."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _lines(value: str) -> str:
    """A string of several lines as it reads, with the escapes of one of a single line."""
    quoted = _text(value)
    if "\n" not in value:
        return quoted
    return '"""\n' + quoted[1:-1].replace("\\n", "\n") + '"""' if "\\\\n" not in quoted else quoted
