"""The part of Jinja2 that a canned reply may be written in: values, a few filters, `if`. It has no loops, calls or
arithmetic, so rendering takes time and gives words in proportion to what is written; what has them is refused before
anything of it is run, and the sandbox stands behind that.

Jinja2 is loaded when the first template is: a desk starts without it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from agent_tui.domain.frozen import frozen
from agent_tui.domain.replies.known import CARD, THINGS, WORDS, Values, spelled

if TYPE_CHECKING:
    from jinja2 import Template, nodes

    from agent_tui.domain.replies.sandbox import Thing

MOST_SOURCE: Final = 20_000
"""Characters of one text."""
MOST_VALUE: Final = 2_000
"""Characters of one value that are put in."""
MOST_WORDS: Final = 40_000
"""Characters that a reply may come to."""
MOST_NODES: Final = 1_000
MOST_DEEP: Final = 30
"""Parts of a template, and how deep they may stand in each other."""

FILTERS: Final = ("default", "upper", "lower", "title", "capitalize", "trim", "date", "time", "money")
_ARGUMENTS: Final = {"default": 1, "date": 1, "money": 1}
_ALLOWED: Final = "{{ a variable or field }}, {% if ... %}, ==, !=, in, and, or, not, ~ and the filters " + ", ".join(
    FILTERS
)


class Refused(ValueError):
    """A template that is not run. `line` counts from 1; `what` is wrong; `expected`: what is allowed there."""

    def __init__(self, line: int, what: str, expected: str = _ALLOWED) -> None:
        self.line, self.what, self.expected = line, what, expected
        super().__init__(f"line {line}: {what}; expected {expected}")


@frozen
class Shape:
    """What a template needs. `fields`: names that the desk does not know, in order; `first`: those of them that decide
    or are changed by a filter, so that they must be known before there is a text; `variables`: what it takes of what
    the desk knows, as `customer.name`."""

    fields: tuple[str, ...]
    first: frozenset[str]
    variables: tuple[str, ...]


@lru_cache(maxsize=2_000)
def shape_of(source: str) -> Shape:
    """What is in a template. Raises Refused."""
    fields: dict[str, None] = {}
    variables: dict[str, None] = {}
    first: set[str] = set()
    names = _plain_names(source)
    for name, shown in _names(_parsed(source)) if names is None else names:
        known = "." in name or name in WORDS
        (variables if known else fields).setdefault(name)
        if not known and not shown:
            first.add(name)
    return Shape(tuple(fields), frozenset(first), tuple(variables))


_PLAIN: Final = re.compile(r"(?:[^{]|\{(?![{%#])|\{\{ *[A-Za-z][\w.]* *\}\})*+", re.ASCII)
_PLACE: Final = re.compile(r"\{\{ *([\w.]+)", re.ASCII)
_GRAMMAR: Final = frozenset({"and", "or", "not", "in", "is", "if", "else", "true", "false", "none"})
"""Words of Jinja2's, in any case."""


def _plain_names(source: str) -> list[tuple[str, bool]] | None:
    """What `_names` finds where there are only words and places of names that are allowed. None: Jinja2 has to look,
    which takes a hundred times as long; a company's replies are thousands, most of them as plain as this."""
    if len(source) > MOST_SOURCE or not _PLAIN.fullmatch(source):
        return None
    names = _PLACE.findall(source)
    plain = len(names) < MOST_NODES // 4 and all(map(_may_stand, names))
    return [(name, True) for name in names] if plain else None


def _may_stand(name: str) -> bool:
    thing, dot, attr = name.partition(".")
    if dot:
        return attr in THINGS.get(thing, ())
    return name not in THINGS and name != CARD and name not in _OF_JINJA and name.lower() not in _GRAMMAR


def render(source: str, values: Values, fields: Mapping[str, str]) -> str:
    """The words. What is missing stands as `{{ its name }}`; what is put in is never read as a template.
    Raises Refused, also where it comes to more than MOST_WORDS."""
    shape_of(source)
    from agent_tui.domain.replies.sandbox import Thing

    known: dict[str, object] = {name: value[:MOST_VALUE] for name, value in fields.items() if value}
    for name in THINGS:
        of = values.get(name, {})
        parts = {} if isinstance(of, str) else {key: words[:MOST_VALUE] for key, words in of.items() if words}
        known[name] = Thing(name, parts)
    if not isinstance(cards := values.get(CARD, {}), str):
        known[CARD] = _cards(cards)
    for name in WORDS:
        if isinstance(value := values.get(name), str) and value:
            known[name] = value[:MOST_VALUE]
    made = _compiled(source).render(known)
    if len(made) > MOST_WORDS:
        raise Refused(1, f"comes to {len(made)} characters", f"at most {MOST_WORDS}")
    return made


