"""The machine is described as far as it may explain a difference, and no further."""

from __future__ import annotations

import getpass
import json
import os
import socket
import time
from pathlib import Path

import msgspec
import pytest

from taketwo.model.manifest import Gpu, Host, Library
from taketwo.record.events import Exit
from taketwo.record.gpus import gpus_from
from taketwo.record.host import cpu_features, host_facts, host_from, variables
from taketwo.record.recording import Recording
from tests.support.observing import observe


def test_this_machine_is_described_quickly() -> None:
    started = time.perf_counter()
    host = host_facts()
    assert time.perf_counter() - started < 5
    assert (host.system, host.machine) == (os.uname().sysname, os.uname().machine)
    assert host.cores
    assert host.cores_usable
    assert host.cores_usable <= host.cores
    assert host.memory_bytes


def test_nothing_says_whose_machine_it_is() -> None:
    text = json.dumps(msgspec.to_builtins(host_facts({**os.environ, "OMP_HOME": str(Path.home())})))
    assert socket.gethostname() not in text
    assert str(Path.home()) not in text
    assert len(getpass.getuser()) < 5 or getpass.getuser() not in text


def test_another_machine_is_read_from_its_files(tmp_path: Path) -> None:
    for name, text in {
        "proc/cpuinfo": "model name\t: Fast CPU\nflags\t\t: fpu avx2 avx512f smep sse4_2 fma\n",
        "proc/meminfo": "MemTotal:       1000 kB\n",
        "etc/os-release": 'NAME="X"\nPRETTY_NAME="Debian 12"\n',
        "etc/timezone": "Europe/Berlin\n",
        "sys/fs/cgroup/cpu.max": "100000 100000\n",
        "sys/fs/cgroup/memory.max": "max\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    host = host_facts({"LANG": "de_DE.UTF-8"}, tmp_path)
    assert (host.cpu, host.cpu_features) == ("Fast CPU", ("avx2", "avx512f", "fma", "sse4_2"))
    assert (host.distribution, host.time_zone, host.locale) == ("Debian 12", "Europe/Berlin", "de_DE.UTF-8")
    assert (host.memory_bytes, host.cores_usable) == (1_024_000, 1)


def test_a_machine_that_says_nothing_is_empty(tmp_path: Path) -> None:
    host = host_facts({}, tmp_path)
    assert (host.cpu, host.memory_bytes, host.variables) == ("", None, {})


def test_variables_go_by_an_allow_list() -> None:
    assert variables(
        {
            "OMP_NUM_THREADS": "4",
            "PYTHONHASHSEED": "0",
            "LC_ALL": "C",
            "TZ": "Europe/Berlin",
            "CUDA_VISIBLE_DEVICES": "GPU-0a1b2c3d-1111",
            "SLURM_JOB_NUM_NODES": "2",
            "SLURM_JOB_USER": "ada",
            "TORCH_HOME": "/somewhere/torch",
            "TF_API_KEY": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
            "USER": "ada",
            "HOME": "/somewhere",
            "PATH": "/bin",
        }
    ) == {
        "CUDA_VISIBLE_DEVICES": "GPU-…",
        "LC_ALL": "C",
        "OMP_NUM_THREADS": "4",
        "PYTHONHASHSEED": "0",
        "SLURM_JOB_NUM_NODES": "2",
        "TZ": "Europe/Berlin",
    }


def test_only_features_that_choose_kernels_count() -> None:
    assert cpu_features(["fpu", "vme", "avx", "avx2", "smep", "smap", "fma", "neon", "avx2"]) == (
        "avx",
        "avx2",
        "fma",
        "neon",
    )


def test_graphics_processors_are_read_from_the_answer_of_their_driver() -> None:
    answer = "NVIDIA H200, 143771, 9.0, 570.86\nbroken line\nOld, [N/A], 3.5, 390\n"
    assert gpus_from(answer) == (
        Gpu(name="NVIDIA H200", memory_mib=143771, compute_capability="9.0", driver="570.86"),
        Gpu(name="Old", memory_mib=None, compute_capability="3.5", driver="390"),
    )


def test_observed_processes_complete_the_picture() -> None:
    numeric = {
        "libraries": [
            {"name": "libopenblas.so", "kind": "blas", "version": "0.3", "threads": 2, "architecture": "Z"}
        ],
        "numpy": {"version": "2.1", "blas": "openblas 0.3"},
        "torch": {"version": "2.6", "cuda": "12.4", "threads": 8},
        "variables": {"OMP_NUM_THREADS": "2", "HOME": "/somewhere"},
    }
    recording = Recording(Path("x"), exits=(Exit(time=1.0, numeric=numeric),))
    host = host_from(recording, Host(gpus=(Gpu(name="g"),)))
    assert host.libraries == (
        Library(name="libopenblas.so", kind="blas", version="0.3", threads=2, architecture="Z"),
        Library(name="numpy", kind="python", version="2.1", architecture="openblas 0.3"),
        Library(name="torch", kind="python", version="2.6", threads=8),
    )
    assert host.variables == {"OMP_NUM_THREADS": "2"}
    assert host.gpus[0].cuda == "12.4"


@pytest.mark.parametrize(
    "numeric", [{"libraries": 3, "numpy": [], "torch": "x", "variables": {"OMP_X": 1}}, {}]
)
def test_foreign_facts_of_another_form_are_left_out(numeric: dict[str, object]) -> None:
    recording = Recording(Path("x"), exits=(Exit(time=1.0, numeric=numeric),))
    assert host_from(recording, Host()) == Host()


def test_numpy_is_described_by_a_process_that_used_it(tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    where = tmp_path / "project"
    where.mkdir()
    seen = observe(["-c", "import numpy; numpy.ones((3, 3)) @ numpy.ones((3, 3))"], where)
    host = host_from(seen.recording, Host())
    found = {library.name: library for library in host.libraries}
    assert found["numpy"].version == numpy.__version__
    blas = [library for library in host.libraries if library.kind == "blas" and library.threads]
    assert blas
