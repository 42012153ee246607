"""When requests are sent, by whom, and what of them decides that a call is the recorded one."""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests

from tests.program.http.origin import TOKEN, WORKFLOWS, Origin, with_requests
from workbench._errors import MissingDependencyError, PayloadTooLargeError, UnrecordableError, UsageError
from workbench.journal import open_log
from workbench.model import EventType, Kind
from workbench.program import http, step, workflow
from workbench.program.http import AsyncRecordingTransport, RecordingAdapter, RecordingTransport
from workbench.program.http.body import MAX_CONTENT
from workbench.recorder import Recorder
from workbench.replay import Completed, Failed, replay


@contextmanager
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.mount("http://", RecordingAdapter())
        yield made


def get(url: str) -> requests.Response:
    with session() as client:
        return client.get(url)


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


def arguments_of(path: Path) -> list[Any]:
    history = open_log(path).history
    return [history.payload(row) for row in range(len(history)) if history.columns.type[row] == EventType.StepStarted]


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


# --- what is the same call ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("library", WORKFLOWS)
def test_chance_and_time_on_the_wire_do_not_diverge(library: str, origin: Origin, tmp_path: Path) -> None:
    """Boundaries, tracing ids and signatures differ at every sending; after a crash they differ from the log."""
    path, crashed = tmp_path / "run.wlog", tmp_path / "crashed.wlog"
    origin.on_request = lambda asked: shutil.copy(path, crashed) if asked == "/order" else None

    def plan() -> list[dict[str, Any]]:
        changing = {
            "Traceparent": uuid.uuid4().hex,
            "X-B3-TraceId": uuid.uuid4().hex,
            "Authorization": f"AWS4-HMAC-SHA256 Credential=a/2026, Signature={uuid.uuid4().hex}",
        }
        return [
            {"method": "POST", "url": "/upload", "files": {"f": ("a.txt", b"abc")}, "headers": changing},
            {"method": "POST", "url": "/upload", "headers": {"Idempotency-Key": str(uuid.uuid4())}},
            {"method": "GET", "url": "/order"},
        ]

    code = WORKFLOWS[library]
    if code.is_async:

        @workflow
        async def uploading(url: str) -> Any:
            return await code.function(url, plan())

    else:

        @workflow
        def uploading(url: str) -> Any:
            return code.function(url, plan())

    with Recorder(path) as recorder:
        result = recorder.run(uploading, origin.url, id="run")
    assert origin.asked[0][3].count(b"abc") == 1
    assert replay(uploading, open_log(path).history, run_id="run").outcome == Completed(result)
    origin.on_request = lambda _: None
    with Recorder(crashed) as recorder:
        assert recorder.resume("run", uploading) == result
    assert [asked[1] for asked in origin.asked[3:]] == ["/order"]


@pytest.mark.parametrize("library", WORKFLOWS)
def test_a_key_drawn_anew_gives_way_to_the_recorded_one(library: str, origin: Origin, tmp_path: Path) -> None:
    path, crashed = tmp_path / "run.wlog", tmp_path / "crashed.wlog"
    origin.on_request = lambda _: shutil.copy(path, crashed)
    code = WORKFLOWS[library]

    def plan() -> list[dict[str, Any]]:
        return [{"method": "POST", "url": "/charge", "headers": {"Idempotency-Key": uuid.uuid4().hex}}]

    if code.is_async:

        @workflow
        async def charging(url: str) -> Any:
            return await code.function(url, plan())

    else:

        @workflow
        def charging(url: str) -> Any:
            return code.function(url, plan())

    with Recorder(path) as recorder:
        recorder.run(charging, origin.url, id="run")
    origin.on_request = lambda _: None
    with Recorder(crashed) as recorder:
        recorder.resume("run", charging)
    first, second = ({name.lower(): value for name, value in asked[2].items()} for asked in origin.asked)
    assert first["idempotency-key"] == second["idempotency-key"] == arguments_of(path)[0]["key"]


