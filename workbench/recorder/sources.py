"""The workflow's code as it runs, for the log: files, and cells of a notebook, which are code too."""

from __future__ import annotations

import hashlib
import linecache
from collections.abc import Callable
from typing import Any

from workbench.model import Source

__all__ = ["source_of"]

_LIMIT = 1 << 20
"""A larger file is generated, not written; its lines help nobody."""


def source_of(function: Callable[..., Any]) -> Source | None:
    """The file or cell in which `function` is defined, or `None` where Python does not have it (a REPL, C code)."""
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    linecache.checkcache(code.co_filename)  # the file may have been edited, and its module reloaded, in this session
    lines = linecache.getlines(code.co_filename, getattr(function, "__globals__", None))
    text = "".join(lines)
    if not text or len(text) > _LIMIT:
        return None
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Source(digest, code.co_filename, function.__module__, text)
