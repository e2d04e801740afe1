"""Adapters to version control: the working tree as a git tree in our own object database."""
