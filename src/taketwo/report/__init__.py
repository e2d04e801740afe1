"""A verdict, a manifest or a difference of two, rendered for people and machines."""
