"""The demo: an embedded hub, scripted customers and a desk, live on a terminal or headless on virtual time."""
