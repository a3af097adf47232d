"""From a TOML file to a checked model: every mistake with its file, line, key and what was expected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from agent_tui.config.problems import ConfigError, Problem, Wrong
from agent_tui.config.toml_source import KeyPath, TomlSource, spell
from agent_tui.domain.frozen import frozen


class ConfigModel(BaseModel):
    """A table of a configuration file. The docstring under a field is its documentation, wherever it is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)


Model = TypeVar("Model", bound=ConfigModel)


@frozen
class Loaded(Generic[Model]):
    """Checked settings and the file they came from, so that a later finding can still point at its line."""

    settings: Model
    source: TomlSource

    @property
    def folder(self) -> Path:
        """The folder that relative paths in the file start from."""
        return Path(self.source.file).parent


def validate(model: type[Model], source: TomlSource, env: Mapping[str, str], prefix: str) -> Loaded[Model]:
    """Check `source` as `model`. A variable of `env` that is `prefix` and a plain top-level key wins over the file:
    `AGENT_TUI_THEME` sets `theme`.

    Raises ConfigError with every problem, in the file's order.
    """
    variables = {
        name: (variable, env[variable])
        for name, field in model.model_fields.items()
        if (variable := prefix + name.upper()) in env and table_model(field.annotation) is None
    }
    data = source.data | {name: value for name, (_, value) in variables.items()}
    try:
        return Loaded(model.model_validate(data), source)
    except ValidationError as error:
        problems = []
        for details in error.errors(include_url=False):
            problem = _problem(details, model, source)
            if details["loc"] and (found := variables.get(str(details["loc"][0]))):
                problem = Problem("environment", 0, found[0], problem.what, problem.expected)
            problems.append(problem)
        raise ConfigError(sorted(problems, key=lambda problem: problem.line)) from None


_WORDS: dict[str, tuple[str, str]] = {
    "missing": ("missing", ""),
    "string_type": ("not text", "text in quotes"),
    "string_too_short": ("empty", "text"),
    "string_pattern_mismatch": ("not a name", "lower-case letters, digits and -"),
    "path_type": ("not a path", "a path in quotes"),
    "int_type": ("not a number", "a whole number"),
    "int_parsing": ("not a number", "a whole number"),
    "int_from_float": ("not a whole number", "a whole number"),
    "float_type": ("not a number", "a number"),
    "float_parsing": ("not a number", "a number"),
    "finite_number": ("not a number", "a finite number"),
    "bool_type": ("neither yes nor no", "true or false"),
    "bool_parsing": ("neither yes nor no", "true or false"),
    "list_type": ("not a list", "a list: [ ... ]"),
    "tuple_type": ("not a list", "a list: [ ... ], or a [[table]] for each"),
    "model_type": ("not a table", "a [table]"),
    "model_attributes_type": ("not a table", "a [table]"),
    "dict_type": ("not a table", "a [table]"),
}


def _problem(details: ErrorDetails, model: type[ConfigModel], source: TomlSource) -> Problem:
    path: KeyPath = details["loc"]
    kind, context = details["type"], details.get("ctx", {})
    if kind == "value_error" and isinstance(wrong := context.get("error"), Wrong):
        path = (*path, *wrong.key)
        return Problem(source.file, source.line_of(path), spell(path), wrong.what, wrong.expected)
    if kind == "extra_forbidden":
        return Problem(source.file, source.line_of(path), spell(path), "unknown key", _closest(path, model))
    if kind == "literal_error":
        # only fields with fixed choices come here, and none of them is a secret
        what = f"{json.dumps(details['input'], ensure_ascii=False, default=str)[:40]} is none of the choices"
        return Problem(source.file, source.line_of(path), spell(path), what, str(context["expected"]))
    if kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
        name, limit = next(item for item in context.items() if item[0] in words)
        return Problem(source.file, source.line_of(path), spell(path), "out of range", f"{words[name]} {limit}")
    what, expected = _WORDS.get(kind, (details["msg"][:1].lower() + details["msg"][1:], ""))
    if kind == "missing":
        expected = _meaning(path, model)
    return Problem(source.file, source.line_of(path), spell(path), what, expected)


def _table_at(path: KeyPath, model: type[ConfigModel]) -> type[ConfigModel] | None:
    """The model of the table that holds the last key of `path`."""
    current: type[ConfigModel] | None = model
    for part in path[:-1]:
        if isinstance(part, int):
            continue
        field = current.model_fields.get(part) if current else None
        current = table_model(field.annotation) if field else None
    return current


def table_model(annotation: Any) -> type[ConfigModel] | None:
    """The model inside `Model`, `Model | None` or `tuple[Model, ...]`; None for plain values."""
    if isinstance(annotation, type) and issubclass(annotation, ConfigModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := table_model(inner))), None)


def _closest(path: KeyPath, model: type[ConfigModel]) -> str:
    from difflib import get_close_matches  # only a mistake needs it

    table = _table_at(path, model)
    names = list(table.model_fields) if table else []
    return " or ".join(get_close_matches(str(path[-1]), names, n=2)) or "one of " + ", ".join(names)


def _meaning(path: KeyPath, model: type[ConfigModel]) -> str:
    table = _table_at(path, model)
    field = table.model_fields.get(str(path[-1])) if table else None
    words = (field.description or "") if field else ""
    return " ".join(words.split()).partition(". ")[0].rstrip(".")