@pytest.mark.parametrize("library", WORKFLOWS)
def test_a_token_from_a_response_can_be_sent_on(library: str, origin: Origin, tmp_path: Path) -> None:
    """In replay the token is a marker, which httpx must take for a header; on resume it is unsealed."""
    path, crashed = tmp_path / "run.wlog", tmp_path / "crashed.wlog"
    origin.on_request = lambda asked: shutil.copy(path, crashed) if asked == "/order" else None

    @workflow
    async def asking(url: str) -> int:
        async with httpx.AsyncClient(base_url=url, transport=AsyncRecordingTransport()) as client:
            token = (await client.post("/token")).json()["access_token"]
            return (await client.get("/order", headers={"Authorization": f"Bearer {token}"})).status_code

    @workflow
    def asking_blocking(url: str) -> int:
        with httpx.Client(base_url=url, transport=RecordingTransport()) as client:
            token = client.post("/token").json()["access_token"]
            return client.get("/order", headers={"Authorization": f"Bearer {token}"}).status_code

    @workflow
    def asking_requests(url: str) -> int:
        with session() as client:
            token = client.post(f"{url}/token").json()["access_token"]
            return client.get(f"{url}/order", headers={"Authorization": f"Bearer {token}"}).status_code

    code: Any = {"httpx": asking_blocking, "httpx async": asking, "requests": asking_requests}[library]
    with Recorder(path) as recorder:
        assert recorder.run(code, origin.url, id="run") == 200
    assert TOKEN.encode() not in path.read_bytes()
    assert replay(code, open_log(path).history, run_id="run").outcome == Completed(200)
    origin.on_request = lambda _: None
    with Recorder(crashed) as recorder:
        assert recorder.resume("run", code) == 200
    assert [asked[1] for asked in origin.asked] == ["/token", "/order", "/order"]
    assert origin.asked[-1][2]["Authorization"] == f"Bearer {TOKEN}"


def test_form_fields_are_recorded_by_name(origin: Origin, tmp_path: Path) -> None:
    plan = [{"method": "POST", "url": "/charge", "data": {"amount": "3", "tag": ["a", "b"], "note": ""}}]
    with Recorder(tmp_path / "run.wlog") as recorder:
        recorder.run(with_requests, origin.url, plan, id="run")
    assert arguments_of(tmp_path / "run.wlog")[0]["args"][2] == {"amount": "3", "tag": ["a", "b"], "note": ""}


def test_credentials_in_a_url_are_not_recorded(origin: Origin, tmp_path: Path) -> None:
    url = origin.url.replace("//", f"//{TOKEN}@")

    @workflow
    def asking() -> int:
        with httpx.Client(transport=RecordingTransport()) as client:
            return client.get(f"{url}/order#part").status_code + get(f"{url}/order#part").status_code

    with Recorder(tmp_path / "run.wlog") as recorder:
        recorder.run(asking, id="run")
    assert [asked["args"][1] for asked in arguments_of(tmp_path / "run.wlog")] == [f"{origin.url}/order"] * 2
    history = open_log(tmp_path / "run.wlog").history
    assert {declaration.resource for declaration in history.names if declaration.kind is Kind.READ} == {
        f"{origin.url}/order"
    }


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


def test_a_renewed_credential_asks_for_the_same_and_another_header_does_not(origin: Origin, tmp_path: Path) -> None:
    sent = {"authorization": "Bearer first-of-all", "accept-language": "en"}

    @workflow
    def flow(url: str) -> int:
        with httpx.Client(transport=RecordingTransport(), headers=sent) as client:
            return client.get(url).status_code

    path = tmp_path / "a.wlog"
    with Recorder(path) as recorder:
        result = recorder.run(flow, f"{origin.url}/text", id="r")
    history = open_log(path).history
    sent["authorization"] = "Bearer renewed-since"
    assert replay(flow, history).outcome == Completed(result)
    sent["accept-language"] = "de"
    assert replay(flow, history).outcome.word == "diverged"
