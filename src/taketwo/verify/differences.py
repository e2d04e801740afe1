"""Everything that is not the same around two runs, and may explain results that differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from taketwo.errors import FormatError
from taketwo.formats import listing
from taketwo.model.data import Input
from taketwo.model.environment import Distribution, Environment
from taketwo.model.manifest import Host, Invocation, Manifest, Parameter
from taketwo.model.source import Source
from taketwo.model.verdict import Difference
from taketwo.verify.content import Read, count_bytes, read_within

Area = Literal["source", "environment", "interpreter", "input", "parameter", "host", "invocation"]
_LISTING_LIMIT = 16 * 1024 * 1024
_FILES_NAMED = 5
_SHORT = 12


def differences(before: Manifest, after: Manifest, read: Read) -> tuple[Difference, ...]:
    """All differences, the likeliest explanations first: source, inputs, parameters, environment, host."""
    found = [
        *source_differences(before.source, after.source),
        *input_differences(before.inputs, after.inputs, read),
        *parameter_differences(before.parameters, after.parameters),
        *environment_differences(before.environment, after.environment),
        *_rebuilt_differences(after),
        *_invocation_differences(before.invocation, after.invocation),
        *_host_differences(before.host, after.host),
    ]
    return tuple(dict.fromkeys(found))


def source_differences(before: Source | None, after: Source | None) -> list[Difference]:
    """The ids of two trees, when they are not the same tree."""
    first, second = (source.tree if source else None for source in (before, after))
    return _changed("source", "tree", first, second)


def input_differences(before: Sequence[Input], after: Sequence[Input], read: Read) -> list[Difference]:
    """Inputs with other content, and inputs of one side only; of a directory, the files that differ."""
    found = []
    for name, one, other in _pairs(before, after):
        if one and other and one.content.sha256 == other.content.sha256:
            continue
        found.append(Difference(area="input", subject=name, before=_content(one), after=_content(other)))
        if one and other and one.kind == other.kind == "directory":
            found.extend(_listing_differences(name, one, other, read))
    return found


def _pairs(before: Sequence[Input], after: Sequence[Input]) -> list[tuple[str, Input | None, Input | None]]:
    """The inputs of both sides, those of one path together, of the others those of one name."""
    first, second = ({item.path: item for item in inputs} for inputs in (before, after))
    paths = [*first, *(path for path in second if path not in first)]
    pairs = [(first.get(path), second.get(path)) for path in paths]
    moved = {other.name: other for one, other in pairs if one is None and other is not None}
    found: list[tuple[str, Input | None, Input | None]] = []
    for one, other in pairs:
        if one is not None:
            found.append((one.name, one, other or moved.pop(one.name, None)))
        elif other is not None and other.name in moved:
            found.append((other.name, None, moved.pop(other.name)))
    return found


def _content(item: Input | None) -> str | None:
    return f"sha256 {item.content.sha256[:_SHORT]}, {count_bytes(item.content.size)}" if item else None


def _listing_differences(name: str, one: Input, other: Input, read: Read) -> list[Difference]:
    contents = [read_within(item.content, read, limit=_LISTING_LIMIT) for item in (one, other)]
    if contents[0] is None or contents[1] is None:
        return []
    try:
        first, second = ({f.path: f.sha256 for f in listing.decode(c)} for c in contents if c is not None)
    except FormatError:
        return []
    changed = [path for path in _names(first, second) if first.get(path) != second.get(path)]
    return [
        Difference(
            area="input",
            subject=f"{name}/{path}",
            before=_digest(first.get(path)),
            after=_digest(second.get(path)),
        )
        for path in changed[:_FILES_NAMED]
    ]


def _digest(sha256: str | None) -> str | None:
    return f"sha256 {sha256[:_SHORT]}" if sha256 else None


def parameter_differences(before: Sequence[Parameter], after: Sequence[Parameter]) -> list[Difference]:
    """Parameters with other values; a value that is not JSON goes by its digest."""
    first = {p.name: _parameter(p) for p in before}
    second = {p.name: _parameter(p) for p in after}
    return _of_mappings("parameter", first, second)


def _parameter(parameter: Parameter) -> str:
    stored = parameter.stored
    if stored is None:
        value = parameter.value
        return str(_in_order(value)) if not isinstance(value, str) else repr(value)
    return f"{stored.type} {(stored.sha256 or '')[:_SHORT]}".rstrip()


def _in_order(value: Any) -> Any:
    """The value with its keys in one order: a manifest sorts them, a recording has them as they came."""
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value, key=str)}
    return [_in_order(each) for each in value] if isinstance(value, (list, tuple)) else value


def environment_differences(before: Environment | None, after: Environment | None) -> list[Difference]:
    """The interpreter, and distributions of another version, with edited files or of one side only."""
    if before is None or after is None:
        return []
    one, other = before.interpreter, after.interpreter
    found = _changed("interpreter", "version", one.version, other.version)
    fields = ("implementation", "platform", "libc", "build", "compiler")
    for field in fields:
        found += _changed("interpreter", field, getattr(one, field) or None, getattr(other, field) or None)
    first, second = _packages(before), _packages(after)
    return found + _of_mappings("environment", first, second)


def _packages(environment: Environment) -> dict[str, str]:
    return {
        d.name: _package(d) for d in sorted(environment.distributions, key=lambda d: d.name)
        if d.origin != "instrument"
    }  # fmt: skip


def _package(distribution: Distribution) -> str:
    changed = len(distribution.modified) + len(distribution.missing)
    named = ", ".join((distribution.modified + distribution.missing)[:3]) + (", …" if changed > 3 else "")
    return f"{distribution.version} (edited: {named})" if changed else distribution.version


def _rebuilt_differences(replay: Manifest) -> list[Difference]:
    """Files of the rebuilt environment that are not those of the captured one."""
    rebuilt = replay.replay.rebuilt if replay.replay else None
    if rebuilt is None:
        return []
    kinds: tuple[tuple[tuple[str, ...], str | None, str | None], ...] = (
        (rebuilt.different, "as captured", "other content"),
        (rebuilt.missing, "present", None),
        (rebuilt.added, None, "present"),
    )
    return [
        Difference(area="environment", subject=path, before=before, after=after)
        for paths, before, after in kinds
        for path in paths
    ]


def _invocation_differences(before: Invocation, after: Invocation) -> list[Difference]:
    found = []
    one, other = before.call, after.call
    if not (one and other):  # of two calls, the command around them says nothing
        found += _changed("invocation", "command", " ".join(before.argv), " ".join(after.argv))
        found += _changed("invocation", "directory", before.directory or ".", after.directory or ".")
    else:
        found += _changed(
            "invocation", "function", f"{one.module}:{one.qualname}", f"{other.module}:{other.qualname}"
        )
    return found


_HOST_FIELDS: tuple[tuple[str, Callable[[Host], Any]], ...] = (
    ("system", lambda h: f"{h.system} {h.release}".strip()),
    ("machine", lambda h: h.machine),
    ("distribution", lambda h: h.distribution),
    ("libc", lambda h: h.libc),
    ("CPU", lambda h: h.cpu),
    ("usable cores", lambda h: h.cores_usable),
    ("memory", lambda h: f"{h.memory_bytes / 2**30:.1f} GiB" if h.memory_bytes else None),
    ("GPUs", lambda h: ", ".join(f"{g.name} (driver {g.driver}, CUDA {g.cuda})" for g in h.gpus)),
    ("locale", lambda h: h.locale),
    ("time zone", lambda h: h.time_zone),
)


def _host_differences(before: Host, after: Host) -> list[Difference]:
    found = []
    for subject, field in _HOST_FIELDS:
        one, other = field(before), field(after)
        found += _changed("host", subject, str(one) if one else None, str(other) if other else None)
    found += _cpu_features(before, after)
    found += _of_mappings("host", _libraries(before), _libraries(after))
    first, second = ({f"variable {k}": v for k, v in h.variables.items()} for h in (before, after))
    return found + _of_mappings("host", first, second)


def _cpu_features(before: Host, after: Host) -> list[Difference]:
    lost = [f for f in before.cpu_features if f not in after.cpu_features]
    gained = [f for f in after.cpu_features if f not in before.cpu_features]
    if not lost and not gained:
        return []
    return [
        Difference(
            area="host",
            subject="CPU features",
            before=f"only here: {' '.join(lost)}" if lost else None,
            after=f"only here: {' '.join(gained)}" if gained else None,
        )
    ]


def _libraries(host: Host) -> dict[str, str]:
    return {
        f"library {lib.name}": ", ".join(
            part
            for part in (
                lib.version,
                lib.architecture,
                f"{lib.threads} threads" if lib.threads is not None else "",
            )
            if part
        )
        for lib in host.libraries
    }


def _of_mappings(area: Area, before: Mapping[str, str], after: Mapping[str, str]) -> list[Difference]:
    found = []
    for name in _names(before, after):
        found += _changed(area, name, before.get(name), after.get(name))
    return found


def _changed(area: Area, subject: str, before: str | None, after: str | None) -> list[Difference]:
    return [] if before == after else [Difference(area=area, subject=subject, before=before, after=after)]


def _names(before: Iterable[str], after: Iterable[str]) -> list[str]:
    """The names of both sides, each once, in the order of the first and then of the second."""
    return list(dict.fromkeys([*before, *after]))
