"""Call one captured function once more, inside a sealed replay: ``python replay_call.py SPEC.json``.

The specification is a JSON object: ``module``, ``qualname``, ``arguments`` (path of the pickled ``(args, kwargs)``), and for a
function of ``__main__`` its ``script``, with ``main`` when that was started as a module (``python -m``); ``path`` is put in front of
``sys.path``. Prints nothing of its own. What the function raises ends the process as it would end any script.
"""

import sys


def main(specification):
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

    module = _load(specification)
    function = module
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


def _load(specification):
    """The function's module. A script is loaded under the name that multiprocessing gives to main modules.

    With that name its ``__main__`` guard stays shut, its functions can be pickled to workers, and pickles that speak of
    ``__main__`` find their classes.
    """
    import importlib

    script, name = specification.get("script"), specification.get("main")
    if script is None:
        return importlib.import_module(specification["module"])
    if name:
        module = importlib.import_module(name)
    else:
        module = type(sys)("__mp_main__")
        module.__file__ = script
        module.__spec__ = None
        sys.modules["__mp_main__"] = sys.modules["__main__"] = module
        with open(script, "rb") as source:
            code = compile(source.read(), script, "exec")
        exec(code, module.__dict__)  # noqa: S102 (this is what running a script is)
    sys.modules["__main__"] = sys.modules["__mp_main__"] = module
    return module


def _arguments(path):
    import pickle

    with open(path, "rb") as source:
        args, kwargs = pickle.load(source)  # noqa: S301 (inside the sandbox, which is what it is for)
    return args, kwargs


if __name__ == "__main__":
    import json

    with open(sys.argv[1], encoding="utf-8") as opened:
        found = json.load(opened)
    main(found)
