"""Names of files that usually hold secrets: keys, tokens, passwords. A record must never take them in unasked."""

from __future__ import annotations

import fnmatch
import re

_USUAL = (
    *(".env", ".env.*", ".netrc", "_netrc", ".pypirc", ".pgpass", ".git-credentials", ".htpasswd"),
    *("*.pem", "*.key", "*.p12", "*.pfx", "*.kdbx", "id_rsa*", "id_dsa*", "id_ed25519*", "id_ecdsa*"),
    *("kaggle.json", "credentials", "credentials.json", "client_secret*.json"),
    *("secrets.toml", "secrets.y*ml", "secrets.json"),
)
_HARMLESS = ("*.pub", "*.py", "*.example", "*.sample", "*.template", "*.dist", "cacert.pem")
"""Public keys and certificates, code, and the examples that projects keep beside the real thing."""


def _one_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns))


_SECRET, _OTHER = _one_of(_USUAL), _one_of(_HARMLESS)


def may_hold_secrets(name: str) -> bool:
    """Whether a file of this name (without directories) usually holds secrets; its content is not looked at."""
    return _SECRET.match(name) is not None and _OTHER.match(name) is None