def _cards(values: Mapping[str, str]) -> Thing:
    """Cards with their values, given as `shop.owed`."""
    from agent_tui.domain.replies.sandbox import Thing

    cards: dict[str, object] = {}
    for path, words in values.items():
        card, _, field = path.partition(".")
        of = cards.setdefault(card, Thing(f"{CARD}.{card}", {}))
        if words and isinstance(of, Thing):
            of[field] = words[:MOST_VALUE]
    return Thing(CARD, cards)


@lru_cache(maxsize=500)
def _compiled(source: str) -> Template:
    from agent_tui.domain.replies.sandbox import environment

    return environment().from_string(_without_in(_parsed(source)))


def _without_in(tree: nodes.Template) -> nodes.Template:
    """The same, with a filter that takes anything where `in` stands."""
    from jinja2 import nodes as n
    from jinja2.visitor import NodeTransformer

    from agent_tui.domain.replies.sandbox import WITHIN, environment

    class Within(NodeTransformer):
        def visit_Compare(self, node: n.Compare) -> n.Node:
            self.generic_visit(node)
            (one,) = node.ops
            if one.op not in ("in", "notin"):
                return node
            within = n.Filter(node.expr, WITHIN, [one.expr], [], None, None, lineno=node.lineno)
            return n.Not(within, lineno=node.lineno) if one.op == "notin" else within

    made: nodes.Template = Within().visit(tree)
    made.set_environment(environment())
    return made


def _parsed(source: str) -> nodes.Template:
    """Its syntax tree, in which nothing stands that is not allowed."""
    if len(source) > MOST_SOURCE:
        raise Refused(1, f"{len(source)} characters", f"at most {MOST_SOURCE}")
    from jinja2 import TemplateSyntaxError

    from agent_tui.domain.replies.sandbox import environment

    try:
        tree = environment().parse(source)
    except TemplateSyntaxError as error:
        said = (error.message or "cannot be read").rstrip(".")[:200]
        raise Refused(error.lineno, f"{said[:1].lower()}{said[1:]}") from None
    except RecursionError:
        raise Refused(_line_of(source, RecursionError), "nested too deeply", f"at most {MOST_DEEP} levels") from None
    except ValueError:
        raise Refused(_line_of(source, ValueError), "a number of very many digits", "short numbers") from None
    _check(tree)
    return tree


def _line_of(source: str, error: type[Exception]) -> int:
    """The line that Jinja2's parser comes to such an end at, which does not say it: the first lines that are enough."""
    from agent_tui.domain.replies.sandbox import environment

    lines = source.split("\n")

    def ends(count: int) -> bool:
        try:
            environment().parse("\n".join(lines[:count]))
        except Exception as other:  # half a template has faults of its own
            return isinstance(other, error)
        return False

    return bisect_left(range(1, len(lines)), True, key=ends) + 1


def _check(tree: nodes.Template) -> None:
    """Raises Refused for the first part that is not allowed, too many parts, or too deep ones."""
    from jinja2 import nodes as n

    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    count = 0
    while waiting:
        node, deep = waiting.pop()
        count += 1
        line = max(1, node.lineno or 1)
        if count > MOST_NODES:
            raise Refused(line, f"more than {MOST_NODES} parts", "a shorter text")
        if deep > MOST_DEEP:
            raise Refused(line, "nested too deeply", f"at most {MOST_DEEP} levels")
        _check_node(node, line)
        inside = () if isinstance(node, n.Getattr) else tuple(node.iter_child_nodes())  # that was looked at with it
        waiting += [(child, deep + 1) for child in reversed(inside)]


