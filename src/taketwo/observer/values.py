"""Values as JSON where JSON can carry them, else by type, digest and a short text.

Pickled where a replay needs them.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, BinaryIO, Dict, Union

    Numbers = Dict[str, Union[int, float]]

TEXT_LIMIT = 200
JSON_ITEMS = 2000
JSON_DEPTH = 12
JSON_TEXT = 10_000
JSON_BITS = 1024
ARGUMENTS_LIMIT = 256 << 20
RESULT_LIMIT = 16 << 20
DIGEST_LIMIT = 64 << 20


class NotJson(Exception):
    """A value that JSON cannot carry, or that is too large to be worth reading."""


def describe(value: Any, keep_in: str | None = None) -> dict[str, Any]:
    """``{"value": …}`` or ``{"stored": …}``.

    With ``keep_in``, a recording, the pickled form of the latter is kept there.
    """
    try:
        return {"value": as_json(value)}
    except NotJson:
        return {"stored": stored(value, keep_in)}
    except Exception:  # a container of the user's that misbehaves
        return {"stored": stored(value, keep_in)}


def as_json(value: Any, depth: int = 0, budget: list[int] | None = None) -> Any:
    """``value`` in exact builtin types; ``NotJson`` when it has no such form.

    Tuples become lists; paths text; enumeration members their names; dataclasses and ``argparse.Namespace``
    objects. NumPy's scalars become numbers. Non-finite floats stay: the writer names them.
    """
    budget = [JSON_ITEMS] if budget is None else budget
    budget[0] -= 1
    if depth > JSON_DEPTH or budget[0] < 0:
        raise NotJson
    if type(value) in (list, tuple):
        return [as_json(item, depth + 1, budget) for item in value]
    fields = _fields(value)
    if fields is None:
        return _plain(value)
    if not all(isinstance(key, str) for key in fields):
        raise NotJson
    return {str.__str__(key): as_json(item, depth + 1, budget) for key, item in fields.items()}


def _plain(value: Any) -> Any:
    """A value that contains no others."""
    if _is_a("enum", "Enum", value) and not isinstance(value, int):
        return str(value.name)
    if _is_a("pathlib", "PurePath", value):
        return str(value)
    plain = str.__str__(value) if isinstance(value, str) else as_number(value)
    if value is not None and plain is None:
        raise NotJson
    if isinstance(plain, str) and len(plain) > JSON_TEXT:
        raise NotJson
    if type(plain) is int and plain.bit_length() > JSON_BITS:
        raise NotJson
    return plain


def as_number(value: Any) -> bool | int | float | None:
    """A Python ``bool``, ``int`` or ``float`` for every scalar that is one; ``None`` for everything else."""
    if type(value) is float or type(value) is int or type(value) is bool:
        return value
    if _is_a("numpy", "generic", value) or _is_scalar_tensor(value):
        item = value.item()
        return item if type(item) is float or type(item) is int or type(item) is bool else None
    if isinstance(value, float):
        return float.__float__(value)
    return int.__int__(value) if isinstance(value, int) else None


def numbers_in(value: Any, prefix: str = "", depth: int = 0, found: Numbers | None = None) -> Numbers:
    """The numbers of a mapping, nested ones by dotted names; truth values are not numbers."""
    found = {} if found is None else found
    if depth > JSON_DEPTH or not _is_mapping(value):
        return found
    for key, item in value.items():
        name = prefix + str(key)
        if _is_mapping(item):
            numbers_in(item, name + ".", depth + 1, found)
            continue
        number = as_number(item)
        if number is not None and type(number) is not bool and len(found) < JSON_ITEMS:
            found[name] = number
    return found


def stored(value: Any, keep_in: str | None = None) -> dict[str, Any]:
    """The fields of a ``stored`` object.

    Arrays are digested by their content, everything else by its pickled form.
    """
    pickled, sha256 = None, _quietly(lambda: array_digest(value))
    if keep_in is not None or sha256 is None:
        found = pickle_to(keep_in, value, RESULT_LIMIT if keep_in is not None else DIGEST_LIMIT)
        if found is not None:
            sha256 = sha256 or found["sha256"]
            pickled = found if keep_in is not None else None
    return {"type": type_name(value), "sha256": sha256, "text": short_text(value), "pickled": pickled}


def array_digest(value: Any) -> str | None:
    """SHA-256 of a NumPy array's type, shape and content, independent of its memory layout.

    ``None`` for other values.
    """
    if not _is_a("numpy", "ndarray", value) or value.dtype.hasobject or value.nbytes > DIGEST_LIMIT:
        return None
    import hashlib

    digest = hashlib.sha256(("%s %s\n" % (value.dtype.str, value.shape)).encode("ascii", "replace"))
    digest.update(value.tobytes(order="C"))
    return digest.hexdigest()


def pickle_to(recording: str | None, value: Any, limit: int) -> dict[str, Any] | None:
    """Pickle ``value`` into the recording (or, without one, into nothing but a digest): ``{sha256, size}``.

    ``None`` when it cannot be pickled or would be larger than ``limit``. What pickle cannot do, cloudpickle
    may, if the program has it loaded.
    """
    import pickle

    picklers: list[Any] = [pickle.Pickler]
    for name in ("cloudpickle", "joblib.externals.cloudpickle"):
        other = getattr(sys.modules.get(name), "CloudPickler", None)
        if other is not None:
            picklers.append(other)
    for pickler in picklers:
        sink: _Sink | None = None
        try:
            sink = _Sink(recording, limit)
            pickler(sink, protocol=5).dump(value)
            return sink.finish()
        except Exception:  # any class may refuse to be pickled in any way
            if sink is not None:
                sink.discard()
            if sink is None or sink.full:
                return None
    return None


def short_text(value: Any) -> str:
    """``repr``, bounded, without memory addresses, whatever the value does when asked."""
    import re
    import reprlib

    shortener = reprlib.Repr()
    shortener.maxstring = shortener.maxother = TEXT_LIMIT
    try:
        text = shortener.repr(value)
    except Exception:  # a class of the user's
        text = "<%s>" % type_name(value)
    return re.sub(r" at 0x[0-9a-fA-F]+", "", text[: 4 * TEXT_LIMIT])[:TEXT_LIMIT]


def type_name(value: Any) -> str:
    """``module.Class``; builtins without their module."""
    kind = type(value)
    module, name = str(kind.__module__), str(kind.__qualname__)
    return name if module == "builtins" else module + "." + name


class _Sink:
    """A file for a pickler that hashes what goes through it and refuses to grow beyond its limit."""

    def __init__(self, recording: str | None, limit: int) -> None:
        import hashlib

        self.digest, self.size, self.limit, self.full = hashlib.sha256(), 0, limit, False
        self.directory = None if recording is None else os.path.join(recording, "values")
        self.file: BinaryIO | None = None
        if self.directory is not None:
            os.makedirs(self.directory, exist_ok=True)
            self.path = os.path.join(self.directory, "%d-%d.part" % (os.getpid(), get_ident()))
            self.file = open(self.path, "wb")  # noqa: SIM115 (closed by finish or discard)

    def write(self, content: Any) -> int:
        view = memoryview(content).cast("B")
        self.size += len(view)
        if self.size > self.limit:
            self.full = True
            raise NotJson
        self.digest.update(view)
        if self.file is not None:
            self.file.write(view)
        return len(view)

    def finish(self) -> dict[str, Any]:
        sha256 = self.digest.hexdigest()
        if self.file is not None:
            self.file.close()
            os.replace(self.path, os.path.join(os.path.dirname(self.path), sha256 + ".pickle"))
        return {"sha256": sha256, "size": self.size}

    def discard(self) -> None:
        if self.file is not None:
            self.file.close()
            os.remove(self.path)


def _fields(value: Any) -> dict[Any, Any] | None:
    if isinstance(value, dict):
        return dict(dict.items(value))
    names = getattr(type(value), "__dataclass_fields__", None)
    if isinstance(names, dict):
        return {name: getattr(value, name) for name in names if hasattr(value, name)}
    return dict(vars(value)) if _is_a("argparse", "Namespace", value) else None


def _is_mapping(value: Any) -> bool:
    if isinstance(value, dict):
        return True
    from collections.abc import Mapping

    return isinstance(value, Mapping)


def _is_a(module: str, name: str, value: Any) -> bool:
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(value, kind)


def _is_scalar_tensor(value: Any) -> bool:
    if _is_a("numpy", "ndarray", value):
        return bool(value.ndim == 0)
    return _is_a("torch", "Tensor", value) and bool(value.dim() == 0)


def _quietly(question: Callable[[], str | None]) -> str | None:
    try:
        return question()
    except Exception:  # an array type that refuses
        return None
