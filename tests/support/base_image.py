"""Makes sure that ``python:X.Y.Z-slim`` for the running interpreter is in the local Docker.

Present: done. In reach of a registry: pulled. Neither: a stand-in with the same tag is put together, once,
from packages of this Debian release and a copy of the running interpreter, and imported. It carries the
label ``io.taketwo.stand-in``, so that nobody mistakes it for the official image.

Only the standard library, because it runs before anything is installed:
``python3 tests/support/base_image.py``.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LABEL = "io.taketwo.stand-in"
PULL_SECONDS = 120


def tag() -> str:
    """The tag of the official slim image for the Python that runs this."""
    return f"python:{platform.python_version()}-slim"


def present(name: str) -> bool:
    """Whether the local Docker has an image of that name."""
    return _docker("image", "inspect", name).returncode == 0


def ensure(name: str) -> str:
    """Get the image one way or another; returns ``present``, ``pulled`` or ``built``."""
    if present(name):
        return "present"
    try:
        if _docker("pull", "--quiet", name, timeout=PULL_SECONDS).returncode == 0:
            return "pulled"
    except subprocess.TimeoutExpired:
        pass
    with tempfile.TemporaryDirectory(prefix="taketwo-base-image-") as scratch:
        root = Path(scratch) / "root"
        _install_debian(root)
        _copy_interpreter(root)
        _import(root, name)
    return "built"


def _docker(*arguments: str, timeout: float | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["docker", *arguments], capture_output=True, check=False, timeout=timeout)


def _install_debian(root: Path) -> None:
    """A minimal Debian of this machine's release, with the packages of the interpreter's libraries."""
    if os.geteuid() != 0 or shutil.which("mmdebstrap") is None:
        raise SystemExit("A stand-in base image needs root and mmdebstrap (apt-get install mmdebstrap).")
    release = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line
    )
    packages = {"ca-certificates", *_packages_of_libraries()}
    if Path(sys.base_prefix) == Path("/usr"):
        packages |= {"python3", "python3-venv", "python3-pip"}
    command = [
        "mmdebstrap",
        "--mode=root",
        "--variant=minbase",
        f"--include={','.join(sorted(packages))}",
        # Nobody reads manuals in a container, and each megabyte is copied at import.
        *(
            f"--dpkgopt=path-exclude={path}/*"
            for path in ("/usr/share/doc", "/usr/share/man", "/usr/share/locale")
        ),
        release["VERSION_CODENAME"].strip('"'),
        str(root),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"mmdebstrap failed ({done.returncode}):\n{done.stderr[-4000:]}")


def _packages_of_libraries() -> set[str]:
    """The Debian packages that own the shared libraries which this interpreter and its modules link."""
    binaries = [Path(sys.executable).resolve()]
    for path in sys.path:
        if path.endswith("lib-dynload"):
            binaries += sorted(Path(path).glob("*.so"))
    listed = subprocess.run(["ldd", *map(str, binaries)], capture_output=True, text=True, check=False).stdout
    found = set()
    for library in sorted(set(re.findall(r"=> (/\S+)", listed))):
        # Debian's merged /usr: dpkg knows a library by the name under which its package shipped it.
        for name in {library, library.removeprefix("/usr"), os.path.realpath(library)}:
            owner = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True, check=False)
            if owner.returncode == 0:
                found.add(owner.stdout.split(":", 1)[0].strip())
                break
    return found


def _copy_interpreter(root: Path) -> None:
    """The running interpreter under /usr/local, with pip and nothing else, as in the official image."""
    base, minor = Path(sys.base_prefix), f"python{sys.version_info.major}.{sys.version_info.minor}"
    local = root / "usr" / "local"
    if base == Path("/usr"):
        for name in ("python3", minor):
            (local / "bin" / name).symlink_to(f"/usr/bin/{minor}")
    else:
        skipped = shutil.ignore_patterns(
            "site-packages", "test", "tests", "__pycache__", "*.a", "idle*", "turtledemo"
        )
        shutil.copytree(base / "lib" / minor, local / "lib" / minor, ignore=skipped, symlinks=True)
        (local / "lib" / minor / "site-packages").mkdir()
        for library in (base / "lib").glob("libpython*.so*"):
            shutil.copy2(library, local / "lib" / library.name, follow_symlinks=False)
        if (base / "include" / minor).is_dir():
            shutil.copytree(base / "include" / minor, local / "include" / minor, dirs_exist_ok=True)
        shutil.copy2((base / "bin" / minor).resolve(), local / "bin" / minor)
        (local / "bin" / "python3").symlink_to(minor)
        _in(root, "ldconfig")
        _in(root, f"/usr/local/bin/{minor}", "-m", "ensurepip", "--default-pip")
    (local / "bin" / "python").symlink_to("python3")
    _in(root, "/usr/local/bin/python3", "-c", "import bz2, ctypes, lzma, sqlite3, ssl, venv, zlib")


def _in(root: Path, *command: str) -> None:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["chroot", str(root), *command], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        raise SystemExit(f"In the stand-in, {' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def _import(root: Path, name: str) -> None:
    changes = (
        "ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
        "ENV LANG=C.UTF-8",
        f"ENV PYTHON_VERSION={platform.python_version()}",
        f"LABEL {LABEL}=debian",
        'CMD ["python3"]',
    )
    options = [part for change in changes for part in ("--change", change)]
    with subprocess.Popen(
        ["tar", "--numeric-owner", "--one-file-system", "-C", str(root), "-c", "."], stdout=subprocess.PIPE
    ) as tar:
        done = subprocess.run(
            ["docker", "import", *options, "-", name],
            stdin=tar.stdout,
            capture_output=True,
            text=True,
            check=False,
        )
    if tar.returncode or done.returncode:
        raise SystemExit(f"docker import failed: {done.stderr}")


if __name__ == "__main__":
    print(f"{tag()}: {ensure(tag())}")
