"""Comparison of two files by content: one file per format, the first that recognises it wins."""
