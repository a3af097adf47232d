"""The terminal as a value: driver, output that sends only what changed, and the App base that joins them."""
