"""Which values that a text assigns are computed and not written there: `token = login(user)` holds no secret.

In Python source a secret stands in a string, in a comment, or as a number. Names and calls are code, which a reader
of the log wants to see.
"""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Final

from workbench.journal.redaction.assignments import Assignment

__all__ = ["Computed", "computed_in", "computed_in_excerpt", "looks_computed"]

Computed = Callable[[Assignment], bool]
"""Whether the value of an assignment is computed."""

_LITERAL: Final = frozenset({"STRING", "COMMENT", "FSTRING_MIDDLE"})
_EXPRESSION: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


def computed_in(source: str) -> Computed:
    """For whole Python source; a text that Python cannot read into tokens has nothing that is computed."""
    try:
        literals = list(_literals(source))
    except (tokenize.TokenError, SyntaxError):
        return lambda _found: False
    starts = [start for start, _ in literals]

    def is_computed(found: Assignment) -> bool:
        number = bisect_right(starts, found.start) - 1
        return not (number >= 0 and found.start < literals[number][1]) and not found.value[0].isdigit()

    return is_computed


def computed_in_excerpt(_text: str) -> Computed:
    """For some lines of source whose whole was looked through before: names and calls without quotes are code."""
    return lambda found: not found.quoted and _EXPRESSION.fullmatch(found.value) is not None


def looks_computed(_text: str) -> Computed:
    """For any text: `token = login(…)` and `headers["…"]` are code, as tracebacks quote it."""
    return _is_call


def _is_call(found: Assignment) -> bool:
    after = found.text[found.end : found.end + 1]
    return not found.quoted and after in {"(", "["} and _EXPRESSION.fullmatch(found.value) is not None


def _literals(source: str) -> Iterator[tuple[int, int]]:
    """Strings and comments, as offsets."""
    begins = [0, *accumulate(map(len, io.StringIO(source)))]
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if tokenize.tok_name[token.type] in _LITERAL:
            (line, column), (last_line, last_column) = token.start, token.end
            yield begins[line - 1] + column, begins[last_line - 1] + last_column
