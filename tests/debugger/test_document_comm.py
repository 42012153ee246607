"""What a document of JupyterLab does with the kernel that it started: serve, open the comm, ask."""

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
from workbench.debugger.comm import TARGET

SECONDS = 60.0
ROOT = Path(__file__).parents[2]


class Document:
    """A document with its kernel."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self._client = client

    def serve(self, name: str) -> None:
        code = (
            f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom workbench.debugger.comm import serve; serve({name!r})"
        )
        reply = self._client.execute_interactive(code, silent=True, timeout=SECONDS)
        assert reply["content"]["status"] == "ok", reply["content"]

    def open(self, comm: str) -> None:
        self._send("comm_open", {"comm_id": comm, "target_name": TARGET, "data": {}})

    def close(self, comm: str) -> None:
        self._send("comm_close", {"comm_id": comm, "data": {}})

    def ask(self, comm: str, number: int, **question: Any) -> tuple[dict[str, Any], list[bytes]]:
        """The reply to a question, with its buffers."""
        self._send("comm_msg", {"comm_id": comm, "data": {"id": number, "question": question}})
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            message = self._client.get_iopub_msg(timeout=SECONDS)
            content = message["content"]
            if message["msg_type"] == "comm_msg" and content["comm_id"] == comm and content["data"]["id"] == number:
                return content["data"], [bytes(buffer) for buffer in message["buffers"]]
        pytest.fail("no reply")

    def _send(self, kind: str, content: dict[str, Any]) -> None:
        self._client.shell_channel.send(self._client.session.msg(kind, content))


@pytest.fixture
def document(tmp_path: Path) -> Iterator[Document]:
    with FakeClock().recorder(tmp_path / 'a "é".wlog') as recorder:
        recorder.run(buy, ["book", "pen"], id="one")
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path))
    try:
        yield Document(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_the_kernel_answers_over_a_comm_of_its_own(document: Document) -> None:
    document.serve('a "é".wlog')
    document.open("first")
    hello, _ = document.ask("first", 1, ask="hello")
    assert hello["body"]["may"] == {"replay": True, "act": True}
    events, buffers = document.ask("first", 2, ask="events", run_id="one")
    assert len(np.frombuffer(buffers[0], "<f8")) == events["body"]["total"]
    replayed, _ = document.ask("first", 3, ask="replay", run_id="one", edits=[])  # heavy: by the other thread
    refused, _ = document.ask("first", 4, ask="run", run_id="nobody")
    assert refused["error"]["name"] == "RunNotFoundError"

    document.close("first")
    document.serve('a "é".wlog')  # the page was loaded again
    document.open("second")
    stop, _ = document.ask("second", 1, ask="stop", branch=replayed["body"]["branch"], index=0)
    assert stop["body"]["stack"][0]["function"] == "buy", "branches are still there"


def test_what_is_wrong_with_a_recording_is_the_reply(document: Document) -> None:
    document.serve("nothing.wlog")
    document.open("first")
    refused, _ = document.ask("first", 1, ask="hello")
    assert refused["error"]["name"] == "LogNotFoundError"
    assert refused["error"]["message"]
