"""The first program in a sandbox: probes what the sandbox holds, says it, becomes the command.

    python -I -S launch.py [NAME=VALUE …] -- COMMAND…

It needs the standard library of Python 3.8 or later and nothing else. What it finds is one line of JSON behind
``taketwo-sealing: ``, the very first on stderr: the command comes later, and can neither say it instead nor take
it back. Nothing that cannot be found out keeps the command from running. Variables given as arguments are set
for the command only: those that change how programs are loaded must not reach whoever starts it.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import struct
import sys
from typing import Any, Callable, Dict, List, Optional, TypeVar

Answer = TypeVar("Answer")

# An address for documentation (RFC 5737) and one for discarding (RFC 6666). Nothing is sent: connecting a
# datagram socket only asks the kernel whether it knows a way there.
_OUTSIDE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "100::1"))
_WRITABLE_WOULD_BE = ("/", "/usr", "/etc", "/bin", "/lib")
_KERNEL_SETTING = "/proc/sys/kernel/core_pattern"
_CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapAmb")
_PREFIX = "taketwo-sealing: "
_UNLIMITED = 1 << 60
_GET_FLAGS = 0x8913
_IS_UP = 1
# How the last line begins when the command could not be started: the host must tell that from a failure.
REFUSED = "taketwo: the command cannot be started: "


def main(arguments: List[str]) -> None:
    """Probe, say, become the command: 127 when there is none of that name, 126 when it cannot run."""
    separator = arguments.index("--")
    try:
        line = _PREFIX + json.dumps(probe(), sort_keys=True) + "\n"
        os.write(2, line.encode("ascii"))  # at once, and shorter than any pipe would cut
    except Exception as error:
        # Without that line the host says that nothing was proven; the command runs all the same.
        _complain("taketwo: the sandbox could not be probed: %s" % error)
    become(arguments[separator + 1 :], arguments[:separator])


def probe() -> Dict[str, Any]:
    """What can be seen from inside, by the names of the manifest; ``None`` is: could not be found out."""
    status = _fields("/proc/self/status")
    return {
        "network": _attempt(network_is_open),
        "root_writable": _attempt(root_is_writable),
        "kernel_settings_writable": _attempt(kernel_settings_are_writable),
        "capabilities": _capabilities(status),
        "no_new_privileges": {"0": False, "1": True}.get(status.get("NoNewPrivs", "")),
        "uid": os.getuid(),
        "host_root": _attempt(is_root_of_the_machine),
        "memory_limit_bytes": _attempt(memory_limit),
        "process_limit": _attempt(process_limit),
    }


def network_is_open() -> bool:
    """Whether an interface other than loopback is up, or there is a route or a way to an address outside."""
    return (
        any(_is_up(name) for name in _interfaces())
        or _has_route()
        or any(_reaches(*there) for there in _OUTSIDE)
    )


def root_is_writable() -> bool:
    """Whether a file can be made anywhere in the system's own directories."""
    for directory in _WRITABLE_WOULD_BE:
        path = os.path.join(directory, ".taketwo-probe-%d" % os.getpid())
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError:
            continue
        os.unlink(path)
        return True
    return False


def kernel_settings_are_writable() -> bool:
    """Whether settings shared with the machine can be opened for writing (nothing is written)."""
    try:
        os.close(os.open(_KERNEL_SETTING, os.O_WRONLY))
    except OSError:
        return False
    return True


def is_root_of_the_machine() -> bool:
    """Whether our uid is 0 outside as well, as far as the user namespace shows it.

    The map leads one namespace up only, and bubblewrap nests two: for an ordinary user it says 0 as well. The
    kernel's own settings belong to the machine's root, and are shown as ours only if that is who we are.
    """
    if os.stat("/proc/sys/kernel").st_uid != os.getuid():
        return False
    with open("/proc/self/uid_map") as lines:
        for line in lines:
            inside, outside, count = map(int, line.split())
            if inside <= os.getuid() < inside + count:
                return outside + os.getuid() - inside == 0
    return os.getuid() == 0


