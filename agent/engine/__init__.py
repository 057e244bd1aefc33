"""The embedded engine: a Realtime endpoint that hears, thinks and speaks with models from pinned packages."""
