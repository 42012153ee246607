"""A new file that is there as a whole or not at all, and that only its owner can read."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

from workbench._errors import LogError, UsageError

__all__ = ["must_be_new", "whole_file"]

_MODE = 0o600


@contextlib.contextmanager
def whole_file(path: Path, *, overwrite: bool = False) -> Generator[BinaryIO]:
    """Write a file under another name; it gets its own when the block ends well, and vanishes when it raises.

    Args:
        path: The file. Its mode is 0600: what was recorded is nobody else's until its owner says so.
        overwrite: Whether a file of this name may be replaced.

    Raises:
        UsageError: There is one, and it may not.
        LogError: The operating system refuses.
    """
    must_be_new(path, overwrite=overwrite)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _named(draft, path, overwrite=overwrite)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        hint = "choose a file in a folder that exists and that you may write to"
        raise LogError(f"cannot write {path}: {error.strerror or error}", path=path, hint=hint) from error


def must_be_new(path: Path, *, overwrite: bool) -> None:
    """Refuse a name that is taken.

    Raises:
        UsageError: It is, and may not be overwritten.
    """
    if not overwrite and os.path.lexists(path):
        raise UsageError(f"{path} is there already", hint="choose another name, or say overwrite=True")


def _named(draft: Path, path: Path, *, overwrite: bool) -> None:
    if overwrite:
        draft.replace(path)
        return
    try:
        os.link(draft, path)  # unlike a rename, it fails where somebody was faster
    except FileExistsError:
        must_be_new(path, overwrite=False)
    except OSError:  # a file system without hard links
        must_be_new(path, overwrite=False)
        draft.replace(path)
