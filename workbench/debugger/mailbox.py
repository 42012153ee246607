"""Questions as messages, and their replies: what every host with a comm does, whatever carries its messages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from workbench.debugger.answer import Answer, failure_of, sendable
from workbench.debugger.desk import HEAVY
from workbench.debugger.wire.transport import ReplyMessage

__all__ = ["Mailbox"]


class Mailbox:
    """Answers messages of the browser: at once, or heavy ones in their order beside the others.

    Args:
        answer: Answers a question, as `Desk.answer` does.
        send: Sends a reply with its buffers. Called in the thread of `receive` and in one of its own.
    """

    def __init__(
        self, answer: Callable[[Any], Answer], send: Callable[[ReplyMessage, list[memoryview]], object]
    ) -> None:
        self._answer = answer
        self._send = send
        self._worker = _Worker()

    def receive(self, message: Any) -> None:
        """Take a question, and reply to it, whatever it is.

        Args:
            message: An `AskMessage`, see `workbench.debugger.wire.transport`.
        """
        question = message.get("question") if type(message) is dict else None
        asked = question.get("ask") if type(question) is dict else None
        if asked in HEAVY:
            self._worker.do(lambda: self._reply(message, question))
        else:
            self._reply(message, question)

    def close(self) -> None:
        """Begin nothing more."""
        self._worker.end()

    def _reply(self, message: Any, question: Any) -> None:
        number = message.get("id") if type(message) is dict else None
        reply: ReplyMessage = {"id": number if type(number) is int else -1}
        buffers: tuple[memoryview, ...] = ()
        try:
            answer = self._answer(question)
            reply["body"], buffers = sendable(answer.body), answer.buffers
        except BaseException as error:
            reply["error"] = sendable(failure_of(error))
            if isinstance(error, KeyboardInterrupt):
                raise
        finally:
            self._send(reply, list(buffers))


class _Worker:
    """Does one thing after the other in a thread of its own, which keeps no process alive."""

    def __init__(self) -> None:
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def do(self, work: Callable[[], None]) -> None:
        """Do this when what was asked before is done."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="workbench-debugger", daemon=True)
            self._thread.start()
        self._work.put(work)

    def end(self) -> None:
        """Do nothing more after what is being done."""
        self._work.put(None)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()
