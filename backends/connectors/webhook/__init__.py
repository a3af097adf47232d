"""A channel for anything that speaks HTTP: signed messages in, signed messages out."""
