"""Writes the golden lock files anew: python -m tests.formats.make_golden_locks"""

from pathlib import Path

from taketwo.formats.pylock import pylock
from taketwo.formats.requirements import requirements
from tests.support.sample_environment import sample

GOLDEN = Path(__file__).parent / "golden"

if __name__ == "__main__":
    (GOLDEN / "pylock.toml").write_bytes(pylock(sample()))
    (GOLDEN / "requirements.txt").write_bytes(requirements(sample()))
