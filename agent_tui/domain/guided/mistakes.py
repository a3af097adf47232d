"""Everything that is wrong with guided scripts, named before anybody runs one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from agent_tui.domain.frozen import frozen
from agent_tui.domain.guided.ahead import reachable
from agent_tui.domain.guided.conditions import ConditionError, names_of, read_condition
from agent_tui.domain.guided.linking import LinkError, linked
from agent_tui.domain.guided.script import ASKED, DEEDS, MOST_CHOICES, MOST_STEPS, Script, Step, Words

GIVEN = ("case.", "customer.", "agent.", "brand.", "card.")
"""How names begin that no step collects."""
Place = tuple[str | int, ...]
"""Keys below the script, or below its step: `("choice", 1, "next")`."""


@frozen
class Mistake:
    """`index`: the step's place among the steps, -1: the script itself; `place`: what in it."""

    script: str
    index: int
    place: Place
    what: str
    expected: str = ""


def mistakes(scripts: Mapping[str, Script], whole: bool = True) -> list[Mistake]:
    """Of all scripts, in the order of their steps. `whole`: these are all there are, so that parts which none of them
    uses are named too."""
    found: list[Mistake] = []
    for script in scripts.values():
        found += sorted(_of_one(script, scripts), key=lambda mistake: mistake.index)
    used = {step.use for script in scripts.values() for step in script.steps}
    if whole:
        for key, script in scripts.items():
            if script.part and key not in used:
                found.append(Mistake(key, -1, ("part",), "no script uses this part"))
    return found


def _of_one(script: Script, scripts: Mapping[str, Script]) -> Iterator[Mistake]:
    key = script.key
    if not script.title:
        yield Mistake(key, -1, ("title",), "missing", "a title in each language: title = { en = ... }")
    if not script.steps:
        yield Mistake(key, -1, (), "no step", "a [[step]]")
        return
    if len(script.steps) > MOST_STEPS:
        yield Mistake(key, -1, (), f"more than {MOST_STEPS} steps", "parts in scripts of their own")
        return
    if script.start and script.start not in script.by_id:
        yield Mistake(key, -1, ("start",), f"there is no step {script.start}", _near(script.start, script.by_id))
    ids = [step.id for step in script.steps]
    names = _collected(script, scripts)
    for index, step in enumerate(script.steps):
        if step.id in ids[:index]:
            yield Mistake(key, index, ("id",), f"there is another step {step.id}")
        for place, what, expected in _of_step(step, script, names):
            yield Mistake(key, index, place, what, expected)
        if step.use:
            yield from _of_use(index, step, script, scripts)
    yield from _of_ways(script)
    try:
        linked(key, scripts)
    except LinkError as error:
        if not error.step:
            yield Mistake(key, -1, (), str(error), "parts that are left out, or fewer words")


Found = tuple[Place, str, str]


def _of_step(step: Step, script: Script, names: Iterable[str]) -> Iterator[Found]:
    for place, target in _targets(step):
        if target and target not in script.by_id:
            yield place, f"there is no step {target}", _near(target, script.by_id)
    for place, condition in _conditions(step):
        try:
            read_condition(condition)
        except ConditionError as error:
            yield place, str(error), "method == 'gift' and not (amount > 50)"
        for name in sorted(names_of(condition)):
            if name not in names and not name.startswith(GIVEN):
                yield place, f"nothing collects {name}", _near(name, names)
    for place, words in _words(step):
        written = dict(words)
        lacking = [one for one in script.languages if one not in written and "" not in written]
        if words and lacking:
            yield place, "missing in " + ", ".join(lacking), "the languages of the title"
    for language, text in step.say:
        for what, expected in _of_template(text, names):
            yield ("say", language), what, expected
    yield from _of_ask(step)
    for index, effect in enumerate(step.effects):
        if effect.kind not in DEEDS:
            yield ("do", index), f"{effect.kind} is nothing that a step does", ", ".join(DEEDS)
        elif effect.kind in ("label", "unlabel") and (not effect.what or " " in effect.what.strip()):
            yield ("do", index), "a label is one word", "late-parcel"


