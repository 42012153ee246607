"""What the routes share, made at the first question: reading recordings loads pandas, starting a server must not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from workbench.debugger.wire.workspace import NotebookAnswer, WorkspaceAnswer
    from workbench.server.desks import Desks
    from workbench.server.place import Root
    from workbench.server.workspace import Workspace

__all__ = ["Host"]


class _Rooms(NamedTuple):
    desks: Desks
    workspace: Workspace


class Host:
    """Answers what the routes ask, with everything that takes time in threads.

    Args:
        root: The folder that is served.
        contents: The contents manager of the server.
    """

    def __init__(self, root: Root, contents: Any) -> None:
        self._root = root
        self._contents = contents
        self._making = asyncio.Lock()
        self._made: _Rooms | None = None

    async def ask(self, path: Any, question: Any) -> bytes:
        """The framed answer to a question about a recording; see `Desks.ask`."""
        rooms = await self._rooms()
        return await rooms.desks.ask(path, question)

    async def recordings(self, folder: str) -> WorkspaceAnswer:
        """The recordings below a folder; see `Workspace.answer`."""
        desks, workspace = await self._rooms()
        async with workspace.turn:
            return await desks.heavy_work(lambda: workspace.answer(folder))

    async def notebook(self, path: Any) -> NotebookAnswer:
        """Write a post-mortem notebook about a recording; see `workbench.server.notebook.draft`."""
        desks, _ = await self._rooms()
        from workbench.server.notebook import draft, save  # loaded by now, all but a few lines

        drafted = await desks.heavy_work(lambda: draft(self._root, path))
        return await save(self._contents, drafted)

    async def _rooms(self) -> _Rooms:
        async with self._making:
            if self._made is None:
                self._made = await asyncio.to_thread(self._make)
            return self._made

    def _make(self) -> _Rooms:
        from workbench.server.desks import Desks
        from workbench.server.workspace import Workspace

        return _Rooms(Desks(self._root), Workspace(self._root))
