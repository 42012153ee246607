"""Runs that an engine's server tells about when it is asked: that of Restate, through its admin API.

It is asked anew each time it is opened, and nothing that it says is written to disk. It is only ever asked, so nobody
can act on a run through it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from workbench.engines import Loaded, restate
from workbench.journal import OpenMode, index_folder
from workbench.recording.remote import RemoteFile

__all__ = ["ServerOfRuns", "is_server"]


def is_server(url: str) -> bool:
    """Whether a URL names a server, and no file: `http://127.0.0.1:9070`, or one invocation in its UI."""
    return restate.is_admin_api(url)


class ServerOfRuns(RemoteFile):
    """One server; `path` stands for what it said this time, and is not there."""

    __slots__ = ()

    @classmethod
    def at(cls, url: str) -> Self:
        """The server of a URL, as it is now."""
        path = index_folder().with_name("remote") / "server" / os.urandom(16).hex() / "restate.json"
        return cls(url, Path(path), -1, None, url)

    def load(self, mode: OpenMode | str = OpenMode.PREFIX) -> Loaded:  # noqa: ARG002 - JSON is whole or is none
        """Ask it.

        Raises:
            EmptyLogError: It has no run.
            LogError: Nobody answers, not in time, or not as asked.
            TooLargeError: It has more than is taken here.
        """
        return restate.load_server(self.url, self.path)
