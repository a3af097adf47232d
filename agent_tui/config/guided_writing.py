"""Writes a guided script as the TOML file that `guided_source` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from agent_tui.domain.guided.script import Choice, Effect, Script, Step, Words


def written(script: Script) -> str:
    """The file of a script; reading it gives the same script."""
    lines = [*_pairs(title=_words(script.title), brands=_list(script.brands), channels=_list(script.channels))]
    lines += _pairs(start=_text(script.start), part=_flag(script.part))
    for step in script.steps:
        lines += ["", "[[step]]", *_step(step)]
        for choice in step.choices:
            lines += ["[[step.choice]]", *_choice(choice)]
        for branch in step.branches:
            lines += ["[[step.branch]]", *_pairs(when=_text(branch.when), next=_text(branch.next))]
    return "\n".join(lines) + "\n"


def _pairs(**values: str) -> Iterator[str]:
    return (f"{key} = {value}" for key, value in values.items() if value)


def _step(step: Step) -> Iterator[str]:
    yield from _pairs(id=_text(step.id), title=_words(step.title), say=_words(step.say), note=_words(step.note))
    yield from _pairs(ask=_ask(step), when=_text(step.when), otherwise=_text(step.otherwise), use=_text(step.use))
    yield from _pairs(next=_text(step.next), end=_flag(step.end), do=_deeds(step.effects))


def _ask(step: Step) -> str:
    ask = step.ask
    if not ask.kind:
        return ""
    pairs = list(
        _pairs(
            kind=_text(ask.kind),
            name=_text(ask.name),
            optional=_flag(ask.optional),
            least="" if ask.least is None else repr(ask.least),
            most="" if ask.most is None else repr(ask.most),
            pattern=_list(ask.patterns),
            wrong=_words(ask.wrong),
            offer=_text(ask.offer),
        )
    )
    return _text(ask.kind) if len(pairs) == 1 else "{ " + ", ".join(pairs) + " }"


def _choice(choice: Choice) -> Iterator[str]:
    yield from _pairs(key=_text(choice.key), label=_words(choice.label), next=_text(choice.next))
    yield from _pairs(do=_deeds(choice.effects))


def _deeds(effects: Iterable[Effect]) -> str:
    parts = [(effect.kind, str(effect.minutes or ""), effect.what) for effect in effects]
    return _list(tuple(" ".join(filter(None, part)) for part in parts))


def _words(words: Words) -> str:
    if [language for language, _ in words] == [""]:
        return _text(words[0][1])
    return "{ " + ", ".join(f"{language} = {_text(text)}" for language, text in words) + " }" if words else ""


def _list(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(_text, values)) + "]" if values else ""


def _flag(value: bool) -> str:
    return "true" * value


def _text(value: str) -> str:
    """A basic string: JSON's is one, but for DEL, which TOML wants written out."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f") if value else ""
