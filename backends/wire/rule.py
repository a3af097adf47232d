"""What a frame's field may hold, said to pydantic without importing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


class Rule:
    """Stands in `Annotated` where pydantic's `Field(...)` with the same arguments would; `said` are they."""

    __slots__ = ("said",)

    def __init__(self, **said: Any) -> None:
        self.said = said

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic import Field

        return handler(Annotated[source, Field(**self.said)])
