"""An order that cannot be carried out."""

from __future__ import annotations


class Refused(Exception):
    """`code` is for programs, the message tells a person why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
