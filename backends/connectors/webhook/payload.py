"""What is in a webhook's JSON: messages and delivery reports coming in, messages going out."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from agent_tui.backends.connectors.base import (
    CallReport,
    CallUpdate,
    DeliveryUpdate,
    Inbound,
    InboundFile,
    Outbound,
    OutboundTemplate,
)
from agent_tui.backends.connectors.webhook.exchange import CallIn, CallReportIn
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.model import Delivery
from agent_tui.domain.time import MS, Ms


class BadPayload(ValueError):
    """The JSON is not what was expected; the message names the field."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Party(_Part):
    """Who wrote: `address` is the customer's lasting id on the channel."""

    address: str = Field(min_length=1, max_length=500)
    name: str = Field(default="", max_length=500)


def _base64(value: object) -> object:
    """Strictly (RFC 4648, section 4): the lenient decoder would leave out what it cannot read."""
    if not isinstance(value, str):
        raise ValueError("expected base64")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("expected base64") from None


class File(_Part):
    """`content`: base64."""

    name: str = Field(min_length=1, max_length=500)
    media: str = Field(default="", max_length=200)
    content: Annotated[bytes, BeforeValidator(_base64)]


class MessageIn(_Part):
    """A customer wrote. `id`: the channel's own, unique for ever; a message that comes again under it is ignored.
    `thread`: the channel's own key of the conversation, the customer's address when left out. `at`: RFC 3339.
    `verified`: phone numbers (`tel:+...`) and mail addresses (`mailto:...`) that the channel has checked are theirs."""

    type: Literal["message"]
    id: str = Field(min_length=1, max_length=250)
    sender: Party = Field(alias="from")
    text: str = Field(default="", max_length=512 * 1024)
    thread: str = Field(default="", max_length=500)
    subject: str = Field(default="", max_length=2000)
    at: AwareDatetime | None = None
    language: str = Field(default="", max_length=35)
    verified: tuple[Annotated[str, Field(pattern=r"^(tel:\+[0-9]{6,15}|mailto:[^@\s]+@[^@\s]+)$")], ...] = Field(
        default=(), max_length=10
    )
    files: tuple[File, ...] = Field(default=(), max_length=50)


class DeliveryIn(_Part):
    """How a message of ours fares; `message`: the id it went out under."""

    type: Literal["delivery"]
    message: str = Field(min_length=1, max_length=250)
    state: Literal["sent", "delivered", "read", "failed"]
    reason: str = Field(default="", max_length=2000)
    at: AwareDatetime | None = None


Got = Inbound | DeliveryUpdate | CallUpdate | CallReport
_In = MessageIn | DeliveryIn | CallIn | CallReportIn
_ANY: TypeAdapter[_In] = TypeAdapter(Annotated[_In, Field(discriminator="type")])


def read(body: bytes, account: str, channel: str, now: Ms) -> Got:
    """Raises BadPayload. Times later than `now` become `now`."""
    try:
        got = _ANY.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        raise BadPayload(f"{place or 'body'}: {first['msg']}") from None
    voice = profile_of(channel).kind == "voice"
    if voice != isinstance(got, CallIn | CallReportIn):
        raise BadPayload(f"type: {got.type}, expected {'call or call-report' if voice else 'message or delivery'}")
    if isinstance(got, CallIn):
        return got.update(account, now)
    if isinstance(got, CallReportIn):
        return got.report(account, now)
    at = min(now, round(got.at.timestamp() * MS)) if got.at is not None else now
    if isinstance(got, DeliveryIn):
        state: Delivery = got.state
        return DeliveryUpdate(account, out_id(got.message), state, at, got.reason)
    if not (got.text.strip() or got.files):
        raise BadPayload("text: empty, and there is no file; expected one of them")
    address = got.sender.address.strip()
    return Inbound(
        account=account,
        channel=channel,
        channel_id=f"in:{got.id}",
        scheme=profile_of(channel).scheme,
        address=address,
        name=got.sender.name,
        body=got.text,
        at=at,
        thread=got.thread or address,
        subject=got.subject,
        files=tuple(InboundFile(file.name, file.media, file.content) for file in got.files),
        language=got.language,
        verified=tuple(address.lower() for address in got.verified),
    )


class FileOut(_Part):
    name: str
    media: str
    content: str


class TemplateOut(_Part):
    """An approved template; `values` stand in its places, in their order."""

    name: str
    language: str
    values: tuple[str, ...]


class MessageOut(_Part):
    """An agent wrote. `id` stays the same over all tries: a message that came already is to be ignored. `template`:
    what `text` says is this one; null for free words."""

    type: Literal["message"] = "message"
    id: str
    thread: str
    to: str
    text: str
    subject: str
    at: datetime
    files: tuple[FileOut, ...]
    template: TemplateOut | None = None


def write(outbound: Outbound, now: Ms) -> bytes:
    """The JSON that goes to the deliver_url."""
    files = tuple(
        FileOut(name=f.name, media=f.media, content=base64.b64encode(f.content).decode()) for f in outbound.files
    )
    made = MessageOut(
        id=outbound.message,
        thread=outbound.thread,
        to=outbound.address,
        text=outbound.body,
        subject=outbound.subject,
        at=datetime.fromtimestamp(now / MS, UTC),
        files=files,
        template=_template(outbound.template) if outbound.template is not None else None,
    )
    return made.model_dump_json().encode()


def _template(used: OutboundTemplate) -> TemplateOut:
    return TemplateOut(name=used.name, language=used.language, values=used.values)


def out_id(message: str) -> str:
    """The channel's id of a message of ours; apart from all ids that come from outside."""
    return f"out:{message}"
