"""Adapters to where data comes from: DVC, a URL with a digest, a file of the replayer's own."""
