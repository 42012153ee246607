"""When requests are sent, and by whom."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.program.http.origin import Origin, arguments_of, get, session
from workbench._errors import MissingDependencyError, PayloadTooLargeError, UnrecordableError, UsageError
from workbench.journal import open_log
from workbench.model import EventType
from workbench.program import http, step, workflow
from workbench.program.http import AsyncRecordingTransport, RecordingTransport
from workbench.program.http.body import MAX_CONTENT
from workbench.recorder import Recorder
from workbench.replay import Completed, Failed, replay


def status_of(url: str, inner: httpx.BaseTransport | None = None) -> int:
    with httpx.Client(transport=RecordingTransport(inner)) as client:
        return client.get(url).status_code


def put(url: str, content: Any) -> int:
    with httpx.Client(transport=RecordingTransport()) as client:
        return client.put(url, content=content).status_code


def names_of(path: Path) -> list[str]:
    history = open_log(path).history
    return [
        history.declaration(row).name
        for row in range(len(history))
        if history.columns.type[row] == EventType.StepStarted
    ]


# --- who records --------------------------------------------------------------------------------------------------


def test_outside_a_workflow_requests_pass_straight_through(origin: Origin) -> None:
    with httpx.Client(transport=RecordingTransport()) as client, client.stream("GET", f"{origin.url}/gzip") as response:
        assert response.headers["content-encoding"] == "gzip"
        assert response.read() == b'{"packed":true}'
    assert get(f"{origin.url}/order").json()["id"] == 7

    async def ask() -> int:
        async with httpx.AsyncClient(transport=AsyncRecordingTransport()) as client:
            return (await client.get(f"{origin.url}/missing")).status_code

    assert asyncio.run(ask()) == 404
    assert origin.count == 3


def test_inside_a_step_requests_belong_to_the_step(origin: Origin, tmp_path: Path) -> None:
    @step(kind="read")
    def look(url: str) -> int:
        with httpx.Client(transport=RecordingTransport()) as client:
            return client.get(url).status_code + get(url).status_code

    @step(kind="read")
    async def look_async(url: str) -> int:
        async with httpx.AsyncClient(transport=AsyncRecordingTransport()) as client:
            return (await client.get(url)).status_code

    @workflow
    async def looking(url: str) -> int:
        return look(url) + await look_async(url)

    with Recorder(tmp_path / "run.wlog") as recorder:
        assert recorder.run(looking, f"{origin.url}/order", id="run") == 600
    assert names_of(tmp_path / "run.wlog") == ["look", "look_async"]
    assert origin.count == 3


def test_requests_side_by_side(origin: Origin, tmp_path: Path) -> None:
    places = ["/slow", "/order", "/compact", "/missing"]

    @workflow
    async def asking(url: str) -> list[int]:
        async with httpx.AsyncClient(base_url=url, transport=AsyncRecordingTransport()) as client:
            return [response.status_code for response in await asyncio.gather(*map(client.get, places))]

    path = tmp_path / "run.wlog"
    with Recorder(path) as recorder:
        assert recorder.run(asking, origin.url, id="one") == [200, 200, 200, 404]
        assert recorder.run(asking, origin.url, id="two") == [200, 200, 200, 404]
    outcome = replay(asking, open_log(path).history, run_id="two").outcome
    assert isinstance(outcome, Completed)
    assert outcome.value == [200, 200, 200, 404]
    assert origin.count == 8


def test_one_async_client_for_several_recorders(origin: Origin, tmp_path: Path) -> None:
    client = httpx.AsyncClient(base_url=origin.url, transport=AsyncRecordingTransport())

    @workflow
    async def asking() -> int:
        return (await client.get("/order")).status_code

    for name in ("a.wlog", "b.wlog"):
        with Recorder(tmp_path / name) as recorder:
            assert recorder.run(asking, id="run") == 200

    async def outside() -> int:
        try:
            return await asking()
        finally:
            await client.aclose()

    assert asyncio.run(outside()) == 200


def test_a_blocking_client_in_an_async_workflow(origin: Origin, tmp_path: Path) -> None:
    @workflow
    async def asking(url: str) -> int:
        return status_of(f"{url}/order") + status_of(f"{url}/missing")

    path = tmp_path / "run.wlog"
    with Recorder(path) as recorder:
        assert recorder.run(asking, origin.url, id="run") == 604
    assert replay(asking, open_log(path).history, run_id="run").outcome == Completed(604)


def test_an_async_client_in_a_def_workflow_is_refused(origin: Origin, tmp_path: Path) -> None:
    @workflow
    def asking(url: str) -> int:
        async def ask() -> int:
            async with httpx.AsyncClient(transport=AsyncRecordingTransport()) as client:
                return (await client.get(url)).status_code

        return asyncio.run(ask())

    with Recorder(tmp_path / "run.wlog") as recorder, pytest.raises(UsageError, match="def workflow"):
        recorder.run(asking, origin.url, id="run")
    assert origin.count == 0


def test_a_given_inner_transport_sends_and_is_closed(tmp_path: Path) -> None:
    class Inner(httpx.MockTransport):
        closed = False

        def close(self) -> None:
            self.closed = True

        async def aclose(self) -> None:
            self.closed = True

    inner, async_inner = (Inner(lambda _: httpx.Response(418, text="teapot")) for _ in range(2))

    @workflow
    async def asking() -> list[int]:
        first = status_of("http://tea.test/pot", inner)
        async with httpx.AsyncClient(transport=AsyncRecordingTransport(async_inner)) as client_async:
            return [first, (await client_async.get("http://tea.test/pot")).status_code]

    with Recorder(tmp_path / "run.wlog") as recorder:
        assert recorder.run(asking, id="run") == [418, 418]
    assert inner.closed
    assert async_inner.closed


# --- bodies that are streams --------------------------------------------------------------------------------------


def test_streams_are_read_and_sent(origin: Origin, tmp_path: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield b"one "
        yield b"two"

    async def parts_async() -> AsyncIterator[bytes]:
        for part in parts():
            yield part

    @workflow
    async def uploading(url: str) -> list[int]:
        async with httpx.AsyncClient(transport=AsyncRecordingTransport()) as client_async:
            seen = [(await client_async.put(url, content=parts_async())).status_code]
        seen += [put(url, body) for body in (parts(), io.BytesIO(b"one two"))]
        with session() as client:
            bodies = (parts(), io.BytesIO(b"one two"), "one two")
            return seen + [client.put(url, data=body).status_code for body in bodies]

    path = tmp_path / "run.wlog"
    with Recorder(path) as recorder:
        assert recorder.run(uploading, f"{origin.url}/file", id="run") == [200] * 6
    assert [asked[3] for asked in origin.asked] == [b"one two"] * 6
    assert [asked["args"][2] for asked in arguments_of(path)] == [b"one two"] * 6
    assert replay(uploading, open_log(path).history, run_id="run").outcome == Completed([200] * 6)


def test_a_body_too_large_for_a_log_is_not_sent(origin: Origin, tmp_path: Path) -> None:
    @workflow
    def uploading(url: str) -> int:
        endless = iter(lambda: b"x" * 1_000_000, b"")
        with httpx.Client(transport=RecordingTransport()) as client:
            return client.put(url, content=endless).status_code

    path = tmp_path / "run.wlog"
    with Recorder(path) as recorder, pytest.raises(PayloadTooLargeError, match="body of PUT"):
        recorder.run(uploading, origin.url, id="run")
    assert origin.count == 0
    outcome = replay(uploading, open_log(path).history, run_id="run").outcome
    assert isinstance(outcome, Failed)


@pytest.mark.parametrize("status", [200, 500])
def test_a_response_too_large_for_a_log_is_said_to_be(status: int, tmp_path: Path) -> None:
    large = httpx.Response(status, content=b"x" * (MAX_CONTENT + 5))

    @workflow
    def loading() -> int:
        return status_of("http://large.test", httpx.MockTransport(lambda _: large))

    with Recorder(tmp_path / "run.wlog") as recorder, pytest.raises(UnrecordableError, match="has run"):
        recorder.run(loading, id="run")


# --- the door -----------------------------------------------------------------------------------------------------


def test_neither_library_is_loaded_before_it_is_asked_for() -> None:
    code = (
        "import sys, workbench, workbench.program.http as door\n"
        "assert not {'httpx', 'requests', 'urllib3'} & sys.modules.keys()\n"
        "door.RecordingTransport\n"
        "assert 'httpx' in sys.modules and 'requests' not in sys.modules\n"
        "door.RecordingAdapter\n"
        "assert sorted(door.__all__) == [n for n in dir(door) if n in door.__all__]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "workbench.program.http.adapter")
    monkeypatch.setitem(sys.modules, "requests", None)
    with pytest.raises(MissingDependencyError, match="requests"):
        _ = http.RecordingAdapter
    with pytest.raises(AttributeError, match="Adaptor"):
        _ = http.Adaptor
