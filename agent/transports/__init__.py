"""Transports move frames. They know nothing of events."""
