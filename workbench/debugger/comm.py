"""The debugger app over a comm of its own: the document of a recording in JupyterLab, and the kernel that it started.

The document executes `serve` in the kernel and opens the comm; from then on it asks as the widget does.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from workbench._errors import MissingDependencyError
from workbench.debugger.answer import Answer
from workbench.debugger.desk import Desk
from workbench.debugger.mailbox import Mailbox
from workbench.recording import open_recording

if TYPE_CHECKING:
    from comm.base_comm import BaseComm

__all__ = ["TARGET", "serve"]

TARGET: Final = "durable-workbench"
"""Name of the comm target that the document opens."""

_tables: dict[Path, _Table] = {}


def serve(path: str | Path) -> None:
    """Answer the questions about one recording that come by comms of the target `TARGET`, in this kernel.

    The recording is opened at the first question, so that what is wrong with it is the reply to that. A page that was
    loaded again finds the branches that it made before.

    Args:
        path: Where the recording lies.

    Raises:
        MissingDependencyError: This Python has no comms: it is no Jupyter kernel.
    """
    try:
        from comm import get_comm_manager
    except ModuleNotFoundError as missing:
        raise MissingDependencyError(
            f"a document needs {missing.name} in its kernel", hint="pip install 'durable-workbench[notebook]'"
        ) from missing
    table = _tables.setdefault(Path(path).resolve(), _Table(Path(path)))
    get_comm_manager().register_target(TARGET, table.meet)


class _Table:
    """One recording, its desk, and everybody who asks about it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opening = Lock()
        self._desk: Desk | None = None

    def meet(self, comm: BaseComm, _message: Any) -> None:
        """Somebody has opened a comm."""

        def send(reply: Any, buffers: Any) -> None:  # memoryviews pass, though the types of `comm` ask for bytes
            comm.send(reply, buffers=buffers)

        mailbox = Mailbox(self._answer, send)
        comm.on_msg(lambda message: mailbox.receive(message["content"]["data"]))
        comm.on_close(lambda _: mailbox.close())

    def _answer(self, question: Any) -> Answer:
        with self._opening:
            if self._desk is None:
                self._desk = Desk(open_recording(self._path))
        return self._desk.answer(question)
