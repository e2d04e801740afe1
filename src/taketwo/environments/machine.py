"""What in site-packages belongs to this machine and not to the experiment: its certificates.

Institutions add their own authorities to the bundles that packages ship. Those are used by the run and
never recorded: a bundle that differs from its RECORD counts as the published one.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping

from taketwo.environments.discovery import Owned
from taketwo.environments.scan import Kept
from taketwo.model.base import Notice

_BUNDLES = frozenset({"cacert.pem"})


def without_certificates(owned: Iterable[Owned], facts: MutableMapping[str, Kept]) -> list[Notice]:
    """Let changed certificate bundles count as published, in ``facts``; say which ones."""
    changed = []
    for one in owned:
        for path, file in one.files.items():
            fact = facts.get(path)
            own = fact and path.rsplit("/", 1)[-1] in _BUNDLES and file.sha256 and fact.sha256 != file.sha256
            if fact and own and file.sha256:
                size = fact.size if file.size is None else file.size
                facts[path] = Kept(path=path, source=fact.source, sha256=file.sha256, size=size)
                changed.append(path)
    if not changed:
        return []
    text = f"certificates of this machine were added to {', '.join(sorted(changed))} and are not recorded"
    return [Notice(topic="environment", text=text)]
