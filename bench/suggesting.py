"""Suggested replies on the recorded picks of the corpus: how often the reply that an agent picked was the first, or
among the first three, that would have been suggested.

`star-canned-reply-searches` holds what an agent typed to find a canned reply, what the system of that time offered,
and what was picked. The picks are gone through in the order of time, over all conversations, and each is learned only
after it was asked about: nothing is known of it or of what came later. The weights were chosen on the first 40% alone;
`later` is what came after. The library is there from the start, with the words of the recorded scripts where they have
some; a pick of `custom` (what was typed, as it is: no reply) counts as missed.

The recorded ranking is flattered: who picks can only pick what it offered, and picks its first more easily; it knew the
scripts of the conversation, which here only `with labels` knows. Time and memory are measured at 10,000 replies: real
answers of the corpus, each picked once with what the customer had said.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Any

from agent_tui.domain.suggesting import CannedReply, Suggesting
from agent_tui.domain.suggesting_signs import Moment
from bench import corpus
from bench.suggesting_hub import at_the_hub

CHOSEN_ON = 0.4
REPLIES = 10_000
QUESTIONS = 3_000
_NO_REPLY = "custom"


@dataclass(frozen=True, slots=True)
class Pick:
    """`at`: s; `place`: which of its conversation; `labels`: the scripts it was about."""

    at: int
    conversation: str
    place: int
    moment: Moment
    labels: tuple[str, ...]
    offered: tuple[str, ...]
    picked: str


def picks() -> list[Pick]:
    """All of them in order of time. Raises FileNotFoundError."""
    talks = {talk["id"]: talk["turns"] for talk in corpus.entries("conversations", "star")}
    searches: dict[str, list[dict[str, Any]]] = {}
    for entry in corpus.entries("scripts", "star-canned-reply-searches"):
        searches.setdefault(entry["conversation"], []).append(entry)
    found = [pick for id, entries in searches.items() for pick in _of_talk(id, entries, talks[id])]
    return sorted(found, key=lambda pick: (pick.at, pick.conversation, pick.place))


def _of_talk(id: str, entries: list[dict[str, Any]], turns: list[dict[str, Any]]) -> Iterator[Pick]:
    """A search belongs to the next answer of its words; what the customer said is what stands last before that."""
    place, at, said = 0, int(turns[0]["at"]), ""
    sent: list[str] = []
    for number, entry in enumerate(entries):
        for ahead in range(place, len(turns)):
            turn = turns[ahead]
            if turn["who"] == "agent" and turn["text"] == entry["sent"]:
                said = next((one["text"] for one in turns[ahead - 1 :: -1] if one["who"] == "customer"), "")
                place, at = ahead + 1, int(turn.get("at", at))
                break
        if entry["picked"]:
            moment = Moment(entry["typed"], said, tuple(sent))
            yield Pick(at, id, number, moment, tuple(entry["tasks"]), tuple(entry["offered"]), entry["picked"])
        sent.append(entry["picked"] or "")


def library(made: Iterable[Pick]) -> list[CannedReply]:
    """The replies of the recorded scripts, and those that were picked without standing there, by name alone."""
    texts: dict[str, dict[str, None]] = {}
    with (corpus.folder() / "data" / "scripts" / "star-canned-replies.json").open(encoding="utf-8") as file:
        for script in json.load(file)["scripts"]:
            for reply in script["replies"]:
                texts.setdefault(reply["key"], {})[reply["text"]] = None
    for pick in made:
        texts.setdefault(pick.picked, {})
    texts.pop(_NO_REPLY, None)
    return [CannedReply(key, tuple(("en", text) for text in each)) for key, each in texts.items()]


def run() -> dict[str, dict[str, Any]]:
    """Figures by what is known of the moment, beside those of the recorded ranking and of the most used."""
    made = picks()
    replies = library(made)
    figures = {
        "recorded ranking": _hits(made, [pick.offered for pick in made]),
        "most used": _hits(made, _most_used(made)),
    }
    known: dict[str, Callable[[Pick], Moment]] = {
        "typed alone": lambda pick: Moment(pick.moment.typed),
        "suggested": lambda pick: pick.moment,
        "suggested, with labels": lambda pick: replace(pick.moment, labels=pick.labels),
        "nothing typed": lambda pick: replace(pick.moment, typed=""),
        "nothing typed, with labels": lambda pick: replace(pick.moment, typed="", labels=pick.labels),
    }
    for name, moment in known.items():
        figures[name] = _replayed(made, replies, moment)
    figures["unlearned, typed alone"] = _replayed(made, replies, known["typed alone"], learn=False)
    figures["10,000 replies"] = _at_size()
    figures["10,000 replies, at the hub"] = asyncio.run(at_the_hub(answers()))
    return figures


def _replayed(
    made: list[Pick], replies: list[CannedReply], known: Callable[[Pick], Moment], learn: bool = True
) -> dict[str, Any]:
    suggesting = Suggesting()
    for reply in replies:
        suggesting.put(reply)
    answers = []
    for pick in made:
        moment = known(pick)
        answers.append(tuple(one.key for one in suggesting.suggest(moment)))
        if learn and pick.picked != _NO_REPLY:
            suggesting.pick(moment, pick.picked)
    return _hits(made, answers)


def _most_used(made: list[Pick]) -> list[tuple[str, ...]]:
    used: Counter[str] = Counter()
    answers = []
    for pick in made:
        answers.append(tuple(key for key, _ in used.most_common(3)))
        used[pick.picked] += 1
    return answers


def _hits(made: list[Pick], answers: list[tuple[str, ...]]) -> dict[str, Any]:
    first = [answer[:1] == (pick.picked,) for pick, answer in zip(made, answers, strict=True)]
    three = [pick.picked in answer[:3] for pick, answer in zip(made, answers, strict=True)]
    later = int(len(made) * CHOSEN_ON)
    return {
        "picks": len(made),
        "top-1 %": _share(first),
        "top-3 %": _share(three),
        "later top-1 %": _share(first[later:]),
        "later top-3 %": _share(three[later:]),
    }


def _share(hits: list[bool]) -> float:
    return round(100 * sum(hits) / len(hits), 1)


def answers() -> list[tuple[str, str]]:
    """Real answers, each once, with what it answered."""
    answered: dict[str, str] = {}
    for talk in corpus.talks():
        for (theirs, said), (customer, text) in pairwise(talk.turns):
            if theirs and not customer:
                answered.setdefault(text, said)
    return list(islice(answered.items(), REPLIES))


def _at_size() -> dict[str, Any]:
    chosen = answers()
    before, begun = _resident_mib(), time.perf_counter()
    suggesting = Suggesting()
    for number, (text, said) in enumerate(chosen):
        key = f"reply-{number}"
        suggesting.put(CannedReply(key, (("", text),)))
        suggesting.pick(Moment(said=said), key)
    built, grown = time.perf_counter() - begun, _resident_mib() - before
    rng = random.Random(20261127)
    times = []
    for _ in range(QUESTIONS):
        text, said = rng.choice(chosen)
        typed = " ".join(text.split()[: rng.randrange(7)])
        started = time.perf_counter()
        suggesting.suggest(Moment(typed, said))
        times.append((time.perf_counter() - started) * 1e3)
    times.sort()
    return {
        "replies": len(chosen),
        "p50 ms": round(times[len(times) // 2], 2),
        "p95 ms": round(times[int(len(times) * 0.95)], 2),
        "worst ms": round(times[-1], 2),
        "build s": round(built, 1),
        "MiB": round(grown, 1),
    }


def _resident_mib() -> float:
    """The most that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
