"""A guided script drawn as a tree of lines: each step once, its ways below it; what stands elsewhere is pointed at."""

from __future__ import annotations

from collections.abc import Iterator

from agent_tui.domain.frozen import frozen
from agent_tui.domain.guided.script import Effect, Script, Step, in_language
from agent_tui.domain.guided.values import choices_of, shown
from agent_tui.domain.text_clean import clean_line
from agent_tui.domain.text_safe import SafeText, compose, fixed, listed, trusted

MOST_DEEP = 40
"""Levels that are drawn; deeper ones begin at the edge again, pointed at."""


@frozen
class Branchlet:
    """One line. `last`: of each level around it, whether the branch is the last there; `begins`: whether a branch
    begins here, not only goes on; `way`: what leads here, "" the plain way on; `words`: the step."""

    last: tuple[bool, ...]
    begins: bool
    way: SafeText
    words: SafeText


def tree(script: Script, language: str) -> list[Branchlet]:
    """The script from its start; a chain of steps with one way on stands at one depth, ways that part go in."""
    return list(_Tree(script, language).lines(script.first))


class _Tree:
    def __init__(self, script: Script, language: str) -> None:
        self.steps = script.by_id
        self.language = language
        self.drawn: set[str] = set()

    def lines(self, first: str) -> Iterator[Branchlet]:
        # A stack instead of recursion: a script may be as deep as it has steps.
        stack: list[tuple[str, SafeText, tuple[bool, ...], bool]] = [(first, trusted(""), (), False)]
        while stack:
            at, way, last, begins = stack.pop()
            step = self.steps.get(at)
            if step is None:
                yield Branchlet(last, begins, way, trusted("the end", "of a script"))
                continue
            if at in self.drawn:
                yield Branchlet(last, begins, way, compose("see {step}", step=clean_line(at)))
                continue
            self.drawn.add(at)
            yield Branchlet(last, begins, way, self._words(step))
            ways = self._ways(step)
            if len(ways) == 1:
                stack.append((*ways[0], last, False))
                continue
            inner = last if len(last) < MOST_DEEP else ()
            for index, (target, words) in reversed(list(enumerate(ways))):
                stack.append((target, words, (*inner, index == len(ways) - 1), True))

    def _ways(self, step: Step) -> list[tuple[str, SafeText]]:
        """Where it leads and by what; alike ways are one."""
        labels = dict(choices_of(step, self.language))
        found: dict[str, list[SafeText]] = {}
        if len({choice.next for choice in step.choices}) > 1:
            for choice in step.choices:
                way = choice.next or ("" if step.branches else step.next)
                if way or not step.branches:
                    found.setdefault(way, []).append(labels.get(choice.key, clean_line(choice.key)))
        for branch in step.branches:
            found.setdefault(branch.next, []).append(clean_line(branch.when))
        if step.falls_through and step.next not in found:
            found[step.next] = [trusted("else")] if found else []
        return [(target, listed(", ", words)) for target, words in found.items()]

    def _words(self, step: Step) -> SafeText:
        title = shown(step.title, self.language) or shown(step.say, self.language) or shown(step.note, self.language)
        parts = [clean_line(step.id)] if step.id != in_language(step.title, self.language) else []
        if title:
            parts.append(title)
        if step.ask.kind:
            parts.append(compose("asks: {name}", name=clean_line(step.name)))
        if step.when:
            parts.append(compose("only if {condition}", condition=clean_line(step.when)))
        if step.use:
            parts.append(compose("uses {script}", script=clean_line(step.use)))
        parts += [_deed(effect) for effect in step.effects]
        return listed(" · ", parts)


def _deed(effect: Effect) -> SafeText:
    minutes = [compose("{n} min", n=effect.minutes)] if effect.minutes else []
    return listed(
        " ", [fixed("!"), clean_line(effect.kind), *minutes, *([clean_line(effect.what)] if effect.what else [])]
    )
