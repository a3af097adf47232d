"""Guided scripts made of the agents' guidelines of ABCD, a data set of customer service dialogues (Chen et al., NAACL
2021, "Action-Based Conversations Dataset"; https://github.com/asappresearch/abcd).

A flow has subflows, each a list of steps with a button. A button that records or looks something up becomes a question
with a value to fill, one of several where the guideline names the values; what only tells the agent something becomes
a step to read. Conditions are taken from what the guideline says at a step's beginning (`Only if Oracle says Yes`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from agent_tui.config.problems import ConfigError, Problem
from agent_tui.domain.frozen import frozen
from agent_tui.domain.guided.script import MOST_CHOICES, Ask, Choice, Script, Step

_FIELDS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "Pull up Account": (("account", "text"),),
    "Verify Identity": (("full_name", "text"), ("account_id", "text"), ("order_id", "text")),
    "Validate Purchase": (("username", "text"), ("email", "text"), ("order_id", "text")),
    "Offer Refund": (("refund", "number"),),
    "Promo Code": (("promo_code", "text"),),
    "Subscription Status": (("subscription", "text"),),
    "Record Reason": (("reason", "text"),),
    "Enter Details": (("details", "text"),),
    "Enter Detail": (("details", "text"),),
    "Make Purchase": (("product", "text"),),
    "Update Order": (("order_change", "text"),),
    "Update Account": (("account_change", "text"),),
    "Ask the Oracle": (("oracle", "yes-no"),),
}
"""What is filled in at a button, with its kind. A new password (`Make Password`) is told and never kept."""
_CHOICES: Final[Mapping[str, tuple[str, str]]] = {
    "Membership Privileges": ("membership", "membership_level"),
    "Shipping Status": ("shipping", "shipping_option"),
    "Notify Internal Team": ("team", "company_team"),
}
"""What is chosen at a button, and among which values."""
_PERHAPS: Final = {
    "Update Order": ("order_slotval", "change_option", "payment_method"),
    "Update Account": ("account_slotval",),
    "Record Reason": ("refund_target", "reason_slotval"),
}
"""Values of a button that are a choice where the guideline names two of them."""
_CONDITION: Final = re.compile(r"^\W*(?:only )?(?:alternatively, )?(?:only )?if\b|\(only (?:if|for)\b", re.IGNORECASE)
_ORACLE: Final = re.compile(r"oracle (?:says|returns) (yes|no)", re.IGNORECASE)


@frozen
class _Asked:
    """What a step before has asked: its name, and its values where it is a choice."""

    name: str
    values: tuple[str, ...] = ()


def scripts_of(path: Path) -> list[Script]:
    """A script for each subflow, in the file's order. Raises ConfigError when the file is none of ABCD's guidelines."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        values = {str(key): tuple(map(str, one)) for key, one in read["ontology"]["values"]["enumerable"].items()}
        found = [_script(str(flow["flow"]), subflow, values) for flow in read["flows"] for subflow in flow["subflows"]]
    except (OSError, ValueError) as error:
        what = error.strerror or str(error) if isinstance(error, OSError) else "not JSON"
        raise ConfigError([Problem(str(path), 0, "", f"cannot be read: {what}")]) from None
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise ConfigError([Problem(str(path), 0, "", "not the guidelines of ABCD", "flows with subflows")]) from None
    return found


def _slug(words: str, between: str = "-") -> str:
    return re.sub(r"[^a-z0-9]+", between, words.lower()).strip("-_")[:50] or "step"


def _script(flow: str, subflow: Mapping[str, Any], values: Mapping[str, tuple[str, ...]]) -> Script:
    title = str(subflow["subflow"])
    begin = Step("begin", (("en", "Begin"),), note=(("en", "\n".join(map(str, subflow["instructions"]))),))
    steps, asked = [begin], list[_Asked]()
    for number, given in enumerate(subflow["steps"], 1):
        for step in _steps(number, given, title, values, tuple(asked)):
            steps.append(step)
            if step.ask.kind:
                asked.append(_Asked(step.name, tuple(choice.key for choice in step.choices)))
    led = [replace(step, next=after.id) for step, after in pairwise(steps)]
    return Script(_slug(f"{flow} {title}"), (("en", f"{flow}: {title}"),), (*led, replace(steps[-1], end=True)))


def _steps(
    number: int, given: Mapping[str, Any], title: str, values: Mapping[str, tuple[str, ...]], asked: tuple[_Asked, ...]
) -> Iterator[Step]:
    button, text = str(given["button"]), str(given["text"])
    notes = [str(note) for note in given["notes"]]
    about = " ".join([text, *notes])
    heading = button if button != "N/A" else "Tell the customer"
    base = Step(
        f"{number}-{_slug(heading)}",
        (("en", heading),),
        note=(("en", "\n".join([text, *(f"- {note}" for note in notes)])),),
        when=_when(text, asked),
    )
    if (choice := _choice(button, title, about, values)) is not None:
        name, known = choice
        yield replace(base, ask=Ask("choice", name), choices=tuple(Choice(_slug(one), (("en", one),)) for one in known))
        return
    fields = _FIELDS.get(button, ())
    if not fields:
        yield base
        return
    before = {one.name for one in asked}
    for index, (name, kind) in enumerate(fields):
        # what is known is not asked again; of several ways to be known, each may be left out but the last
        passed = f"not {name}" if name in before and len(fields) > 1 else base.when
        yield replace(
            base,
            id=base.id if not index else f"{base.id}-{_slug(name)}",
            title=(("en", heading if len(fields) == 1 else f"{heading}: {name.replace('_', ' ')}"),),
            note=base.note if not index else (("en", name.replace("_", " ").capitalize()),),
            ask=Ask(kind, name, optional=index < len(fields) - 1),
            when=passed,
        )


def _choice(
    button: str, title: str, about: str, values: Mapping[str, tuple[str, ...]]
) -> tuple[str, tuple[str, ...]] | None:
    """What is chosen at a step, and among what."""
    if button in _CHOICES:
        name, among = _CHOICES[button]
        return (name, values[among][:MOST_CHOICES]) if len(values.get(among, ())) > 1 else None
    if button == "Select Answer":
        topic = _slug(title).partition("-")[0]
        every = [one for several in values.values() for one in several if one.startswith(f"{topic}_")]
        return ("answer", tuple(every[:MOST_CHOICES])) if len(every) > 1 else None
    for among in _PERHAPS.get(button, ()):
        named = tuple(one for one in values.get(among, ()) if one in about.lower())
        if 1 < len(named) <= MOST_CHOICES:
            return _FIELDS[button][0][0], named
    return None


def _when(text: str, asked: tuple[_Asked, ...]) -> str:
    """The condition that a step begins with, about what was asked before; what was not asked keeps nobody out."""
    oracle = _ORACLE.search(text)
    if oracle and any(one.name == "oracle" for one in asked):
        return f"oracle == '{oracle[1].lower()}'"
    if not _CONDITION.search(text):
        return ""
    for one in reversed(asked):
        named = [value for value in one.values if value.replace("-", " ") in text.lower()]
        if named:
            return f"not {one.name} or {one.name} in [{', '.join(map(repr, named))}]"
    return ""
