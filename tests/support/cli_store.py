"""A store in memory, for tests of the entrances: as much of the interface as a test can look at."""

import hashlib
import io

from taketwo.errors import AmbiguousRun, MissingBlob, UnknownRun
from taketwo.formats import manifest as manifests
from taketwo.model.base import Blob
from taketwo.store.interface import Collected, RunStore, RunSummary


class MemoryStore(RunStore):
    def __init__(self, *runs):
        self.blobs = {}
        self.sealed = {}
        self.amendments = {}
        self.damages = []
        self.garbage = Collected(blobs=0, size=0)
        self.dry_runs = []
        for run in runs:
            self.add_manifest(run)

    def put_bytes(self, content):
        sha256 = hashlib.sha256(content).hexdigest()
        self.blobs[sha256] = content
        return Blob(sha256=sha256, size=len(content))

    def put_file(self, path):
        return self.put_bytes(path.read_bytes())

    def read(self, sha256, *, limit=None):
        self.check(sha256)
        return self.blobs[sha256][:limit]

    def open(self, sha256):
        return io.BytesIO(self.read(sha256))

    def copy_out(self, sha256, destination):
        destination.write_bytes(self.read(sha256))

    def has(self, sha256):
        return sha256 in self.blobs

    def check(self, sha256):
        if sha256 not in self.blobs:
            raise MissingBlob(f"the blob {sha256} is not in the store")

    def add_manifest(self, manifest):
        self.sealed[manifest.run_id] = manifests.seal(manifest)
        return self.sealed[manifest.run_id]

    def manifest(self, run_id):
        return self.sealed[run_id]

    def amend(self, run_id, name, document):
        self.amendments[run_id, name] = document

    def amendment(self, run_id, name):
        return self.amendments.get((run_id, name))

    def resolve(self, prefix):
        if prefix == "latest" and self.sealed:
            return max(self.sealed)
        found = [run_id for run_id in self.sealed if run_id.startswith(prefix)]
        if len(found) > 1:
            raise AmbiguousRun(f"several runs begin with {prefix}", todo="Type more of the id.")
        if not found:
            raise UnknownRun(
                f"no run has the id {prefix}", why="Nothing can be shown.", todo="See: taketwo ls"
            )
        return found[0]

    def runs(self, *, experiment=None, limit=None):
        newest_first = (self.sealed[run_id] for run_id in sorted(self.sealed, reverse=True))
        rows = [
            RunSummary(
                run_id=sealed.manifest.run_id,
                experiment=sealed.manifest.experiment,
                status=sealed.manifest.ending.status,
                started_at=sealed.manifest.started_at,
                finished_at=sealed.manifest.finished_at,
                command=" ".join(sealed.manifest.invocation.argv),
                manifest_sha256=sealed.sha256,
            )
            for sealed in newest_first
            if experiment in {None, sealed.manifest.experiment}
        ]
        return rows[:limit]

    def verify(self):
        yield from self.damages

    def collect_garbage(self, *, dry_run=False):
        self.dry_runs.append(dry_run)
        return self.garbage

    def rebuild_index(self):
        return len(self.sealed)
