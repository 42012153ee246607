"""Writes a post-mortem notebook beside a recording, through the contents manager: its rules hold for it."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from jupyter_core.utils import ensure_async

from workbench._errors import NotAllowedError
from workbench.debugger.wire.workspace import NotebookAnswer
from workbench.engines import replays
from workbench.server.opening import opened
from workbench.server.place import Root
from workbench.server.standing import standing_of
from workbench.views.post_mortem import notebook_names, post_mortem_notebook

__all__ = ["Draft", "draft", "save"]

_READ_ONLY: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class Draft(NamedTuple):
    """A notebook whose place is taken and that is not written yet.

    Attributes:
        path: Where it goes, as the server calls it.
        file: The same on the disk: an empty file.
        content: What it will hold.
    """

    path: str
    file: Path
    content: dict[str, Any]


def draft(root: Root, path: Any) -> Draft:
    """A notebook about the run of a recording that is worst off, in a place that was free.

    Args:
        root: The folder that is served.
        path: The recording, as the server calls it.

    Raises:
        NotAllowedError: Nothing may be written there.
        WorkbenchError: The recording cannot be opened.
    """
    place = root.file(path)
    loaded = opened(root, place)
    worst = standing_of(loaded).worst
    folder, _, name = place.path.rpartition("/")
    content = post_mortem_notebook(name, worst.run_id if worst else "", replays=replays(loaded.history.engine))
    file = _taken(root.folder(folder), name)
    return Draft(f"{folder}/{file.name}" if folder else file.name, file, content)


def _taken(folder: Path, recording: str) -> Path:
    """The first file of a fitting name that was not there and now is: nobody else can take it any more."""
    for name in notebook_names(recording):
        with suppress(FileExistsError):
            try:
                os.close(os.open(folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            except OSError as error:
                if error.errno in _READ_ONLY:
                    raise NotAllowedError(
                        f"the server may not write a notebook beside {recording!r}: {error.strerror}",
                        hint="copy the recording into a folder of your own",
                    ) from None
                raise
            return folder / name
    raise AssertionError("names of notebooks do not end")


async def save(contents: Any, drafted: Draft) -> NotebookAnswer:
    """Write the notebook.

    Args:
        contents: The contents manager.
        drafted: The notebook.
    """
    model = {"type": "notebook", "format": "json", "content": drafted.content}
    try:
        await ensure_async(contents.save(model, drafted.path))
    except BaseException:
        drafted.file.unlink(missing_ok=True)
        raise
    return {"path": drafted.path}
