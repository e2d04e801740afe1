"""One file per command: parse, call one use case, render, return an exit code."""
