"""Starts the observer in every Python process of an observed command, then steps aside.

``site`` imports this because the directory stands first on ``PYTHONPATH``. Afterwards nothing of it is left:
the directory is off ``sys.path``, and the ``sitecustomize`` that it hid is imported in its place. When there
is none, that import fails with exactly the error that ``site`` takes to mean "no sitecustomize".
"""

import sys


def _observe(here: str) -> None:
    package = type(sys)("_taketwo_observer")
    package.__path__ = [here.rpartition("/")[0]]
    sys.modules["_taketwo_observer"] = package
    try:
        from _taketwo_observer.process import (  # type: ignore[import-not-found]
            start_from_environment,
        )

        start_from_environment()
    except Exception:  # the observed program comes first, whatever happens to us
        pass


_here = __file__.rpartition("/")[0]
sys.path[:] = [entry for entry in sys.path if entry != _here]
sys.path_importer_cache.pop(_here, None)
sys.modules.pop("sitecustomize", None)
_observe(_here)

import sitecustomize  # type: ignore[import-not-found]  # noqa: E402, F401 (the one that was hidden)
