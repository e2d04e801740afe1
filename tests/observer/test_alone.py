"""Whether a function can be called again without its script's main part."""

from __future__ import annotations

from pathlib import Path
from types import FunctionType

import pytest

from taketwo.observer.alone import can_be_called_alone

GUARD = "\nif __name__ == '__main__':\n    train(1)\n"
TRAIN = "\ndef train(x):\n    return x\n"


def function(name: str = "train", module: str = "__main__") -> FunctionType:
    made = FunctionType((lambda x: x).__code__, {})
    made.__module__, made.__qualname__ = module, name
    return made


def judged(tmp_path: Path, source: str, **which: str) -> bool:
    script = tmp_path / f"script{len(list(tmp_path.iterdir()))}.py"
    script.write_text(source)
    return can_be_called_alone(function(**which), str(script))


@pytest.mark.parametrize(
    "source",
    [
        '"""Doc."""\nimport os, sys\nfrom pathlib import Path\n' + TRAIN + GUARD,
        "LR = 0.1\nNAMES: list[str] = ['a', 'b']\nA, B = 1, -2\n" + TRAIN + GUARD,
        "from pathlib import Path\nROOT = Path(__file__).resolve().parent / 'data'\n" + TRAIN + GUARD,
        "import sys\nsys.path.insert(0, 'src')\n" + TRAIN + GUARD,
        "try:\n    import torch\nexcept ImportError:\n    torch = None\n" + TRAIN + GUARD,
        "class A:\n    x = 1\n" + TRAIN + GUARD,
        "import random\ndef seed_all(s):\n    random.seed(s)\ndef train(x):\n    seed_all(x)\n" + GUARD,
    ],
)
def test_a_script_that_only_defines_things(tmp_path: Path, source: str) -> None:
    assert judged(tmp_path, source)


@pytest.mark.parametrize(
    "source",
    [
        TRAIN + "train(1)\n",
        "print('hello')\n" + TRAIN + GUARD,
        "import pandas\nDATA = pandas.read_csv('x.csv')\n" + TRAIN + GUARD,
        "import random\nrandom.seed(1)\n" + TRAIN + GUARD,
        "for i in range(3): pass\n" + TRAIN + GUARD,
        "import random\n" + TRAIN + "\nif __name__ == '__main__':\n    random.seed(3)\n    train(1)\n",
        "import random\n"
        + TRAIN
        + "\ndef main():\n    random.seed(3)\n    train(1)\n"
        + "\nif __name__ == '__main__':\n    main()\n",
        "def train(x):\n    return args.lr\nif __name__ == '__main__':\n    args = parse()\n    train(1)\n",
        "def train(:\n",
    ],
)
def test_a_script_whose_main_part_matters(tmp_path: Path, source: str) -> None:
    assert not judged(tmp_path, source)


def test_a_function_of_a_module_is_only_bound_by_seeds_of_the_script(tmp_path: Path) -> None:
    assert judged(tmp_path, "from steps import train\nprint(train(1))\n", module="steps")
    assert not judged(tmp_path, "import random, steps\nrandom.seed(1)\nsteps.train(1)\n", module="steps")
    assert can_be_called_alone(function(module="steps"), None)
    assert judged(tmp_path, "#!/bin/sh\necho not python\n", module="steps")


def test_local_functions_and_notebooks_are_not(tmp_path: Path) -> None:
    assert not judged(tmp_path, TRAIN + GUARD, name="main.<locals>.train")
    assert not can_be_called_alone(function(), None)
