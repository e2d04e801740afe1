"""Comparison of two manifests: a pure function of both and the rules."""
