"""requirements.txt: hash-pinned, deterministic, readable by others."""

import random

import msgspec
from pip_requirements_parser import RequirementsFile

from taketwo.formats.requirements import requirements
from tests.formats.make_golden_locks import GOLDEN
from tests.support.sample_environment import sample


def test_the_bytes_are_the_golden_ones():
    assert requirements(sample()) == (GOLDEN / "requirements.txt").read_bytes()


def test_the_order_of_distributions_does_not_matter():
    environment = sample()
    shuffled = list(environment.distributions)
    random.Random(7).shuffle(shuffled)
    again = msgspec.structs.replace(environment, distributions=tuple(shuffled))
    assert requirements(again) == requirements(environment)


def test_others_read_the_same_pins_and_hashes_from_it(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_bytes(requirements(sample()))
    parsed = RequirementsFile.from_file(str(path))
    assert not parsed.invalid_lines
    found = {r.name: (r.get_pinned_version, r.hash_options) for r in parsed.requirements}
    assert found == {
        "docopt": ("0.6.2", [f"sha256:{'b' * 64}"]),
        "six": ("1.17.0", [f"sha256:{'a' * 64}"]),
        "torchlike": ("2.13.0+cpu", [f"sha256:{'e' * 64}"]),
    }
