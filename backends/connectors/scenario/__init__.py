"""Customers who are played: scripted people on every channel, for demos, training and tests."""
