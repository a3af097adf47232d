"""The state of one desk: what it holds of its backends' workspaces, and what changed. Pure: no I/O, no Textual."""
