"""Frozen values: what a run, its parts and a verdict are. No I/O, no logic beyond reading a field."""
