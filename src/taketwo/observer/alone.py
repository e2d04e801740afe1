"""Whether a decorated function can be called again alone, as far as can be seen in the source of the main
script.

Calling it alone means importing its script without the ``__main__`` guard. That is the same run only if
importing does nothing but define things, and if nothing outside the function prepared state that it uses: a
seeded generator, a global that the guard assigned. In doubt the answer is no, and the whole command is
replayed.
"""

from __future__ import annotations

from .replay_call import is_main_guard

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from typing import Any

_HARMLESS_CALLS = frozenset(
    (
        *(
            "Path",
            "PurePath",
            "join",
            "dirname",
            "abspath",
            "resolve",
            "expanduser",
            "absolute",
            "joinpath",
            "parent",
        ),
        *(
            "frozenset",
            "set",
            "dict",
            "list",
            "tuple",
            "int",
            "float",
            "str",
            "bool",
            "namedtuple",
            "field",
            "Enum",
        ),
        *("getLogger", "compile", "TypeVar", "NewType", "get", "getenv"),
    )
)
_HARMLESS_STATEMENTS = frozenset(("insert", "append", "filterwarnings", "simplefilter", "basicConfig"))
_cache: dict[str, ast.Module] = {}


def can_be_called_alone(function: Any, script: str | None) -> bool:
    """``True`` when nothing speaks against it.

    A function of an importable module is only judged by the seeds of the script.
    """
    in_script = function.__module__ in ("__main__", "__mp_main__")
    if script is None:
        return not in_script
    if "<locals>" in function.__qualname__:
        return False
    try:
        tree = _parsed(script)
    except (OSError, SyntaxError, ValueError, RecursionError):  # a console script need not be Python
        return not in_script
    name = function.__qualname__.partition(".")[0] if in_script else None
    if _seeds_outside(tree, _reached(tree, name)):
        return False
    return not in_script or (_only_defines(tree.body) and not _uses_what_the_guard_assigned(tree, name))


def _parsed(script: str) -> ast.Module:
    import ast

    if script not in _cache:
        with open(script, "rb") as source:
            _cache[script] = ast.parse(source.read())
    return _cache[script]


def _only_defines(statements: list[ast.stmt]) -> bool:
    return all(_defines(statement) for statement in statements)


def _defines(statement: ast.stmt) -> bool:
    import ast

    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Pass)
    if isinstance(statement, definitions) or is_main_guard(statement):
        return True
    if isinstance(statement, ast.If):
        return _is_harmless(statement.test) and _only_defines(statement.body + statement.orelse)
    if isinstance(statement, ast.Try):
        handled = [inner for handler in statement.handlers for inner in handler.body]
        return _only_defines(statement.body + handled + statement.orelse + statement.finalbody)
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        plain = all(isinstance(target, (ast.Name, ast.Tuple)) for target in targets)
        return plain and (statement.value is None or _is_harmless(statement.value))
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Expr) and isinstance(value, ast.Call):
        return _called(value) in _HARMLESS_STATEMENTS
    return isinstance(statement, ast.Expr) and isinstance(value, ast.Constant)


def _is_harmless(expression: ast.AST) -> bool:
    import ast

    return all(
        _called(node) in _HARMLESS_CALLS
        for node in ast.walk(expression)
        if isinstance(node, (ast.Call, ast.Await, ast.Yield, ast.YieldFrom))
    )


def _called(node: ast.AST) -> str | None:
    import ast

    target = getattr(node, "func", None)
    if isinstance(target, ast.Attribute):
        return target.attr
    return target.id if isinstance(target, ast.Name) else None


def _reached(tree: ast.Module, name: str | None) -> dict[str, ast.stmt]:
    """The top-level definitions that the function uses, transitively, by name; itself included."""
    import ast

    definitions = {
        n.name: n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    reached: dict[str, ast.stmt] = {}
    waiting = [name]
    while waiting:
        found = waiting.pop()
        if found in definitions and found not in reached:
            reached[found] = definitions[found]
            waiting.extend(node.id for node in ast.walk(definitions[found]) if isinstance(node, ast.Name))
    return reached


def _seeds_outside(tree: ast.Module, reached: dict[str, ast.stmt]) -> bool:
    """Whether something that the function does not call itself sets a seed."""
    import ast

    inside = set(reached.values())
    for statement in tree.body:
        if statement in inside:
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and "seed" in (_called(node) or "").lower():
                return True
    return False


def _uses_what_the_guard_assigned(tree: ast.Module, name: str | None) -> bool:
    import ast

    assigned: set[str] = set()
    for statement in tree.body:
        if is_main_guard(statement):
            stores = [
                n for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            ]
            assigned.update(node.id for node in stores)
    for definition in _reached(tree, name).values():
        own = {n.id for n in ast.walk(definition) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        own.update(n.arg for n in ast.walk(definition) if isinstance(n, ast.arg))
        loads = {
            n.id for n in ast.walk(definition) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
        }
        if (loads - own) & assigned:
            return True
    return False
