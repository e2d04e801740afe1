"""The ``taketwo`` program of this checkout, for tests: the first argument is where the package lies.

Started by its path and not through ``PYTHONPATH``, which the captured programs would inherit.
"""

import sys

sys.path[0] = sys.argv.pop(1)

from taketwo.__main__ import main  # noqa: E402 - only now can it be found

main()
