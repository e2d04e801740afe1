"""Use cases, one file each, and the wiring: the only place where adapters are composed."""
