"""Canned replies: what one is (`reply`), the Jinja2 that its text may be written in (`template`), what the desk fills
in by itself (`known`), and the places that an agent fills (`fields`)."""
