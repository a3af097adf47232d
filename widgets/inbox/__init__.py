"""The inbox: one list over every backend, drawn line by line from `desk.inbox`; under it what was found."""

from agent_tui.widgets.inbox.hit_list import HitList
from agent_tui.widgets.inbox.inbox_list import InboxList

__all__ = ["HitList", "InboxList"]
