"""Policies that come with agent-tui, as sla.toml spells them: `presets = ["e-commerce"]`."""
