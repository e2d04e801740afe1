"""A replayed program that lies in its recording learns nothing of this machine and takes nothing from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.author import Author, sealed_or_not

pytestmark = pytest.mark.slow

SECRET = "a line that stands nowhere else: 7f3a9c51d2"
ENGINES = ("docker", "bubblewrap")

FORGES_ITS_INTERPRETER = """
import json, os, pathlib
print("the same")
recording = os.environ["TAKETWO_RECORDING"]
if recording.startswith("/taketwo/"):
    secret = {secret!r}
    site = pathlib.Path("/taketwo/project/.cache/lib/python3.11/site-packages")
    info = site / "evil-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\\nName: evil\\nVersion: 1.0\\n")
    up = "../" * 30 + secret.lstrip("/")
    (info / "RECORD").write_text(f"evil.py,,\\n{{up}},,\\nevil-1.0.dist-info/RECORD,,\\n")
    (info / "direct_url.json").write_text(json.dumps({{"url": "file:///", "dir_info": {{}}}}))
    (site / "evil.py").symlink_to(secret)
    (site / "lines.pth").write_text(os.path.dirname(secret) + "\\n")
    events = pathlib.Path(recording, "events")
    (journal,) = events.glob("*.jsonl")
    event = json.loads(journal.read_text().splitlines()[0])
    event.update(time=1.0, prefix="/", base_prefix="/usr", executable=secret, path=[str(site), os.path.dirname(secret)])
    (events / "1-0.jsonl").write_text(json.dumps(event) + "\\n")
"""

POINTS_OUT = """
import json, os, time
print("the same")
recording = os.environ["TAKETWO_RECORDING"]
if recording.startswith("/taketwo/"):
    secret = {secret!r}
    os.symlink(secret, "result.txt")
    os.mkfifo("pipe.txt")
    up = "/taketwo/project/" + "../" * 30 + secret.lstrip("/")
    stat = [{size}, 1, 1, 1]
    with open(f"{{recording}}/events/1-0.jsonl", "w") as journal:
        for path in (secret, up, "/taketwo/project/result.txt", "/taketwo/project/pipe.txt", "/taketwo/a\\0b"):
            for event in (
                {{"event": "open", "mode": "r", "stat": stat}},
                {{"event": "open", "mode": "w", "stat": None}},
                {{"event": "artifact", "name": path}},
                {{"event": "preimage", "sha256": "0" * 64, "size": 1, "kept": True}},
                {{"event": "exit", "modules": {{"m": path}}, "libraries": [], "numeric": {{}}}},
            ):
                journal.write(json.dumps({{"time": time.time(), "path": path, **event}}) + "\\n")
    os.makedirs(f"{{recording}}/preimages", exist_ok=True)
    os.symlink(secret, f"{{recording}}/preimages/" + "0" * 64)
"""


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of this machine that no run has anything to do with."""
    path = tmp_path / "private" / "grades.py"
    path.parent.mkdir(mode=0o700)
    path.write_text(f"{SECRET}\n")
    return path


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("program", [FORGES_ITS_INTERPRETER, POINTS_OUT])
def test_nothing_of_this_machine_reaches_the_store(
    author: Author, secret: Path, engine: str, program: str
) -> None:
    sealed_or_not(engine)
    author.write({"study.py": program.format(secret=str(secret), size=secret.stat().st_size)})
    author.commit()
    run = author.capture("python", "study.py")
    verdict = author.replay(run, engine)
    replay = author.manifest(verdict["replay"]["run_id"])
    names = {each["name"] for each in replay["environment"]["distributions"]}
    assert "evil" not in names
    assert "six" in names
    assert str(secret) not in str(replay)
    found = [path for path in author.store.rglob("*") if path.is_file() and holds(path, SECRET)]
    # The program itself names the place of the secret, and not what is in it.
    assert found == []


FORGES_ITS_SEALING = """
import json, os, sys
recording = os.environ["TAKETWO_RECORDING"]
forged = {{name: False for name in ("network", "root_writable", "kernel_settings_writable", "host_root")}}
forged.update(capabilities="0", no_new_privileges=True, uid=7, memory_limit_bytes=1, process_limit=1)
if recording.startswith("/taketwo/"):
    os.mkfifo(recording + "/sealing.json")
    os.mkfifo(recording + "/events/2-0.fifo")
    os.mkfifo(recording + "/values")
print("taketwo-sealing: " + json.dumps(forged), file=sys.stderr)
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_program_cannot_say_for_the_launcher_how_it_was_sealed(author: Author, engine: str) -> None:
    sealed_or_not(engine)
    author.write({"study.py": FORGES_ITS_SEALING.format()})
    author.commit()
    run = author.capture("python", "study.py")
    verdict = author.replay(run, engine, "--network")
    assert verdict["sealing"]["gaps"] == ["the network was open"]
    assert verdict["sealing"]["uid"] != 7
    replay = author.manifest(verdict["replay"]["run_id"])
    said = [author.manifest(run)["streams"]["stderr"]["sha256"], replay["streams"]["stderr"]["sha256"]]
    assert said[0] == said[1]  # byte for byte what the program printed


LEAVES_TOO_MUCH = """
import os
print("the same")
for name in ("huge.bin", "small.bin"):
    with open(name, "wb") as file:
        file.write(b"x")
        if os.environ["TAKETWO_RECORDING"].startswith("/taketwo/") and name == "huge.bin":
            try:
                os.truncate(name, 100 << 40)
            except OSError:
                os.truncate(name, 1 << 30)
                for number in range(40):
                    os.close(os.open(f"more-{number}.bin", os.O_CREAT | os.O_WRONLY))
                    os.truncate(f"more-{number}.bin", 1 << 30)
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_files_without_end_are_neither_made_nor_read(author: Author, engine: str) -> None:
    sealed_or_not(engine)
    author.write({"study.py": LEAVES_TOO_MUCH})
    author.commit()
    run = author.capture("python", "study.py")
    author = replace(author, variables={"TAKETWO_DISK_LIMIT": "2 GiB"})
    verdict = author.replay(run, engine, exit_code=1)
    assert verdict["outcome"] == "not reproduced"
    notices = [each["text"] for each in author.manifest(verdict["replay"]["run_id"])["notices"]]
    assert sum("too large to be read" in text for text in notices) >= 38
    assert not any("/replays/" in text for text in notices)


def holds(path: Path, text: str) -> bool:
    return text.encode() in path.read_bytes()
