"""Adapters to Python environments: what is installed, what the index knows about it."""
