"""From a manifest to a plan of what must be placed, built and run."""
