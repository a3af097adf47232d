"""What files of canned replies may say. The docstring under a field is its documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from agent_tui.config.problems import Wrong
from agent_tui.config.settings import Name
from agent_tui.config.validation import ConfigModel
from agent_tui.domain.replies.fields import old_spelling
from agent_tui.domain.replies.known import THINGS, WORDS, spelled
from agent_tui.domain.replies.reply import Canned, ReplyField, ReplyFile, Variant
from agent_tui.domain.replies.template import Refused, shape_of

Key = Annotated[str, Field(pattern=r"^[^\s/\\]{1,60}$")]
FieldName = Annotated[str, Field(pattern=r"^[^\W\d_]\w{0,39}$")]
Language = Annotated[str, Field(pattern=r"^([a-z]{2})?$")]
ChannelName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]


def _template(text: str) -> str:
    try:
        shape_of(text)
    except Refused as refused:
        raise Wrong(f"line {refused.line} of it: {refused.what}", refused.expected) from None
    return text


class CannedSettings(ConfigModel):
    """A canned reply. One [[canned]] table for each."""

    name: Name = Field(examples=["late-parcel"])
    """What an agent types to find it."""

    text: str = Field(min_length=1, examples=["Hello {{ customer.name }}, parcel {{ number }} is on its way."])
    """What it says, in Jinja2: {{ customer.name }}, {{ case.number }}, {{ agent.name }} and others are filled in
    (docs/replies.md); any other {{ word }} is a field that the agent fills before it goes."""

    brand: str = Field(default="", examples=["nofar"])
    """The brand whose it is; left out: every brand's. One of a brand stands before one of all with the same name."""

    @field_validator("text")
    @classmethod
    def _is_template(cls, text: str) -> str:
        if old := old_spelling(text):
            raise Wrong(f"{{{old[0]}}} is the old spelling", old[1])
        return _template(text)


class ReplyFieldSettings(ConfigModel):
    """Something that the agent fills in. One [[reply.field]] table for each."""

    name: FieldName = Field(examples=["number"])
    """What it is called in the text: {{ number }}."""

    title: str = Field(default="", max_length=100, examples=["parcel number"])
    """What the agent is asked for."""

    choices: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(default=(), max_length=100)
    """It is one of these, picked before the text is put in; left out: any words."""

    default: str = Field(default="", max_length=2000)
    """What stands there unless the agent says otherwise."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.name in THINGS or self.name in WORDS:
            raise Wrong(f"{self.name} is filled in by itself", "another name", ("name",))
        if self.choices and self.default and self.default not in self.choices:
            raise Wrong("none of the choices", "one of them", ("default",))
        return self


class ReplyTextSettings(ConfigModel):
    """The reply in another language, or for a channel. One [[reply.variant]] table for each."""

    text: str = Field(min_length=1)
    """What it says."""

    language: Language = Field(default="", examples=["he"])
    """Its language, two letters; left out: that of the reply."""

    channel: Annotated[str, Field(pattern=r"^([a-z][a-z0-9-]{0,30})?$")] = Field(default="", examples=["sms"])
    """The channel (whatsapp, email, sms ...), or kind of channels (live, messaging, mail, public, voice), that it is
    for."""

    _checked = field_validator("text")(classmethod(lambda _, text: _template(text)))


class ReplySettings(ConfigModel):
    """A canned reply. One [[reply]] table for each."""

    key: Key = Field(examples=["late-parcel"])
    """What it is found by, and by what rules name it."""

    text: str = Field(min_length=1, examples=["Hello {{ customer.name }}, parcel {{ number }} is on its way."])
    """What it says (docs/replies.md)."""

    title: str = Field(default="", max_length=200, examples=["The parcel is late"])
    """What it is for, as agents read it."""

    language: Language = Field(default="", examples=["en"])
    """The language of the text, two letters; left out: any."""

    channels: tuple[ChannelName, ...] = Field(default=(), max_length=30, examples=[["whatsapp", "mail"]])
    """The channels, or kinds of channels, that it is meant for; left out: all."""

    tags: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] = Field(default=(), max_length=30)
    """Words that it is found by too; the names of its folders are added."""

    brand: str = Field(default="", max_length=60, examples=["nofar"])
    """The brand whose it is; left out: every brand's."""

    variant: tuple[ReplyTextSettings, ...] = Field(default=(), max_length=60)
    """Its texts in other languages and for channels."""

    field: tuple[ReplyFieldSettings, ...] = Field(default=(), max_length=40)
    """What the agent fills in."""

    files: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(default=(), max_length=10)
    """Files that go with it, by their names in the same folder."""

    _checked = field_validator("text")(classmethod(lambda _, text: _template(text)))

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = [one.name for one in self.field]
        for place, name in enumerate(names):
            if name in names[:place]:
                raise Wrong(f"{name} is there already", "a field once", ("field", place, "name"))
        for key, text in self._texts():
            for name in shape_of(text).fields:
                if name not in names:
                    raise Wrong(f"{name} is no field of it", f"a [[reply.field]] called {name}, or {spelled()}", key)
        return self

    def _texts(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        yield ("text",), self.text
        for place, one in enumerate(self.variant):
            yield ("variant", place, "text"), one.text

    def canned(self, folders: tuple[str, ...]) -> Canned:
        """The reply; `folders` that its file is in. Its files have names alone."""
        return Canned(
            key=self.key,
            text=self.text,
            brand=self.brand,
            title=self.title,
            language=self.language,
            channels=self.channels,
            tags=tuple(dict.fromkeys((*folders, *self.tags))),
            variants=tuple(Variant(one.text, one.language or self.language, one.channel) for one in self.variant),
            fields=tuple(ReplyField(one.name, one.title, one.choices, one.default) for one in self.field),
            files=tuple(map(ReplyFile, self.files)),
        )


class RepliesSettings(ConfigModel):
    """A file of canned replies."""

    reply: tuple[ReplySettings, ...] = ()
    """The replies."""
