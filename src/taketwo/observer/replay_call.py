"""Call one captured function once more, inside a sealed replay: ``python replay_call.py SPEC.json``.

The specification is a JSON object: ``module``, ``qualname``, ``arguments`` (path of the pickled ``(args,
kwargs)``), and for a function of ``__main__`` its ``script``, with ``main`` when that was started as a module
(``python -m``); ``path`` is put in front of ``sys.path``. Prints nothing of its own. What the function raises
ends the process as it would end any script.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from types import ModuleType
    from typing import Any


def main(specification: dict[str, Any]) -> None:
    """Import, unpickle, call."""
    import os

    # This file's own directory came onto the path with it, and its modules have everyday names.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    script = specification.get("script")
    front = specification.get("path")
    if front is None:
        front = [os.path.dirname(script) if script and not specification.get("main") else os.getcwd()]
    sys.path[:0] = [entry for entry in front if entry not in sys.path]
    sys.argv[:] = [script or specification["module"]]

    program = sys.modules["__main__"]  # kept alive while another module has its name
    function: Any = _load(specification)
    for name in specification["qualname"].split("."):
        function = getattr(function, name)
    args, kwargs = _arguments(specification["arguments"])
    # A class method fetched from its class is bound, and the pickled arguments hold the class already.
    call = getattr(function, "__func__", function)
    if call.__code__.co_flags & 0x80:  # a coroutine function
        import asyncio

        asyncio.run(call(*args, **kwargs))
    else:
        call(*args, **kwargs)
    del program


def _load(specification: dict[str, Any]) -> ModuleType:
    """The function's module. A script becomes ``__main__`` again, only without its guard.

    So its functions and classes have the names that they had, pickles find them, and workers that
    multiprocessing spawns load the script the way they did.
    """
    import ast
    import importlib.util

    script, main = specification.get("script"), specification.get("main")
    if script is None:
        return importlib.import_module(specification["module"])
    module = type(sys)("__main__")
    module.__file__ = script
    module.__spec__ = importlib.util.find_spec(main) if main else None
    module.__package__ = main.rpartition(".")[0] if main else None
    with open(script, "rb") as source:
        tree = ast.parse(source.read(), script)
    tree.body = [statement for statement in tree.body if not is_main_guard(statement)]
    sys.modules["__main__"] = module
    exec(compile(tree, script, "exec"), module.__dict__)  # noqa: S102 (this is what running a script is)
    return module


def is_main_guard(statement: ast.stmt) -> bool:
    """Whether a statement of the syntax tree is ``if __name__ == "__main__":``."""
    import ast

    test = getattr(statement, "test", None)
    if not isinstance(statement, ast.If) or not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return False
    sides = [test.left, test.comparators[0]]
    names = [side.id for side in sides if isinstance(side, ast.Name)]
    values = [side.value for side in sides if isinstance(side, ast.Constant)]
    return isinstance(test.ops[0], ast.Eq) and names == ["__name__"] and values == ["__main__"]


def _arguments(path: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    import pickle

    with open(path, "rb") as source:
        args, kwargs = pickle.load(source)  # noqa: S301 (inside the sandbox, which is what it is for)
    return args, kwargs


if __name__ == "__main__":
    import json

    with open(sys.argv[1], encoding="utf-8") as opened:
        found = json.load(opened)
    main(found)
