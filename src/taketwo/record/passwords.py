"""Passwords behind short flags, where the program or the user name beside them says that they are passwords."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PROGRAMS = {
    **dict.fromkeys(("sshpass", "mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump"), "p"),
    **dict.fromkeys(("mongo", "mongosh", "mongodump", "mongorestore", "mongoexport", "mongoimport"), "p"),
    **dict.fromkeys(("redis-cli",), "a"),
    **dict.fromkeys(("ldapsearch", "ldapadd", "ldapmodify"), "w"),
}
_ATTACHED = frozenset({"sshpass", "mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump"})
_USER = re.compile(r"-u|-U|--(?:user|username|user-name|login)(?:=.*)?", re.DOTALL)
_NO_PASSWORD = re.compile(r"-.*|\d{1,5}|[./~$].*|", re.DOTALL)
_PAIR = re.compile(r"[^\s:/]+:(?!\d+\Z)(?=.)", re.DOTALL)


def short_passwords(argv: Sequence[str]) -> dict[int, int]:
    """The words of ``argv`` that hold a password behind a short flag, and the offset where it begins.

    ``-p`` is a port or a path for most programs; it is taken for a password where the program is one that
    uses it so, or where a user name is given too. Of ``-u NAME:PASSWORD`` the part behind the colon is one.
    """
    found: dict[int, int] = {}
    program, flag = "", ""
    has_user = any(_USER.fullmatch(word) for word in argv)
    for at, word in enumerate(argv):
        name = word.rpartition("/")[2]
        if name in _PROGRAMS:
            program, flag = name, f"-{_PROGRAMS[name]}"
        before = argv[at - 1] if at else ""
        if flag and program in _ATTACHED and word.startswith(flag) and len(word) > len(flag):
            found[at] = len(flag)
        elif _is_password(word, before, flag, has_user=has_user):
            found[at] = 0
        elif before in {"-u", "--user"} and (pair := _PAIR.match(word)):
            found[at] = pair.end()
    return found


def _is_password(word: str, before: str, flag: str, *, has_user: bool) -> bool:
    if flag and before == flag:  # the program itself says what its flag means
        return not word.startswith("-")
    return before == "-p" and has_user and not _NO_PASSWORD.fullmatch(word)
