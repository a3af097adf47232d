"""Approved templates in hub.toml: what an account may write where its channel's reply window is closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from agent_tui.config.problems import Wrong
from agent_tui.config.settings import Name
from agent_tui.config.validation import ConfigModel
from agent_tui.domain.templates import Template, trouble


class TemplateSettings(ConfigModel):
    """A text that the channel has approved, which goes where its reply window is closed. One [[template]] table for
    each, in each language."""

    account: Name = Field(examples=["shop-chat"])
    """The [[webhook]] whose template it is."""

    name: str = Field(pattern="^[a-z0-9_]{1,512}$", examples=["late_parcel"])
    """What the channel approved it as."""

    language: str = Field(pattern="^[a-z]{2,3}(_[A-Z]{2})?$", examples=["he"])
    """Its language, as the channel names it."""

    text: str = Field(min_length=1, max_length=4096, examples=["Hello {{1}}, we go on here about order {{2}}."])
    """What it says, letter for letter as it was approved."""

    variables: tuple[Name, ...] = Field(default=(), examples=[["customer", "number"]])
    """What stands in {{1}}, {{2}} ...: customer, case, agent and brand are filled in, the agent is asked for any
    other."""

    def template(self) -> Template:
        """As the hub has it."""
        return Template(self.name, self.language, self.text, self.variables)


def check_templates(templates: Sequence[TemplateSettings], accounts: Sequence[str]) -> None:
    """Raises Wrong."""
    seen = set()
    for index, one in enumerate(templates):
        if one.account not in accounts:
            raise Wrong("no such account", "the name of one of [[webhook]]", ("template", index, "account"))
        if (one.account, one.name, one.language) in seen:
            raise Wrong(f"{one.name} stands there in {one.language} already", "once", ("template", index, "name"))
        seen.add((one.account, one.name, one.language))
        if wrong := trouble(one.template()):
            raise Wrong(wrong, "a variable for each place", ("template", index, "variables"))


def templates_of(templates: Sequence[TemplateSettings]) -> Mapping[str, tuple[Template, ...]]:
    """Those of each account."""
    accounts = dict.fromkeys(one.account for one in templates)
    return {name: tuple(one.template() for one in templates if one.account == name) for name in accounts}
