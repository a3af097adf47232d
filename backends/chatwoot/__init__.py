"""Chatwoot as a backend: its ActionCable socket for what happens, its REST API for the rest. Written against v4.14."""
