"""The inbox: one list over every backend, drawn line by line from `desk.inbox`."""

from agent_tui.widgets.inbox.inbox_list import InboxList

__all__ = ["InboxList"]
