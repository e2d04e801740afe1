"""Everything that is said to a Docker or Podman daemon, and the only file that knows docker-py.

Whatever docker-py or the connection raise comes out as ``EngineError``; a daemon that is not there as
``EngineUnavailable``.
"""

from __future__ import annotations

import os
import resource
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taketwo.engine.docker_options import OWNER_LABEL, Daemon, below_a_shell
from taketwo.engine.interface import OutputListener
from taketwo.engine.signals import held_back, unwinding
from taketwo.errors import EngineError, EngineUnavailable
from taketwo.owner import is_gone

if TYPE_CHECKING:
    from docker import APIClient

ANSWER_SECONDS = 120

_MISSING_INIT = ("docker-init", "catatonit", "container-init")


@dataclass(frozen=True)
class Finished:
    """How a container ended; ``exit_code`` as its daemon tells it."""

    exit_code: int
    wall_seconds: float
    timed_out: bool
    out_of_memory: bool


@dataclass(frozen=True)
class Image:
    """A local image: its id (a digest), and the variables that it sets."""

    id: str
    variables: Mapping[str, str]


def connect(address: str | None, *, todo: str) -> DockerClient:
    """The first daemon that answers; ``EngineUnavailable`` names every address that was tried."""
    failures = []
    for place in _addresses(address):
        try:
            return _connect(place)
        except EngineError as error:
            failures.append(error.what)
    reason = "; ".join(failures) or "there is no socket of Docker or Podman"
    raise EngineUnavailable(f"No container engine answers: {reason}.", todo=todo)


class DockerClient:
    """A connection to one daemon."""

    def __init__(self, api: APIClient, daemon: Daemon) -> None:
        self._api = api
        self.daemon = daemon
        self._images: dict[str, Image] = {}

    def image(self, name: str) -> Image | None:
        """The local image of that name or id, or ``None``."""
        if name not in self._images:
            import docker.errors  # noqa: PLC0415 - heavy, only needed here

            with _translated(f"The image {name} cannot be looked up"):
                try:
                    found: dict[str, Any] = self._api.inspect_image(name)  # type: ignore[no-untyped-call]
                except docker.errors.NotFound:
                    return None
            pairs = (entry.partition("=") for entry in found["Config"].get("Env") or ())
            image = Image(_digest(found["Id"]), {key: value for key, _, value in pairs})
            self._images[name] = self._images[image.id] = image
        return self._images[name]

    def image_variables(self, image_id: str) -> tuple[str, ...]:
        """The names of the variables that an image sets."""
        image = self.image(image_id)
        return () if image is None else tuple(image.variables)

    def tags(self) -> Sequence[str]:
        """The names of all local images."""
        with _translated("The images cannot be listed"):
            return [tag for image in self._api.images() for tag in image.get("RepoTags") or ()]

    def pull(self, name: str) -> str | None:
        """Get an image from its registry; returns why that failed, or ``None``."""
        repository, _, tag = name.rpartition(":")
        try:
            with _translated(f"{name} cannot be pulled"):
                self._api.pull(repository, tag=tag)
        except EngineError as error:
            return error.what
        return None

    def run(self, options: Mapping[str, Any], listener: OutputListener, *, seconds: float | None) -> Finished:
        """Create, follow and remove one container. Nothing of it is left, whatever happens here."""
        # Named by us, so that it can be removed even when the answer to its creation never reached us.
        name = f"taketwo-{uuid.uuid4().hex[:12]}"
        with unwinding(), _translated("The container cannot be run"):
            try:
                with held_back():
                    output = self._start(name, options)
                return self._follow(name, output, listener, seconds)
            finally:
                with held_back():
                    self._remove(name)

    def remove_leftovers(self) -> None:
        """Remove containers whose process was killed before it could do so."""
        with _translated("Containers cannot be listed"):
            for container in self._api.containers(all=True, filters={"label": OWNER_LABEL}):
                if is_gone(container["Labels"][OWNER_LABEL]):
                    self._remove(container["Id"])

    def _start(self, name: str, options: Mapping[str, Any]) -> Iterator[tuple[bytes | None, bytes | None]]:
        import docker.errors  # noqa: PLC0415 - heavy, only needed here

        try:
            return self._started(name, options)
        except docker.errors.APIError as error:
            if not self.daemon.init or not any(word in str(error) for word in _MISSING_INIT):
                raise
        # This machine lacks the little init program; a shell takes its place.
        self.daemon = replace(self.daemon, init=False)
        self._remove(name)
        return self._started(name, options)

    def _started(self, name: str, options: Mapping[str, Any]) -> Iterator[tuple[bytes | None, bytes | None]]:
        host_config = self._api.create_host_config(**options["host_config"], init=self.daemon.init)
        command = {} if self.daemon.init else below_a_shell(options)
        self._api.create_container(**{**options, **command, "host_config": host_config, "name": name})
        # Attached before it starts, or the first output could be missed.
        output = self._api.attach(name, stdout=True, stderr=True, stream=True, demux=True)
        self._api.start(name)
        return output

    def _follow(
        self,
        name: str,
        output: Iterator[tuple[bytes | None, bytes | None]],
        listener: OutputListener,
        seconds: float | None,
    ) -> Finished:
        started = time.monotonic()
        late = threading.Event()
        with _after(seconds, lambda: self._end(name, late)):
            for stdout, stderr in output:
                if stdout:
                    listener("stdout", stdout)
                if stderr:
                    listener("stderr", stderr)
            code = int(self._api.wait(name)["StatusCode"])
        wall = time.monotonic() - started
        state = self._api.inspect_container(name)["State"]
        return Finished(code, wall, timed_out=late.is_set(), out_of_memory=bool(state.get("OOMKilled")))

    def _end(self, name: str, late: threading.Event) -> None:
        import docker.errors  # noqa: PLC0415 - heavy, only needed here

        late.set()
        try:
            self._api.kill(name)
        except docker.errors.APIError:
            late.clear()  # It had ended in the same moment.

    def _remove(self, name: str) -> None:
        import docker.errors  # noqa: PLC0415 - heavy, only needed here

        with _translated(f"The container {name} cannot be removed"):
            try:
                self._api.remove_container(name, force=True, v=True)
            except docker.errors.NotFound:
                return
            except docker.errors.APIError as error:
                if error.status_code != 409:  # Somebody else is removing it already.
                    raise


