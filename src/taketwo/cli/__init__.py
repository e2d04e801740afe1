"""The shell entrance: every command parses, calls one use case, renders, returns an exit code."""
