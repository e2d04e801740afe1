"""Places: absolute paths of one machine <-> ``$PROJECT/…``, ``$HOME/…``, ``$PYTHON``, ``$ENV/…``.

A manifest must not say where its author keeps things, and a replay keeps them elsewhere. Text that happens
to hold such a token already is escaped by one more ``$``, so expanding always gives back what was there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

import msgspec

_NAMES = "PROJECT|HOME|PYTHON|ENV"
_LITERAL = re.compile(rf"\$+(?=(?:{_NAMES})(?![A-Za-z0-9_]))")
_TOKEN = re.compile(rf"(\$+)({_NAMES})(?![A-Za-z0-9_])((?:/\.\.(?![^/:,;|<>@+\s\"'()\[\]{{}}]))*)")
# Where a path may begin inside an argument: --data=/p, a:/p, -I/p, '{"file": "/p"}', file:///p
_BEFORE = r"(?:\A|(?<=[=:,;|<>@+\s\"'()\[\]{}])|(?<=\A-[A-Za-z])|(?<=file://))"
_AFTER = r"(?=\Z|[/:,;|<>@+\s\"'()\[\]{}])"


class Places(msgspec.Struct, frozen=True, dict=True):
    """Where things are on one machine. An empty place is one that is not there.

    ``python`` is the interpreter and ``environment`` its prefix. When that prefix is ``shared`` with other
    software (``/usr``), only the interpreter and the named ``scripts`` in its ``bin`` belong to it.
    ``root`` is the root of the repository that the project lies in, when that is above it; what lies between
    the two is written as ``$PROJECT/../…``, with no more ``..`` than the project lies deep.
    ``aliases`` are pairs of another spelling of a place (through a symbolic link, say) and the name of its
    token; they are recognised, and never written.
    """

    project: str
    root: str = ""
    home: str = ""
    python: str = ""
    environment: str = ""
    shared: bool = False
    scripts: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()

    def tokenise(self, text: str) -> str:
        """``text`` with every path in a known place as a token, wherever an argument may hold one."""
        return self._replace(self._anywhere, text)

    def tokenise_path(self, path: str) -> str:
        """One absolute path, which may hold spaces, colons and anything else, as a token and the rest."""
        return self._replace(self._at_start, path)

    def expand(self, text: str) -> str:
        """The text with the places of this machine: the inverse of both, whoever wrote the tokens.

        A token whose place is not there on this machine stays as it is.
        """
        return _TOKEN.sub(self._expanded, text)

    def inside_project(self, path: str) -> str | None:
        """``path`` relative to the project (``""`` for the project), ``None`` when it lies elsewhere."""
        for root in (self.project, *(alias for alias, name in self.aliases if name == "PROJECT")):
            if path == root:
                return ""
            if path.startswith(f"{root}/"):
                return path[len(root) + 1 :]
        return None

    def inside_source(self, path: str) -> bool:
        """Whether ``path`` is below the root of the repository, or below the project where there is none."""
        if self.inside_project(path) is not None:
            return True
        aliases = (alias for alias, name in self.aliases if name.startswith("PROJECT/"))
        return any(path == each or path.startswith(f"{each}/") for each in (*self._above, *aliases))

    @cached_property
    def _above(self) -> tuple[str, ...]:
        """The directories between the project and the root of its repository, the nearest one first."""
        found: list[str] = []
        inside = self.root.startswith("/") and self.project.startswith(f"{self.root.rstrip('/')}/")
        directory = self.project
        while inside and directory != self.root and directory:
            directory = directory.rpartition("/")[0]
            found.append(directory)
        return tuple(found)

    def _expanded(self, match: re.Match[str]) -> str:
        dollars, name, ups = match[1], match[2], match[3]
        if len(dollars) > 1:
            return f"{dollars[1:]}{name}{ups}"
        depth = ups.count("/")
        if name == "PROJECT" and 0 < depth <= len(self._above):
            return self._above[depth - 1]
        return f"{self._by_name[name]}{ups}" if self._by_name[name] else match[0]

    def _replace(self, pattern: re.Pattern[str] | None, text: str) -> str:
        if pattern is None:
            return _escape(text)
        pieces, position = [], 0
        for match in pattern.finditer(text):
            pieces += [_escape(text[position : match.start()]), self._tokens[match[1]]]
            position = match.end()
        return "".join([*pieces, _escape(text[position:])])

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {"PROJECT": self.project, "HOME": self.home, "PYTHON": self.python, "ENV": self.environment}

    @cached_property
    def _tokens(self) -> dict[str, str]:
        """Every spelling of every place, and its token; an earlier one wins when two places are one."""
        found: dict[str, str] = {}
        pairs: Iterable[tuple[str, str]] = (
            (self.project, "$PROJECT"),
            *((directory, f"$PROJECT{'/..' * depth}") for depth, directory in enumerate(self._above, 1)),
            *((root, f"${n}") for n, root in self._by_name.items() if not (n == "ENV" and self.shared)),
            *((f"{self.environment}/bin/{script}", f"$ENV/bin/{script}") for script in self.scripts),
            *((alias, f"${name}") for alias, name in self.aliases),
        )
        for root, token in pairs:
            if root.startswith("/") and root != "/":
                found.setdefault(root, token)
        return found

    @cached_property
    def _anywhere(self) -> re.Pattern[str] | None:
        return self._pattern(_BEFORE, _AFTER)

    @cached_property
    def _at_start(self) -> re.Pattern[str] | None:
        return self._pattern(r"\A", r"(?=\Z|/)")

    def _pattern(self, before: str, after: str) -> re.Pattern[str] | None:
        roots = sorted(self._tokens, key=len, reverse=True)  # the innermost place wins
        if not roots:
            return None
        return re.compile(f"{before}({'|'.join(map(re.escape, roots))}){after}")


def _escape(text: str) -> str:
    return _LITERAL.sub(lambda match: f"${match[0]}", text)
