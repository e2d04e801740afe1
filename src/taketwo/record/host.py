"""The machine as context: what may explain a difference, and nothing that tells whose machine it is."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from taketwo.model.manifest import Host, Library
from taketwo.record.gpus import gpus_of
from taketwo.record.recording import Recording

_VARIABLES = re.compile(
    r"PYTHONHASHSEED|PYTHONOPTIMIZE|PYTHONUTF8|LANG|LANGUAGE|LC_[A-Z]+|TZ|SOURCE_DATE_EPOCH"
    r"|(OMP|OPENBLAS|GOTO|MKL|NUMEXPR|BLIS|VECLIB|KMP|TBB|NUMBA|XLA|TF|TORCH|PYTORCH|CUDA|CUBLAS|CUDNN|NCCL|JAX|NPY|NVIDIA_TF32)"
    r"_[A-Z0-9_]+"
    r"|SLURM_(JOB_NUM_NODES|NNODES|NTASKS|CPUS_PER_TASK|CPUS_ON_NODE|GPUS_ON_NODE|PROCID|LOCALID)"
    r"|(LOCAL_|GROUP_)?(RANK|WORLD_SIZE)"
)
_PRIVATE = re.compile(r"TOKEN|KEY|SECRET|PASSWORD|URL|HOST|ADDR", re.IGNORECASE)
_UUID = re.compile(r"(GPU|MIG)-[0-9a-fA-F-]+")
_FEATURES = re.compile(r"(sse[34]|ssse|avx|fma|f16c|bmi|amx|asimd|sve|neon|bf16|i8mm|vsx|rvv)\w*")


def host_facts(
    environment: Mapping[str, str] | None = None, root: Path = Path("/"), *, memo: Path | None = None
) -> Host:
    """This machine. ``environment`` defaults to that of this process; only names on the allow-list are read.

    Never raises: what cannot be found out stays empty. ``root`` is where ``proc`` and ``etc`` are looked for,
    ``memo`` a file that remembers what takes long to ask (see ``taketwo.record.gpus``).
    """
    environment = os.environ if environment is None else environment
    names = os.uname()
    cpu = _text(root / "proc/cpuinfo")
    return Host(
        system=names.sysname,
        release=names.release,
        machine=names.machine,
        distribution=_field(_text(root / "etc/os-release"), r'^PRETTY_NAME="?([^"\n]*)'),
        libc=_libc(),
        cpu=_field(cpu, r"^(?:model name|Hardware|cpu model|cpu)\s*:\s*(.+)$"),
        cpu_features=cpu_features(_field(cpu, r"^(?:flags|Features)\s*:\s*(.+)$").split()),
        cores=os.cpu_count(),
        cores_usable=_usable_cores(root),
        memory_bytes=_memory(root),
        gpus=gpus_of(root, memo),
        locale=environment.get("LC_ALL") or environment.get("LC_NUMERIC") or environment.get("LANG") or "",
        time_zone=environment.get("TZ") or _time_zone(root),
        variables=variables(environment),
    )


def host_from(recording: Recording, host: Host | None = None) -> Host:
    """``host`` (or this machine) completed by what the observed processes said at their end.

    Their word is about libraries, thread counts and variables; it is foreign, so what does not have the
    expected form is left out.
    """
    host = host_facts() if host is None else host
    libraries: dict[str, Library] = {}
    found = dict(host.variables)
    cuda = ""
    for end in recording.exits:
        for library in _listed(end.numeric.get("libraries")):
            libraries[library.name] = library
        for name in ("numpy", "torch"):
            facts = _table(end.numeric.get(name))
            if facts.get("version"):
                libraries[name] = Library(
                    name=name,
                    kind="python",
                    version=str(facts["version"]),
                    threads=facts["threads"] if isinstance(facts.get("threads"), int) else None,
                    architecture=str(facts.get("blas", "")),
                )
            cuda = str(facts.get("cuda") or cuda)
        found.update(variables(_strings(end.numeric.get("variables"))))
    return msgspec.structs.replace(
        host,
        libraries=tuple(libraries[name] for name in sorted(libraries)),
        variables=dict(sorted(found.items())),
        gpus=tuple(msgspec.structs.replace(gpu, cuda=cuda or gpu.cuda) for gpu in host.gpus),
    )


def variables(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that decide numbers, threads or formats, by allow-list.

    Values that are paths are left out.
    """
    return {
        name: _UUID.sub(r"\1-…", environment[name])
        for name in sorted(environment)
        if _VARIABLES.fullmatch(name)
        and not _PRIVATE.search(name)
        and (name == "TZ" or "/" not in environment[name])
    }


def cpu_features(flags: list[str]) -> tuple[str, ...]:
    """Of all flags of a processor, those that choose between numeric kernels."""
    return tuple(sorted({flag for flag in flags if _FEATURES.fullmatch(flag)}))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _field(text: str, pattern: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    return match[1].strip() if match else ""


def _libc() -> str:
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (ValueError, OSError):
        return "musl" if any(Path("/lib").glob("ld-musl-*")) else ""


def _usable_cores(root: Path) -> int | None:
    """Cores that this process may use: its affinity, bounded by the quota of its control group."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota, _, period = _text(root / "sys/fs/cgroup/cpu.max").strip().partition(" ")
    if usable is not None and quota.isdigit() and period.isdigit() and int(period):
        return max(1, min(usable, -(-int(quota) // int(period))))
    return usable


def _memory(root: Path) -> int | None:
    total = _field(_text(root / "proc/meminfo"), r"^MemTotal:\s*(\d+) kB")
    limit = _text(root / "sys/fs/cgroup/memory.max").strip()
    known = [int(total) * 1024] if total else []
    known += [int(limit)] if limit.isdigit() else []
    return min(known, default=None)


def _time_zone(root: Path) -> str:
    try:
        target = str((root / "etc/localtime").readlink())
    except OSError:
        return _text(root / "etc/timezone").strip()
    return target.partition("zoneinfo/")[2]


def _listed(document: Any) -> list[Library]:
    try:
        return list(msgspec.convert(document or [], tuple[Library, ...]))
    except msgspec.ValidationError:
        return []


def _table(document: Any) -> dict[str, Any]:
    return document if isinstance(document, dict) else {}


def _strings(document: Any) -> dict[str, str]:
    return {name: value for name, value in _table(document).items() if isinstance(value, str)}
