"""Sessions outside the process: what a caller needs to come back to a conversation on another worker."""
