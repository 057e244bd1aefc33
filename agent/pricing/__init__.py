"""Pricing: what models cost, what was spent, and whether there is anything left to spend."""
