"""The comm of a real kernel: questions as a browser sends them, answers with their buffers, from both threads."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

from tests.clock import FakeClock
from tests.recording.shop import buy

SECONDS = 60.0

SHOW = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from workbench.debugger import widget
if not (widget._STATIC / "widget.js").is_file():  # the package was never built: an app of nothing will do
    widget._STATIC = Path({folder!r})
    [(widget._STATIC / name).write_text("") for name in ("widget.js", "widget.css")]
import workbench as wb
debugger = wb.Debugger({path!r})
"""


class Browser:
    """The other end of a comm."""

    def __init__(self, client: BlockingKernelClient, comm: str) -> None:
        self._client = client
        self._comm = comm

    def ask(self, number: int, **question: Any) -> None:
        content = {"comm_id": self._comm, "data": {"method": "custom", "content": {"id": number, "question": question}}}
        self._client.shell_channel.send(self._client.session.msg("comm_msg", content))

    def replies(self, count: int) -> list[tuple[dict[str, Any], list[bytes]]]:
        """The next replies, in the order in which they come."""
        found: list[tuple[dict[str, Any], list[bytes]]] = []
        end = time.monotonic() + SECONDS
        while len(found) < count and time.monotonic() < end:
            message = self._client.get_iopub_msg(timeout=SECONDS)
            content = message["content"]
            if message["msg_type"] == "comm_msg" and content["data"].get("method") == "custom":
                found.append((content["data"]["content"], [bytes(buffer) for buffer in message["buffers"]]))
        return found


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    path = tmp_path / "a.wlog"
    with FakeClock().recorder(path) as recorder:
        recorder.run(buy, ["book", "pen"], id="one")
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path))
    try:
        root = str(Path(__file__).parent.parent.parent)
        client.execute(SHOW.format(root=root, folder=str(tmp_path), path=str(path)))
        comm = ""
        while True:
            message = client.get_iopub_msg(timeout=SECONDS)
            assert message["msg_type"] != "error", message["content"]
            if message["msg_type"] == "comm_open" and "_esm" in message["content"]["data"]["state"]:
                comm = message["content"]["comm_id"]
                assert message["content"]["data"]["state"]["run_id"] == "one"
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle" and comm:
                break
        yield Browser(client, comm)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_questions_and_answers(browser: Browser) -> None:
    browser.ask(1, ask="events", run_id="one")
    ((reply, buffers),) = browser.replies(1)
    assert reply["id"] == 1
    assert [column["name"] for column in reply["body"]["columns"]][:2] == ["seq", "time_ms"]
    assert len(np.frombuffer(buffers[0], "<f8")) == reply["body"]["total"]
    browser.ask(2, ask="replay", run_id="one", edits=[])  # heavy: it is answered by the other thread
    ((replayed, columns),) = browser.replies(1)
    assert replayed["body"]["outcome"]["word"] == "completed"
    assert len(columns) == len(replayed["body"]["columns"])
    browser.ask(3, ask="stop", branch=replayed["body"]["branch"], index=0)
    browser.ask(4, ask="run", run_id="nobody")
    (stop, _), (refused, _) = browser.replies(2)
    assert stop["body"]["stack"][0]["function"] == "buy"
    assert (refused["id"], refused["error"]["name"]) == (4, "RunNotFoundError")


def test_every_question_is_answered_and_heavy_ones_keep_their_order(browser: Browser) -> None:
    for number in range(5):
        browser.ask(number, ask="verdict", run_id="one")
    browser.ask(99, ask="hello")
    ids = [reply["id"] for reply, _ in browser.replies(6)]
    assert [number for number in ids if number != 99] == [0, 1, 2, 3, 4]
    assert 99 in ids