def memory_limit() -> Optional[int]:
    """The lowest bound on memory that applies to us: control groups of both versions, resource limits."""
    import resource

    found = _group_limits("memory.max", "memory", "memory.limit_in_bytes")
    found += [resource.getrlimit(number)[1] for number in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
    return _lowest(found)


def process_limit() -> Optional[int]:
    """The lowest bound on processes that applies to us."""
    import resource

    own = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    return _lowest([own, *_group_limits("pids.max", "pids", "pids.max")])


def become(command: List[str], variables: List[str]) -> None:
    """Replace this process by the command, with the environment and signals that we were given."""
    environment = original_environment()
    for key, _, value in (os.fsencode(each).partition(b"=") for each in variables):
        environment[key] = value
    # Python ignores these, and what is ignored stays so across exec.
    for name in ("SIGPIPE", "SIGXFSZ"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execvpe(command[0], command, environment)  # noqa: S606 - becoming it is the point
    except OSError as error:
        _complain("%s%s: %s" % (REFUSED, command[0], error.strerror))
        sys.exit(127 if error.errno == errno.ENOENT else 126)


def original_environment() -> Dict[bytes, bytes]:
    """The environment as it was handed to us: Python may have added ``LC_CTYPE`` to its own copy."""
    try:
        with open("/proc/self/environ", "rb") as source:
            entries = source.read().split(b"\0")
    except OSError:
        return dict(os.environb)
    return {name: value for name, found, value in (entry.partition(b"=") for entry in entries) if found}


def _complain(text: str) -> None:
    if sys.stderr is not None:  # it is closed, then
        sys.stderr.write(text + "\n")


def _interfaces() -> List[str]:
    with open("/proc/net/dev") as lines:
        names = [line.split(":", 1)[0].strip() for line in lines if ":" in line]
    return [name for name in names if name != "lo"]


def _is_up(name: str) -> bool:
    """Kernels put dormant tunnel devices into every new namespace; only one that is up leads anywhere."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe_socket:
        answer = fcntl.ioctl(probe_socket, _GET_FLAGS, struct.pack("256s", name.encode()[:15]))
    return bool(struct.unpack("H", answer[16:18])[0] & _IS_UP)


def _has_route() -> bool:
    with open("/proc/net/route") as lines:
        return any(line.split()[0] != "lo" for line in list(lines)[1:] if line.strip())


def _reaches(family: int, address: str) -> bool:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe_socket:
            probe_socket.connect((address, 9))
    except OSError:
        return False
    return True


def _group_limits(unified: str, controller: str, separate: str) -> List[int]:
    """Limits of our control group, as far as they can be seen: inside, it is often the root."""
    memberships = {}
    for line in _lines("/proc/self/cgroup"):
        _, names, path = line.split(":", 2)
        for name in names.split(","):
            memberships[name] = path
    root = "/sys/fs/cgroup"
    places = [(root, unified), (os.path.join(root, controller), separate)]
    if "" in memberships:
        places.append((root + memberships[""], unified))
    if controller in memberships:
        places.append((os.path.join(root, controller) + memberships[controller], separate))
    return [
        int(line)
        for directory, name in places
        for line in _lines(os.path.join(directory, name))
        if line.isdigit()
    ]


def _lowest(limits: List[int]) -> Optional[int]:
    finite = [limit for limit in limits if 0 <= limit < _UNLIMITED]
    return min(finite) if finite else None


def _capabilities(status: Dict[str, str]) -> Optional[str]:
    """Every capability that we hold or could hand on, as one hexadecimal mask as the kernel prints it."""
    held = [int(status[name], 16) for name in _CAPABILITIES if name in status]
    if not held:
        return None
    union = 0
    for mask in held:
        union |= mask
    return "%016x" % union


def _fields(path: str) -> Dict[str, str]:
    pairs = [line.split(":", 1) for line in _lines(path) if ":" in line]
    return {pair[0]: pair[1].strip() for pair in pairs}


def _lines(path: str) -> List[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read().splitlines()
    except OSError:
        return []


def _attempt(question: Callable[[], Answer]) -> Optional[Answer]:
    try:
        return question()
    except Exception:
        return None


if __name__ == "__main__":
    main(sys.argv[1:])