def _check_node(node: nodes.Node, line: int) -> None:
    from jinja2 import nodes as n

    if isinstance(node, n.Getattr) and _card_value(node):
        return
    if isinstance(node, n.Getattr):
        thing = node.node.name if isinstance(node.node, n.Name) else ""
        if thing == CARD:
            raise Refused(line, f"card.{node.attr} by itself"[:200], f"a value of it: card.{node.attr}.NAME"[:200])
        if thing not in THINGS:
            what = f"{thing}.{node.attr}: there is no {thing}" if thing else f"nothing here has a .{node.attr}"
            raise Refused(line, what[:200], f"one of {spelled()}")
        if node.attr not in THINGS[thing]:
            raise Refused(line, f"{thing} has no {node.attr}"[:200], f"one of {', '.join(THINGS[thing])}")
    elif isinstance(node, n.Filter):
        if node.name not in FILTERS:
            raise Refused(line, f"no filter {node.name}"[:200], f"one of {', '.join(FILTERS)}")
        if node.kwargs or node.dyn_args or node.dyn_kwargs or any(not isinstance(one, n.Const) for one in node.args):
            raise Refused(line, f"the filter {node.name} takes plain words only", "words in quotes")
        if len(node.args) > (most := _ARGUMENTS.get(node.name, 0)):
            raise Refused(line, f"the filter {node.name} takes no more than {most} in brackets", "fewer")
    elif isinstance(node, n.Test):
        if node.name not in ("defined", "undefined"):
            raise Refused(line, f"no test {node.name}"[:200], "is defined, is undefined")
        if node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise Refused(line, f"is {node.name} takes nothing in brackets", "is defined, is undefined")
    elif isinstance(node, n.Compare):
        if len(node.ops) != 1:
            raise Refused(line, "two comparisons in one", "A == B and B == C")
    elif isinstance(node, n.Const):
        if isinstance(node.value, str) and any("\ud800" <= char <= "\udfff" for char in node.value):
            raise Refused(line, "half a character (\\ud800 to \\udfff)", "whole characters")
    elif isinstance(node, n.Operand):
        if node.op not in ("eq", "ne", "in", "notin"):
            raise Refused(line, f"no comparison {node.op}", "==, !=, in, not in")
    elif isinstance(node, n.CondExpr):
        if node.expr2 is None:
            raise Refused(line, "an if without its else", "A if B else C")
    elif isinstance(node, n.Name):
        if node.name == CARD:
            raise Refused(line, "card by itself", "a value of a card: card.shop.owed")
        if node.name in THINGS:
            raise Refused(line, f"{node.name} by itself", f"one of {', '.join(THINGS[node.name])} of it")
        if node.ctx != "load" or node.name.startswith("_") or node.name in _OF_JINJA:
            raise Refused(line, f"{node.name} is no name here"[:200], "a name that begins with a letter")
    elif type(node) not in _plain_nodes():
        raise Refused(line, f"{_said(type(node).__name__)} is not allowed")


@lru_cache(maxsize=1)
def _plain_nodes() -> frozenset[type[nodes.Node]]:
    from jinja2 import nodes as n

    return frozenset(
        {
            *(n.Template, n.Output, n.TemplateData, n.If, n.And, n.Or, n.Not, n.Concat),
            *(n.List, n.Tuple),
        }
    )


_OF_JINJA: Final = frozenset({"self", "super", "loop", "caller", "varargs", "kwargs"})
"""Names that mean something of Jinja2's own."""
_PARTS: Final = {
    "Getitem": "a value in brackets",
    "For": "a loop",
    "Call": "a call",
    "CallBlock": "a call",
    "Assign": "set",
    "AssignBlock": "set",
    "Mul": "arithmetic",
    "Pow": "arithmetic",
    "Add": "arithmetic",
    "Sub": "arithmetic",
    "Div": "arithmetic",
    "FloorDiv": "arithmetic",
    "Mod": "arithmetic",
    "Neg": "arithmetic",
    "Pos": "arithmetic",
}


def _said(kind: str) -> str:
    return _PARTS.get(kind, kind.lower())


def _card_value(node: nodes.Getattr) -> str:
    """`card.shop.owed`: the value of a card, any card's; "" for anything else."""
    from jinja2 import nodes as n

    inner = node.node
    if isinstance(inner, n.Getattr) and isinstance(inner.node, n.Name) and inner.node.name == CARD:
        return "" if "_" in (inner.attr[:1], node.attr[:1]) else f"{CARD}.{inner.attr}.{node.attr}"
    return ""


def _names(node: nodes.Node, shown: bool = True) -> Iterator[tuple[str, bool]]:
    """Every name in order, and whether it is shown as it is: neither asked about by `if`, nor changed by a filter."""
    from jinja2 import nodes as n

    if isinstance(node, n.Name):
        yield node.name, shown
    elif isinstance(node, n.Getattr) and (name := _card_value(node)):
        yield name, shown
    elif isinstance(node, n.Getattr) and isinstance(node.node, n.Name):
        yield f"{node.node.name}.{node.attr}", shown
    else:
        plain = isinstance(node, n.Template | n.Output | n.Concat | n.If)
        for key, value in node.iter_fields():
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, n.Node):
                    yield from _names(child, shown and plain and key != "test")
