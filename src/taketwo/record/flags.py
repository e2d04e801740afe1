"""Parameters from a command line, in the spellings of argparse, click and hydra; secrets are masked.

Nothing is patched and nothing is run, so this is a reading of what was typed: whether ``--verbose data.csv``
is a flag and an argument, or an option and its value, only the program knows. The word after a flag is taken
to be its value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from taketwo.model.manifest import Parameter
from taketwo.record.passwords import short_passwords
from taketwo.record.secrets import MASK, is_secret, is_secret_value, mask_known, mask_text

_LONG = re.compile(r"--([A-Za-z][\w.-]*)(?:=(.*))?", re.DOTALL)
_SHORT = re.compile(r"-([A-Za-z])(?:=(.*)|([-+.\d].*))?", re.DOTALL)
_SINGLE_DASH_WORD = re.compile(r"-([A-Za-z][\w-]+)(?:=(.*))?", re.DOTALL)
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_LEADING_ZERO = re.compile(r"-?0\d.*")
_OVERRIDE = re.compile(r"(\+{0,2}|~)([A-Za-z_][\w.@/:-]*)(?:=(.*))?", re.DOTALL)
_HYDRA_SWITCHES = frozenset({"m", "multirun"})


def parameters_from(argv: Sequence[str]) -> tuple[Parameter, ...]:
    """The parameters in the words after the script or program, in order of first appearance.

    A flag without a value is ``True``, ``--no-x`` is ``x = False``, a repeated flag is a list, other words
    are ``arg.0``, ``arg.1``… Numbers become numbers where their value survives exactly; ``007`` is a text.
    """
    found: dict[str, list[Any]] = {}
    positional = 0
    for word in _words(mask_secrets(argv)):
        name = word.name
        if name is None:
            name = f"arg.{positional}"
            positional += 1
        found.setdefault(name, []).append(MASK if word.secret else _value(word.value))
    return tuple(
        Parameter(name=name, value=values[0] if len(values) == 1 else values, origin="flag")
        for name, values in found.items()
    )


def mask_secrets(argv: Sequence[str]) -> tuple[str, ...]:
    """``argv`` with the values of secret-looking flags and overrides, and credentials anywhere, masked."""
    masked = [mask_known(word) if _is_code(argv, at) else mask_text(word) for at, word in enumerate(argv)]
    for word in _words(argv):
        if word.secret and word.at is not None:
            masked[word.at] = argv[word.at][: word.offset] + MASK
    for at, offset in short_passwords(argv).items():
        masked[at] = argv[at][:offset] + MASK
    return tuple(masked)


def masked_words(argv: Sequence[str]) -> tuple[str, ...]:
    """What ``mask_secrets`` masks, in people's words: ``the value of --password``, ``a part of argument 3``."""
    found = []
    for at, (word, masked) in enumerate(zip(argv, mask_secrets(argv), strict=True)):
        if word == masked:
            continue
        before = argv[at - 1] if at else ""
        flag = _flag(word)
        if flag is not None and flag[1] is not None:
            found.append(f"the value of {word[: flag[2]].removesuffix('=')}")
        elif masked == MASK and _flag(before) is not None:
            found.append(f"the value of {before}")
        else:
            found.append(f"a part of argument {at}")
    return tuple(dict.fromkeys(found))


def _is_code(argv: Sequence[str], at: int) -> bool:
    """Whether the word is a Python program, in which ``token = 5`` is a statement."""
    python = any("python" in word.rpartition("/")[2].lower() for word in argv[: at - 1])
    return at >= 2 and python and argv[at - 1] == "-c"


class _Word:
    """One parameter on the command line, and where its value stands: word ``at``, from ``offset``."""

    def __init__(self, name: str | None, value: str | bool, at: int | None, offset: int = 0) -> None:
        self.name = name
        self.value = value
        self.at = at
        self.offset = offset

    @property
    def secret(self) -> bool:
        if self.name is None or self.at is None:
            return False
        return is_secret_value(self.name, str(self.value))


def _words(argv: Sequence[str]) -> Iterator[_Word]:
    index = 0
    while index < len(argv):
        word = argv[index]
        following = argv[index + 1] if index + 1 < len(argv) else None
        if word == "--":
            yield from (_Word(None, rest, at) for at, rest in enumerate(argv[index + 1 :], index + 1))
            return
        flag = _flag(word)
        if flag is None:
            yield _other(word, index)
        else:
            name, value, offset = flag
            if value is not None:
                yield _Word(name, value, index, offset)
            elif following is not None and _is_value(following, name):
                index += 1
                yield _Word(name, following, index)
            elif _negates(name):
                yield _Word(name[3:], False, None)
            else:
                yield _Word(name, True, None)
        index += 1


def _flag(word: str) -> tuple[str, str | None, int] | None:
    """Name, value and where the value begins, when ``word`` is a flag."""
    if _NUMBER.fullmatch(word):
        return None
    long = _LONG.fullmatch(word)
    if long is not None:
        return long[1], long[2], long.start(2)
    short = _SHORT.fullmatch(word)
    if short is not None:
        value = short[2] if short[2] is not None else short[3]
        return short[1], value, short.start(2) if short[2] is not None else short.start(3)
    single = _SINGLE_DASH_WORD.fullmatch(word)
    return None if single is None else (single[1], single[2], single.start(2))


def _other(word: str, index: int) -> _Word:
    """A hydra override (``a.b=1``, ``+x=2``, ``~y``), a ``NAME=value``, or a plain argument."""
    override = _OVERRIDE.fullmatch(word)
    if override is not None and (override[3] is not None or override[1] == "~"):
        sign, name, value = override[1], override[2], override[3]
        if sign == "~":
            return _Word(
                f"~{name}",
                True if value is None else value,
                index if value is not None else None,
                override.start(3),
            )
        return _Word(name, value, index, override.start(3))
    return _Word(None, word, index)


def _is_value(word: str, flag: str) -> bool:
    """Whether the word after ``flag`` is its value. A secret is rather masked once too often."""
    if _negates(flag) or (flag in _HYDRA_SWITCHES and _OVERRIDE.fullmatch(word)):
        return False
    if is_secret(flag):
        return not word.startswith("--")
    return not word.startswith("-") or word == "-" or _NUMBER.fullmatch(word) is not None


def _negates(name: str) -> bool:
    return name.startswith(("no-", "no_")) and len(name) > 3


def _value(text: str | bool) -> Any:
    """A number, truth value or null, where the text is one and its value survives exactly; else the text."""
    if isinstance(text, bool):
        return text
    if text in {"true", "false", "null", "True", "False", "None"}:
        return {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}[text]
    if _NUMBER.fullmatch(text) is None or _LEADING_ZERO.fullmatch(text) or len(text) > 40:
        return text
    try:
        value = json.loads(text)
    except ValueError:  # `.5` and `5.` are numbers to Python only
        value = float(text)
    if isinstance(value, float) and not _is_exact(text, value):
        return text
    return value


def _is_exact(text: str, value: float) -> bool:
    from decimal import Decimal  # noqa: PLC0415 (only for the rare number)

    return Decimal(repr(value)) == Decimal(text)
