"""Checks that any desk server can run: `python -m agent_tui.backends.conformance ws://... --token-env NAME`."""
