"""Secrets that were met under a secret name: handed on under another name, they are secrets still.

`session["lock_token"]` is hidden by its name; passed on as the argument `lock` only its characters tell what it is.
"""

from __future__ import annotations

from typing import Final

__all__ = ["KnownSecrets"]

_SHORTEST: Final = 16
"""Shorter values can be words and order numbers, which occur in other meanings."""
_LONGEST: Final = 4096
_MOST: Final = 4096


class KnownSecrets(dict[str, str]):
    """The kind of each secret, by its characters."""

    __slots__ = ()

    def learn(self, text: str, kind: str) -> bool:
        """Remember a secret, if it is distinctive; whether it is new."""
        if text in self or not _SHORTEST <= len(text) <= _LONGEST or not _is_distinctive(text):
            return False
        if len(self) >= _MOST:
            del self[next(iter(self))]
        self[text] = kind
        return True


def _is_distinctive(text: str) -> bool:
    """Letters and digits, and no blanks: made by a machine."""
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text)) and not any(map(str.isspace, text))
