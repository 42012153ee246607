"""The body of a request: a small JSON object, checked before anybody looks into it."""

from __future__ import annotations

import json
from typing import Any, Final

from workbench._errors import TooLargeError, UsageError

__all__ = ["LARGEST", "fields"]

LARGEST: Final = 4_000_000
"""Bytes; as much as the notebook host sends."""

_EXACT: Final = 2**53
"""A browser has no larger whole numbers, so no question means one."""


def fields(body: bytes, *names: str) -> list[Any]:
    """The values of an object that has these fields and no others.

    Args:
        body: The body of the request.
        names: The fields, in the order wanted.

    Raises:
        TooLargeError: The body is too large.
        UsageError: It is no such object.
    """
    if len(body) > LARGEST:
        raise TooLargeError(
            f"the question has {len(body):,} bytes; at most {LARGEST:,} are read",
            hint="give what is large in Python: run.what_if(…)",
        )
    found = _parsed(body)
    if type(found) is not dict or found.keys() != set(names):
        raise UsageError(f"the body is no JSON object of {' and '.join(names)}")
    return [found[name] for name in names]


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text.decode(), parse_int=_whole, parse_float=_number, parse_constant=_number)
    except UnicodeDecodeError:
        raise UsageError("the body is no UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise UsageError(f"the body is no JSON: {error.msg} at character {error.pos:,}") from None
    except RecursionError:
        raise UsageError("the body is nested too deeply") from None


def _whole(digits: str) -> int:
    number = int(digits) if len(digits) <= len(str(-_EXACT)) else 2 * _EXACT
    if abs(number) > _EXACT:
        raise UsageError(f"{digits[:24]} is larger than a whole number may be", hint=f"at most {_EXACT:,}")
    return number


def _number(digits: str) -> float:
    number = float(digits)
    if number - number != 0:
        raise UsageError(f"{digits[:24]} is no number that JSON knows")
    return number
