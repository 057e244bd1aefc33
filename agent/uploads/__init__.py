"""Uploads: the endpoints by which callers bring documents of their own, list them and take them away."""
