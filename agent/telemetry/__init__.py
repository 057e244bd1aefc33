"""Telemetry: traces, metrics and logs of what an assistant does. Nothing of it runs unless somebody asked for it."""
