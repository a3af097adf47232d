"""JSON schemas of the desk protocol's frames, from their types."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from pydantic import Field, TypeAdapter

from agent_tui.backends.wire.frames import ClientFrame, ServerFrame

REF = "#/components/schemas/{model}"


def frame_types(union: Any) -> tuple[type[Any], ...]:
    """The frame classes of one direction, in the order of their declaration."""
    return get_args(union)


def all_schemas() -> dict[str, Any]:
    """Every frame and every type in it, by name, without pydantic's generated titles."""
    found: dict[str, Any] = {}
    client: TypeAdapter[ClientFrame] = TypeAdapter(Annotated[ClientFrame, Field(discriminator="type")])
    server: TypeAdapter[ServerFrame] = TypeAdapter(Annotated[ServerFrame, Field(discriminator="type")])
    for adapter in (client, server):
        found.update(adapter.json_schema(ref_template=REF)["$defs"])
    return {name: _tagged(_plain(found[name])) for name in sorted(found)}


def _tagged(schema: dict[str, Any]) -> dict[str, Any]:
    """What tells a type from its siblings has one value and is always there."""
    tags = [key for key, value in schema.get("properties", {}).items() if "const" in value]
    for tag in tags:
        schema["properties"][tag].pop("default", None)
    if tags:
        schema["required"] = [*tags, *schema.get("required", ())]
    return schema


def _plain(schema: Any) -> Any:
    if isinstance(schema, dict):
        kept = {key: _plain(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
        if isinstance(kept.get("description"), str):
            kept["description"] = " ".join(kept["description"].split())
        return kept
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    return schema
