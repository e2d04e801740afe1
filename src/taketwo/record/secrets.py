"""What is nobody else's business: names that secrets go by, and their values in the texts of a command line."""

from __future__ import annotations

import re

MASK = "***"

_SECRET = re.compile(
    r"(^|[-_.~])(pass(wd|word|phrase|code)?|pwd|tokens?|secrets?|credentials?|auth(orization)?|bearer|cookies?|"
    r"(api|access|secret|private|auth|license|signing|encryption|account|ssh)[-_.]?keys?|apikey|dsn|connection[-_]?string)"
    r"($|[-_.])",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"(^|[-_.~])(n|num|numbers?|max(imum)?|min(imum)?|counts?|limit|length|len|size|budget|per|total|ratio|"
    r"rate|ids?|dim|weight|timeout)($|[-_.])|(^|[-_.~])tokens$",
    re.IGNORECASE,
)
"""Words of names that say how many there are of something, or which; ``max_tokens`` is no secret."""
_NUMBER = re.compile(r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_HARMLESS = frozenset({"", "true", "false", "none", "null", "yes", "no", "on", "off"})
_URL_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]*@")
_KNOWN_TOKENS = re.compile(
    r"\b(gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|hf_\w{20,}|sk-[\w-]{20,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16})"
)
_BEARER = re.compile(r"\b(Bearer\s+)[\w.~+/=-]{6,}")
_HEADER = re.compile(r"([A-Za-z][\w-]*)(:\s*)(.+)", re.DOTALL)
_QUOTED = re.compile(r"""(["'])([\w.-]+)\1\s*:\s*(["'])(.*?)\3""", re.DOTALL)
_ASSIGNED = re.compile(r"(?<![\w.-])([A-Za-z][\w.-]*)=")
_ASSIGNED_VALUE = re.compile(r""""[^"]*"|'[^']*'|[^\s;&,'"]+""")


def is_secret(name: str) -> bool:
    """Whether something of this name is likely to be nobody else's business."""
    return _SECRET.search(_snake(name)) is not None


def is_secret_value(name: str, value: str) -> bool:
    """Whether ``value`` of that name is a secret: neither a truth value nor a number of a count or a limit."""
    if not is_secret(name) or value.strip().lower() in _HARMLESS:
        return False
    return not (_NUMBER.fullmatch(value) and _COUNT.search(_snake(name)))


def mask_known(text: str) -> str:
    """``text`` with the credentials of its URLs, and tokens that well-known services give out, masked."""
    masked = _KNOWN_TOKENS.sub(MASK, _URL_CREDENTIALS.sub(f"{MASK}@", text))
    return _BEARER.sub(rf"\g<1>{MASK}", masked)


def mask_text(text: str) -> str:
    """The same, and the values of ``Authorization: …``, ``password=…`` and ``"api_key": "…"``."""
    header = _HEADER.fullmatch(text)
    if header is not None and is_secret_value(header[1], header[3]) and not header[3].startswith("//"):
        return f"{header[1]}{header[2]}{MASK}"
    return mask_known(_assigned(_QUOTED.sub(_quoted, text)))


def _quoted(match: re.Match[str]) -> str:
    if not is_secret_value(match[2], match[4]):
        return match[0]
    return match[0][: match.start(4) - match.start()] + MASK + match[3]


def _assigned(text: str) -> str:
    pieces, position = [], 0
    for match in _ASSIGNED.finditer(text):
        value = _ASSIGNED_VALUE.match(text, match.end())
        if (
            match.start() >= position
            and value is not None
            and is_secret_value(match[1], value[0].strip("'\""))
        ):
            pieces += [text[position : match.end()], MASK]
            position = value.end()
    return "".join([*pieces, text[position:]])


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
