"""What decides numbers, read at the end of a process from what is loaded already.

Nothing is imported for it.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

_KINDS = (
    ("openblas", "blas"),
    ("mkl_", "blas"),
    ("blis", "blas"),
    ("libblas", "blas"),
    ("atlas", "blas"),
    ("lapack", "lapack"),
    ("gomp", "openmp"),
    ("iomp", "openmp"),
    ("libomp", "openmp"),
    ("tbb", "threads"),
    ("cudnn", "cuda"),
    ("cublas", "cuda"),
    ("libcuda", "cuda"),
    ("nccl", "cuda"),
    ("cufft", "cuda"),
    ("curand", "cuda"),
    ("libtorch", "torch"),
    ("libm.so", "libm"),
    ("libm-", "libm"),
    ("libmvec", "libm"),
)
_THREAD_VARIABLES = ("OMP_", "OPENBLAS_", "MKL_", "NUMEXPR_", "BLIS_", "VECLIB_", "GOTO_", "KMP_", "TBB_")
_PREFIXES = ("", "scipy_")
_SUFFIXES = ("", "64_", "_64")


def exit_facts() -> dict[str, Any]:
    """The fields of the ``exit`` event."""
    error = getattr(sys, "last_value", None)
    times = os.times()
    mapped = mapped_libraries()
    return {
        "modules": dict(_module_files()),
        "libraries": [path for path, _ in mapped],
        "numeric": {
            "libraries": [_library(path, kind) for path, kind in mapped],
            "variables": {
                name: v for name, v in sorted(os.environ.items()) if name.startswith(_THREAD_VARIABLES)
            },
            "numpy": _quietly(_numpy) or {},
            "torch": _quietly(_torch) or {},
        },
        "error": None
        if error is None
        else (type(error).__name__ + ": " + (_quietly(lambda: str(error)) or ""))[:2000],
        "cpu_seconds": times.user + times.system + times.children_user + times.children_system,
        "peak_memory_bytes": _peak_memory(),
    }


def mapped_libraries() -> list[tuple[str, str]]:
    """``(path, kind)`` of the shared libraries of this process that decide numbers, sorted by path."""
    found: dict[str, str] = {}
    try:
        with open("/proc/self/maps", "rb") as lines:
            for line in lines:
                path = os.fsdecode(line.rstrip(b"\n").partition(b"/")[2])
                name = path.rpartition("/")[2]
                if ".so" in name and path not in found:
                    kind = next((kind for word, kind in _KINDS if word in name), None)
                    if kind is not None:
                        found[path] = kind
    except OSError:  # not Linux
        pass
    return sorted(("/" + path, kind) for path, kind in found.items())


def _module_files() -> Iterator[tuple[str, str]]:
    for name, module in sorted(sys.modules.copy().items()):
        if not name.startswith("_taketwo_"):
            file = getattr(module, "__dict__", {}).get("__file__")
            if type(file) is str and type(name) is str:
                yield name, file


def _library(path: str, kind: str) -> dict[str, Any]:
    facts = {
        "name": path.rpartition("/")[2],
        "kind": kind,
        "version": "",
        "threads": None,
        "architecture": "",
    }
    facts.update(_quietly(lambda: _ask(path, kind)) or {})
    return facts


def _ask(path: str, kind: str) -> dict[str, Any] | None:
    """Ask a library that is loaded, through a ``ctypes`` that is loaded.

    RTLD_NOLOAD makes sure that nothing is added.
    """
    ctypes = sys.modules.get("ctypes")
    if ctypes is None or kind not in {"blas", "openmp"}:
        return None
    library = ctypes.CDLL(path, mode=getattr(os, "RTLD_NOLOAD", 4) | os.RTLD_LAZY)
    if kind == "openmp":
        return {"threads": int(library.omp_get_max_threads())}
    for prefix in _PREFIXES:
        for suffix in _SUFFIXES:
            config = getattr(library, prefix + "openblas_get_config" + suffix, None)
            if config is not None:
                config.restype = ctypes.c_char_p
                core = getattr(library, prefix + "openblas_get_corename" + suffix)
                core.restype = ctypes.c_char_p
                words = config().decode("ascii", "replace").split()
                return {
                    "threads": int(getattr(library, prefix + "openblas_get_num_threads" + suffix)()),
                    "architecture": core().decode("ascii", "replace"),
                    "version": " ".join(words[:2]),
                }
    threads = getattr(library, "MKL_Get_Max_Threads", None)
    return None if threads is None else {"threads": int(threads())}


def _numpy() -> dict[str, Any] | None:
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    facts: dict[str, Any] = {"version": str(numpy.__version__)}
    for name in ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath"):
        features = getattr(sys.modules.get(name), "__cpu_features__", None)
        if features:
            facts["cpu_features"] = sorted(str(feature) for feature, there in features.items() if there)
            break
    config = getattr(sys.modules.get("numpy.__config__"), "CONFIG", None)
    blas = config.get("Build Dependencies", {}).get("blas", {}) if isinstance(config, dict) else {}
    facts["blas"] = " ".join(str(blas[key]) for key in ("name", "version") if blas.get(key))
    return facts


def _torch() -> dict[str, Any] | None:
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    return {
        "version": str(torch.__version__),
        "cuda": str(torch.version.cuda or ""),
        "threads": int(torch.get_num_threads()),
        "deterministic_algorithms": bool(torch.are_deterministic_algorithms_enabled()),
        "cudnn_deterministic": bool(torch.backends.cudnn.deterministic),
        "cudnn_benchmark": bool(torch.backends.cudnn.benchmark),
        "cudnn_allow_tf32": bool(torch.backends.cudnn.allow_tf32),
        "matmul_precision": str(torch.get_float32_matmul_precision()),
    }


def _peak_memory() -> int | None:
    try:
        with open("/proc/self/status", "rb") as lines:
            for line in lines:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return None


def _quietly(question: Callable[[], Any]) -> Any:
    try:
        return question()
    except Exception:  # a library of another shape: then nobody knows
        return None
