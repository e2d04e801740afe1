"""From what was observed to a manifest."""
