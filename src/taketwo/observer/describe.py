"""Says which Python this is, for one that kept the observer out: it prints a ``process`` event as JSON."""

from __future__ import annotations

import sys


def main() -> None:
    """Print the event as one line of JSON."""
    import json
    import time

    here = __file__.rpartition("/")[0]
    package = type(sys)("_taketwo_observer")
    package.__path__ = [here]
    sys.modules["_taketwo_observer"] = package
    from _taketwo_observer.interpreter import process_facts  # type: ignore[import-not-found]

    facts = {"event": "process", "time": time.time()}
    facts.update(process_facts())
    sys.stdout.write(json.dumps(facts) + "\n")


main()
