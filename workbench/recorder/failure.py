"""Definite or indefinite: does a failure prove that nothing happened?

Definite: a refusal (validation 4xx), no connection before anything was sent, an integrity error of a database.
Indefinite: a timeout, a connection lost after sending, 5xx, a cancellation. Treating an indefinite failure as
"did not happen" is how a card is charged twice. What is not known to be definite counts as indefinite.
"""

from __future__ import annotations

import errno

__all__ = ["is_definite"]

_UNSENT = frozenset({errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH})
_UNSENT_NAMES = frozenset({"ConnectError", "ConnectTimeout", "NewConnectionError", "gaierror", "PoolTimeout"})
"""Classes of httpx, requests, urllib3 and socket that are raised before a request is sent."""
_REFUSAL_NAMES = frozenset({"IntegrityError"})
"""PEP 249: a database that raises it has not applied the statement."""
_UNDECIDED_STATUS = frozenset({408, 409, 425})
"""4xx that do not prove a refusal: request timeout, a conflicting request in progress, too early."""
_CLIENT_ERROR, _SERVER_ERROR = 400, 500


def is_definite(error: BaseException, declared: tuple[type[BaseException], ...] = ()) -> bool:
    """Whether the step certainly had no effect.

    Args:
        error: What the step raised.
        declared: The step's `definite_errors`.
    """
    if isinstance(error, declared):
        return True
    said = getattr(error, "definite", None)
    if isinstance(said, bool):
        return said
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(status, int):
        return _CLIENT_ERROR <= status < _SERVER_ERROR and status not in _UNDECIDED_STATUS
    if isinstance(error, OSError) and error.errno in _UNSENT:
        return True
    return not _UNSENT_NAMES.isdisjoint(_names(error)) or not _REFUSAL_NAMES.isdisjoint(_names(error))


def _names(error: BaseException) -> set[str]:
    return {base.__name__ for base in type(error).__mro__}