def _addresses(address: str | None) -> Iterator[str]:
    """Where a daemon may listen: as told, else Docker's sockets, then Podman's."""
    told = address or os.environ.get("DOCKER_HOST")
    if told:
        yield told
        return
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    for path in (
        "/var/run/docker.sock",
        f"{runtime}/docker.sock",
        str(Path.home() / ".docker" / "run" / "docker.sock"),
        f"{runtime}/podman/podman.sock",
        "/run/podman/podman.sock",
    ):
        if Path(path).is_socket():
            yield f"unix://{path}"


def _connect(address: str) -> DockerClient:
    socket = Path(address.removeprefix("unix://"))
    if socket.is_socket() and not os.access(socket, os.W_OK):
        raise EngineError(f"{address}: this user may not use it")
    with _translated(address):
        import docker  # noqa: PLC0415 - heavy, only needed here
        import docker.utils  # noqa: PLC0415 - likewise

        told = address == os.environ.get("DOCKER_HOST")
        tls = docker.utils.kwargs_from_env().get("tls", False) if told else False
        api = docker.APIClient(base_url=address, version="auto", timeout=ANSWER_SECONDS, tls=tls)
        facts: dict[str, Any] = api.info()
    if facts.get("OSType", "linux") != "linux":
        raise EngineError(f"{address} runs {facts['OSType']} containers, and only Linux ones can be replayed")
    with _translated(address):
        components = api.version().get("Components") or ()
    security = " ".join(facts.get("SecurityOptions") or ())
    return DockerClient(
        api,
        Daemon(
            podman=any("podman" in str(part.get("Name", "")).lower() for part in components),
            rootless="name=rootless" in security,
            selinux="name=selinux" in security,
            memory_bytes=int(facts["MemTotal"]),
            own_limits=(
                ("nofile", resource.getrlimit(resource.RLIMIT_NOFILE)[1]),
                # Podman's service lowers its own to this, and cannot give more than it has.
                ("nproc", min(resource.getrlimit(resource.RLIMIT_NPROC)[1], 32768)),
            ),
        ),
    )


@contextmanager
def _after(seconds: float | None, action: Callable[[], None]) -> Iterator[None]:
    if seconds is None:
        yield
        return
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """Only our own errors come out of a block that talks to a daemon."""
    import docker.errors  # noqa: PLC0415 - heavy, only needed here
    import requests  # noqa: PLC0415 - docker-py's own transport
    import urllib3  # noqa: PLC0415 - likewise

    try:
        yield
    except docker.errors.APIError as error:
        raise EngineError(
            f"{what}: {error.explanation or error}",
            why="The container engine refused it.",
            todo="See what `docker info` says, or choose another engine with --engine.",
        ) from error
    except (
        docker.errors.DockerException,
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        OSError,
    ) as error:
        raise EngineError(
            f"{what}: {_cause(error)}",
            why="The container engine could not be talked to.",
            todo="See that it runs (`docker info`), or choose another engine with --engine.",
        ) from error


def _cause(error: BaseException) -> str:
    """What the system said (``Connection refused``), without the four libraries that wrapped it."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror
        inner = inner.__cause__ or inner.__context__
    return str(error)


def _digest(image_id: str) -> str:
    """Podman leaves the name of the algorithm out."""
    return image_id if ":" in image_id else f"sha256:{image_id}"
