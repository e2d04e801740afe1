"""Settings -> one frozen value."""
