"""The engine for Docker and Podman: one container per command, sealed, removed on every way out."""

from __future__ import annotations

import os

from taketwo.engine.docker_client import DockerClient, Finished, connect
from taketwo.engine.docker_images import image_for
from taketwo.engine.docker_options import User, container_options, limits_of
from taketwo.engine.exit_codes import from_shell
from taketwo.engine.handover import SANDBOX_UID, hand_over
from taketwo.engine.interface import (
    Availability,
    Base,
    Engine,
    OutputListener,
    RunOutcome,
    RunRequest,
)
from taketwo.errors import EngineError, EngineUnavailable
from taketwo.model.environment import Interpreter
from taketwo.owner import this_process

TODO = (
    "Start Docker (`systemctl start docker`) or Podman's service "
    "(`systemctl --user start podman.socket`), see that your user may use its socket, or set DOCKER_HOST."
)


class DockerEngine(Engine):
    """Runs every command in a container of its own: no network, nothing writable but what is mounted so.

    Commands run as the calling user, or as 65532 for root. The output is streamed as it comes and kept by
    nobody else. What it used is unknown: the container is gone before it can be asked.
    """

    name = "docker"
    sealed = True

    def __init__(self, address: str | None = None) -> None:
        self._address = address
        self._connected: DockerClient | None = None

    def availability(self) -> Availability:
        """Usable when a daemon answers that runs Linux containers; the first socket that does is kept."""
        try:
            self._client()
        except EngineUnavailable as error:
            return Availability(usable=False, reason=error.what, todo=error.todo)
        return Availability(usable=True)

    def base_for(self, interpreter: Interpreter, *, image: str | None = None) -> Base:
        """The slim image of exactly that Python, local or pulled; else of its minor version; or ``image``."""
        return image_for(self._client(), self, interpreter, image=image)

    def run(self, request: RunRequest, listener: OutputListener) -> RunOutcome:
        """Run the command sealed in ``request.base``. For root, uid 65532 gets the writable mounts."""
        if request.base is None or request.base.image_id is None:
            raise EngineError("A container needs a base image.", todo="Ask base_for(interpreter) for one.")
        client = self._client()
        user = User(os.geteuid(), os.getegid(), SANDBOX_UID)
        hand_over(request.mounts, SANDBOX_UID if user.uid == 0 and not client.daemon.rootless else None)
        finished = self._finish(client, request, request.base.image_id, user, listener)
        return RunOutcome(
            exit_code=from_shell(finished.exit_code),
            wall_seconds=finished.wall_seconds,
            timed_out=finished.timed_out,
            out_of_memory=finished.out_of_memory,
        )

    def _finish(
        self, client: DockerClient, request: RunRequest, image: str, user: User, listener: OutputListener
    ) -> Finished:
        options = container_options(
            request,
            image=image,
            daemon=client.daemon,
            user=user,
            owner=this_process(),
            unset=client.image_variables(image),
        )
        return client.run(options, listener, seconds=limits_of(request.limits, client.daemon).seconds)

    def _client(self) -> DockerClient:
        if self._connected is None:
            self._connected = connect(self._address, todo=TODO)
            self._connected.remove_leftovers()
        return self._connected