def _of_template(text: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What keeps words to the customer from being filled."""
    if "{" not in text:
        return
    from agent_tui.domain.replies.template import Refused, shape_of  # only words with variables need Jinja

    try:
        fields = shape_of(text).fields
    except Refused as refused:
        yield refused.what, refused.expected
        return
    for name in fields:
        if name not in names:
            yield f"nothing collects {name}", _near(name, names)


def _of_ask(step: Step) -> Iterator[Found]:
    ask, keys = step.ask, [choice.key for choice in step.choices]
    if ask.kind and ask.kind not in ASKED:
        yield ("ask", "kind"), f"{ask.kind} cannot be asked", ", ".join(ASKED)
    if ask.kind == "choice" and len(keys) < 2:
        yield ("ask",), "nothing to choose from", "a [[step.choice]] for each"
    if keys and ask.kind not in ("choice", "yes-no"):
        yield ("choice",), "choices, but no choice is asked", 'ask = "choice"'
    if len(keys) > MOST_CHOICES:
        yield ("choice", MOST_CHOICES), f"more than {MOST_CHOICES} choices", "as many as there are number keys"
    for index, key in enumerate(keys):
        if key in keys[:index]:
            yield ("choice", index, "key"), f"there is another choice {key}", ""
        elif ask.kind == "yes-no" and key not in ("yes", "no"):
            yield ("choice", index, "key"), f"{key} is neither", "yes or no"
    if ask.kind == "code" and not ask.patterns:
        yield ("ask",), "a code without a pattern", 'pattern = "#####": # a digit, A a letter'
    if ask.offer and not ask.offer.startswith(GIVEN):
        yield ("ask", "offer"), f"{ask.offer} is not known by itself", ", ".join(GIVEN)
    if ask.least is not None and ask.most is not None and ask.least > ask.most:
        yield ("ask", "least"), "more than the most", ""


def _of_use(index: int, step: Step, script: Script, scripts: Mapping[str, Script]) -> Iterator[Mistake]:
    if step.use not in scripts:
        yield Mistake(script.key, index, ("use",), f"there is no script {step.use}", _near(step.use, scripts))
        return
    if step.branches or step.ask.kind or step.choices:
        yield Mistake(script.key, index, ("use",), "a step that uses a script asks nothing and has no branches")
    try:
        linked(script.key, scripts)
    except LinkError as error:
        if error.step == step.id:
            yield Mistake(script.key, index, ("use",), str(error))


def _of_ways(script: Script) -> Iterator[Mistake]:
    """What nobody comes to, where nobody comes out of, and what goes round without asking anything."""
    steps, key = script.by_id, script.key
    place = {step.id: index for index, step in reversed(list(enumerate(script.steps)))}
    first = script.first if script.first in steps else script.steps[0].id
    reached = reachable(script, first) | {first}
    ends = {id for id, step in steps.items() if _may_end(step)}
    for id, step in steps.items():
        if id not in reached:
            yield Mistake(key, place[id], ("id",), f"no way leads to {id}", "a next, choice or branch that names it")
        if _stuck(step):
            yield Mistake(key, place[id], ("id",), f"no way out of {id}", "next = a step, or end = true")
        elif not ends & (reachable(script, id) | {id}) and not any(map(_stuck, _steps(script, id))):
            yield Mistake(key, place[id], ("id",), f"from {id} on nothing leads to an end", "end = true somewhere")
    for ring in _rings(script):
        around = " > ".join((*ring, ring[0]))
        yield Mistake(key, place[ring[0]], ("next",), f"goes round without a question: {around}", "a step that asks")


def _steps(script: Script, id: str) -> list[Step]:
    return [script.by_id[one] for one in reachable(script, id)]


def _stuck(step: Step) -> bool:
    """Whether there is a case in which it leads nowhere and is not the end."""
    return step.falls_through and not step.next and not step.end


def _may_end(step: Step) -> bool:
    return step.end and step.falls_through and not step.next


def _rings(script: Script) -> Iterator[tuple[str, ...]]:
    """Ways round on which nothing is asked, the shortest through its first step; no step is in two of them."""
    quiet = {id: step for id, step in script.by_id.items() if not step.ask.kind and not step.use}
    named: set[str] = set()
    for first in quiet:
        if first not in named and (ring := _way_round(first, quiet)) and not named & set(ring):
            named |= set(ring)
            yield ring


def _way_round(first: str, quiet: Mapping[str, Step]) -> tuple[str, ...]:
    """From a step to itself, () where there is no such way."""
    came: dict[str, str] = {}
    todo = [first]
    for at in todo:  # grows while it is walked
        for way in quiet[at].ways:
            if way == first:
                ring = [at]
                while ring[-1] != first:
                    ring.append(came[ring[-1]])
                return tuple(reversed(ring))
            if way in quiet and way not in came:
                came[way] = at
                todo.append(way)
    return ()


def _collected(script: Script, scripts: Mapping[str, Script]) -> set[str]:
    """The names of what it and its parts find out; a part may ask about what its users found out."""
    if script.part:
        return {name for other in scripts.values() for name in _own(other)}
    try:
        return set(_own(linked(script.key, scripts)))
    except LinkError:
        return {name for other in scripts.values() for name in _own(other)}


def _own(script: Script) -> Iterator[str]:
    return (step.name for step in script.steps if step.ask.kind)


def _targets(step: Step) -> Iterator[tuple[Place, str]]:
    yield ("next",), step.next
    yield ("otherwise",), step.otherwise
    for index, choice in enumerate(step.choices):
        yield ("choice", index, "next"), choice.next
    for index, branch in enumerate(step.branches):
        yield ("branch", index, "next"), branch.next


def _conditions(step: Step) -> Iterator[tuple[Place, str]]:
    if step.when:
        yield ("when",), step.when
    for index, branch in enumerate(step.branches):
        yield ("branch", index, "when"), branch.when


def _words(step: Step) -> Iterator[tuple[Place, Words]]:
    yield ("title",), step.title
    yield ("say",), step.say
    yield ("note",), step.note
    yield ("ask", "wrong"), step.ask.wrong
    for index, choice in enumerate(step.choices):
        yield ("choice", index, "label"), choice.label


def _near(word: str, known: Iterable[str]) -> str:
    return " or ".join(get_close_matches(word, list(known), n=2))
