"""What of a request decides that a call is the recorded one: after a crash, and after a token was renewed."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.program.http.origin import TOKEN, WORKFLOWS, Origin, arguments_of, get, session, with_requests
from workbench.journal import open_log
from workbench.model import Kind
from workbench.program import workflow
from workbench.program.http import AsyncRecordingTransport, RecordingTransport
from workbench.recorder import Recorder
from workbench.replay import Completed, replay


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
            {"method": "POST", "url": "/upload", "files": {"f": ("a.txt", b"a file")}, "headers": changing},
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
    assert origin.asked[0][3].count(b"a file") == 1
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
