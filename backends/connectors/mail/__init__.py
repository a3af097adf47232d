"""The e-mail connector: IMAP in, SMTP out, and everything a mail can be in between."""
