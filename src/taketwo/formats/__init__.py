"""Bytes <-> model, and nothing else."""
