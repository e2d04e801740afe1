"""``python -m taketwo``, and the entry points of the console scripts ``taketwo`` and ``replay``."""

from __future__ import annotations

from taketwo.cli.main import main, replay

__all__ = ["main", "replay"]

if __name__ == "__main__":
    main()
