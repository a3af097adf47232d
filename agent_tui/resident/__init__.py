"""A process that has loaded everything and becomes a desk at once when somebody asks: opt-in, `resident = true`."""
