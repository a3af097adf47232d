"""Fixtures of the end-to-end tests."""

from tests.real_mail import mail_servers

__all__ = ["mail_servers"]
