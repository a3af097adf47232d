"""What a desk does over time: sessions with backends, the outbox, drafts, notifications. Async, no Textual."""
