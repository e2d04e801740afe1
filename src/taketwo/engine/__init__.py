"""Adapters that run a command: on this machine, observed; or sealed, in a container."""
