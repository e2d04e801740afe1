"""Adapters that run commands elsewhere: Docker or Podman, bubblewrap, a plain virtual environment."""
