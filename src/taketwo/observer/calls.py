"""Decorated calls: what goes in, what comes out, and which call is active where."""

from __future__ import annotations

import os
import sys

from .process import Scope
from .values import ARGUMENTS_LIMIT, as_json, describe, numbers_in, pickle_to

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextvars import Token
    from typing import Any, Optional, Tuple

    from .journal import Journal
    from .process import ObservedProcess

    Entered = Tuple[Scope, Token[Optional[Scope]]]

_ERROR_LIMIT = 2000


def enter(
    observed: ObservedProcess,
    journal: Journal,
    function: Any,
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    options: dict[str, Any],
) -> Entered:
    """Record that ``function`` is about to be called; the scope to give to ``leave``, active from now on."""
    with observed.silence():
        outer = observed.inside()
        observed.calls_made += 1
        name = "%s-%d" % (journal.name, observed.calls_made)
        call = Scope(journal, name, outer)
        fields = describe_function(observed, function)
        if outer is not None and outer.call is not None and outer.journal is journal:
            fields["parent"] = outer.call
        owner = takes_owner(function, arguments)
        fields["parameters"] = parameters(function, arguments, keywords, owner)
        fields["pickled"] = pickle_to(journal.recording, (arguments, keywords), ARGUMENTS_LIMIT)
        fields["options"] = as_json(options)
        call.write("call", fields)
    observed.active[name] = call
    return call, observed.scope.set(call)


def leave(observed: ObservedProcess, entered: Entered, result: Any, error: BaseException | None) -> None:
    """Record how the call ended: with ``result``, or with ``error`` when that is not ``None``."""
    call, token = entered
    observed.active.pop(call.call or "", None)
    try:
        observed.scope.reset(token)
    except ValueError:  # an event loop closes what it abandoned from another context
        pass
    with observed.silence():
        fields: dict[str, Any] = {"error": None, "result": None, "metrics": {}}
        if error is None:
            fields["result"] = describe(result, call.journal.recording)
            fields["metrics"] = numbers_in(result)
        else:
            fields["error"] = error_text(error)
        call.write("return", fields)
    call.open = False


def error_text(error: BaseException) -> str:
    """``Type: text``, bounded, whatever the exception does when asked."""
    try:
        text = str(error)
    except Exception:  # a class of the user's
        text = ""
    return ("%s: %s" % (type(error).__name__, text))[:_ERROR_LIMIT]


def describe_function(observed: ObservedProcess, function: Any) -> dict[str, Any]:
    """What the ``call`` event says of the function itself."""
    code = getattr(function, "__code__", None)
    # A worker that multiprocessing spawns loads the script under a name of its own.
    module = "__main__" if function.__module__ == "__mp_main__" else function.__module__
    key = (module, function.__qualname__)
    index = observed.indices.get(key, 0)
    observed.indices[key] = index + 1
    program, name = _program_of(function)
    script = program if module == "__main__" else None
    from .alone import can_be_called_alone

    return {
        "module": module,
        "qualname": function.__qualname__,
        "index": index,
        "script": script,
        "main": name if script is not None else None,
        "path": [str(entry) for entry in sys.path],
        "file": os.path.abspath(code.co_filename) if code is not None else None,
        "line": code.co_firstlineno if code is not None else None,
        "alone": can_be_called_alone(function, program),
        "is_async": bool(code is not None and code.co_flags & 0x80),
    }


def _program_of(function: Any) -> tuple[str | None, str | None]:
    """The file that the function's ``__main__`` came from, and its name when that was started by ``-m``.

    In a worker of joblib ``__main__`` is the worker's own program, and functions of the user's script arrive
    there by value: they still say which file they were written in.
    """
    main = sys.modules.get("__main__")
    file = getattr(main, "__file__", None)
    program = None if file is None else os.path.abspath(file)
    innermost = function
    for _ in range(100):  # decorators between ours and the function live in files of their own
        if not hasattr(innermost, "__wrapped__"):
            break
        innermost = innermost.__wrapped__
    code = getattr(innermost, "__code__", None)
    if function.__module__ == "__main__" and code is not None and os.path.isfile(code.co_filename):
        written = os.path.abspath(code.co_filename)
        if program is None or os.path.realpath(written) != os.path.realpath(program):
            return written, None
    return program, getattr(getattr(main, "__spec__", None), "name", None)


def parameters(
    function: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], owner: bool
) -> list[dict[str, Any]]:
    """The bound arguments with defaults, as a list of ``{name, value | stored, origin}``; ``owner`` leaves
    out the first.

    ``*args`` become ``args.0``, ``args.1``…; ``**kwargs`` go by their own names. A call that does not fit the
    function has none: it is about to fail by itself.
    """
    import inspect

    try:
        signature = inspect.signature(function)
        bound = signature.bind(*arguments, **keywords)
    except (TypeError, ValueError):
        return []
    given = set(bound.arguments)
    bound.apply_defaults()
    found: list[dict[str, Any]] = []
    for position, (name, value) in enumerate(bound.arguments.items()):
        kind = signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            skipped = 1 if owner and position == 0 else 0
            items = [("%s.%d" % (name, number), item) for number, item in enumerate(value[skipped:])]
        elif kind is inspect.Parameter.VAR_KEYWORD:
            items = list(value.items())
        else:
            items = [] if owner and position == 0 else [(name, value)]
        origin = "argument" if name in given else "default"
        found.extend({"name": str(key), "origin": origin, **describe(item)} for key, item in items)
    return found


def takes_owner(function: Any, arguments: tuple[Any, ...]) -> bool:
    """Whether the first argument is the object or class whose method this is, and so no parameter."""
    if not arguments:
        return False
    scope, _, name = function.__qualname__.rpartition(".")
    if not scope or scope.endswith("<locals>"):
        return False
    first = arguments[0]
    for kind in getattr(first if isinstance(first, type) else type(first), "__mro__", ()):
        member = vars(kind).get(name)
        if isinstance(member, (classmethod, staticmethod)):
            if _wraps(member.__func__, function):
                return isinstance(member, classmethod)
        elif member is not None and _wraps(member, function):
            return True
    code = getattr(function, "__code__", None)
    return bool(code is not None and code.co_argcount and code.co_varnames[0] in ("self", "cls"))


def _wraps(member: Any, function: Any) -> bool:
    for _ in range(100):
        if member is function or member is None:
            break
        member = getattr(member, "__wrapped__", None)
    return member is function
