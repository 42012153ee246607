"""A workflow that talks HTTP is recorded and replayed, whichever library it uses."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.program.http.origin import BINARY, TOKEN, WORKFLOWS, Origin, Plan, closed_port_url
from workbench._errors import InDoubtError
from workbench.journal import open_log
from workbench.model import EventType, History, Kind
from workbench.program import Workflow
from workbench.recorder import Recorder
from workbench.replay import Completed, Needs, Returns, Target, replay

TRANSPORTS = pytest.mark.parametrize("library", WORKFLOWS)
KEY = {"Idempotency-Key": "order-7"}


def record(code: Workflow[..., Any], path: Path, origin: Origin, plan: Plan) -> Any:
    with Recorder(path) as recorder:
        return recorder.run(code, origin.url, plan, id="run")


def replayed(code: Workflow[..., Any], path: Path) -> Any:
    outcome = replay(code, open_log(path).history, run_id="run").outcome
    assert isinstance(outcome, Completed), outcome
    return outcome.value


def rows(history: History, *types: EventType) -> list[int]:
    return [row for row in range(len(history)) if history.columns.type[row] in types]


def steps(path: Path) -> list[tuple[str, Kind, str]]:
    history = open_log(path).history
    found = []
    for row in rows(history, EventType.StepStarted):
        declaration = history.declaration(row)
        assert declaration.kind_assumed
        found.append((declaration.name, declaration.kind, history.payload(row).get("key", "")))
    return found


@TRANSPORTS
def test_requests_are_steps_and_replay_asks_nobody(library: str, origin: Origin, tmp_path: Path) -> None:
    plan: Plan = [
        {"method": "GET", "url": "/order?full=1"},
        {"method": "HEAD", "url": "/order"},
        {"method": "PUT", "url": "/order", "json": {"total": 3}},
        {"method": "DELETE", "url": "/order"},
        {"method": "POST", "url": "/charge", "json": {"amount": 3}},
        {"method": "POST", "url": "/charge", "json": {"amount": 3}, "headers": KEY},
        {"method": "PATCH", "url": "/order", "content": b"\x00\x01", "headers": KEY},
    ]
    path = tmp_path / "run.wlog"
    result = record(WORKFLOWS[library], path, origin, plan)
    assert [seen["status"] for seen in result] == [200, 200, 200, 200, 201, 201, 200]
    assert steps(path) == [
        ("GET /order", Kind.READ, ""),
        ("HEAD /order", Kind.READ, ""),
        ("PUT /order", Kind.IDEMPOTENT, ""),
        ("DELETE /order", Kind.IDEMPOTENT, ""),
        ("POST /charge", Kind.WRITE, ""),
        ("POST /charge", Kind.KEYED, "order-7"),
        ("PATCH /order", Kind.KEYED, "order-7"),
    ]
    assert origin.count == len(plan)
    assert replayed(WORKFLOWS[library], path) == result
    assert origin.count == len(plan)


@TRANSPORTS
def test_what_is_recorded_is_readable(library: str, origin: Origin, tmp_path: Path) -> None:
    path = tmp_path / "run.wlog"
    record(
        WORKFLOWS[library],
        path,
        origin,
        [{"method": "POST", "url": "/charge?live=1", "json": {"amount": 3, "to": "Zoë"}}],
    )
    history = open_log(path).history
    (started,) = rows(history, EventType.StepStarted)
    asked = history.payload(started)
    assert asked["args"] == ["POST", f"{origin.url}/charge?live=1", {"amount": 3, "to": "Zoë"}]
    assert asked["kwargs"]["headers"]["content-type"] == "application/json"
    assert not {"user-agent", "host", "content-length", "accept-encoding"} & asked["kwargs"]["headers"].keys()
    assert history.declaration(started).resource == f"{origin.url}/charge"
    (completed,) = rows(history, EventType.StepCompleted)
    answer = history.payload(completed)["result"]
    assert (answer["status"], answer["reason"], answer["http_version"]) == (201, "Created", "HTTP/1.1")
    assert answer["body"] == {"charge": "ch_1"}


@TRANSPORTS
def test_bodies_come_back_byte_for_byte(library: str, origin: Origin, tmp_path: Path) -> None:
    paths = ["/order", "/compact", "/odd", "/text", "/binary", "/gzip", "/empty", "/cookies"]
    path = tmp_path / "run.wlog"
    result = record(WORKFLOWS[library], path, origin, [{"method": "GET", "url": place} for place in paths])
    assert [seen["content"] for seen in result] == [
        b'{"id": 7, "total": 12.5, "who": "Zo\\u00eb"}',
        '{"id":7,"who":"Zoë"}'.encode(),
        b'{"n": 1.50,  "n": 2}',
        "grüße".encode("latin-1"),
        BINARY,
        b'{"packed":true}',
        b"",
        b"",
    ]
    assert {seen["encoding"] for seen in result} == {None}  # what is decoded says that it is
    assert result[-1]["cookies"] == ["seen", "sid"]
    assert replayed(WORKFLOWS[library], path) == result


@TRANSPORTS
def test_a_status_of_failure_fails_the_step_and_answers_the_caller(
    library: str, origin: Origin, tmp_path: Path
) -> None:
    places = ["/missing", "/conflict", "/broken"]
    path = tmp_path / "run.wlog"
    result = record(WORKFLOWS[library], path, origin, [{"method": "POST", "url": place} for place in places])
    assert [seen["status"] for seen in result] == [404, 409, 500]
    assert result[2]["content"] == b"<b>oops</b>"
    history = open_log(path).history
    failures = [history.payload(row) for row in rows(history, EventType.StepFailed)]
    assert [failure["definite"] for failure in failures] == [True, False, False]
    assert failures[0]["error"].message == f"POST {origin.url}/missing answered 404 Not Found"
    again = replayed(WORKFLOWS[library], path)
    assert [seen["status"] for seen in again] == [404, 409, 500]
    assert again[1:] == result[1:]
    assert b"[redacted:access_token:" in again[0]["content"]
    assert origin.count == 3


@TRANSPORTS
def test_errors_of_the_transport_are_raised_again(library: str, origin: Origin, tmp_path: Path) -> None:
    refused = closed_port_url()
    plan: Plan = [
        {"method": "POST", "url": f"{refused}/charge"},
        {"method": "POST", "url": "/slow", "timeout": 0.1},
    ]
    path = tmp_path / "run.wlog"
    result = record(WORKFLOWS[library], path, origin, plan)
    names = ["httpx.ConnectError", "httpx.ReadTimeout"]
    if library == "requests":
        names = ["requests.exceptions.ConnectionError", "requests.exceptions.ReadTimeout"]
    assert [seen["error"] for seen in result] == names
    assert result[0]["url"] == f"{refused}/charge"
    history = open_log(path).history
    failures = rows(history, EventType.StepFailed)
    assert [history.payload(row)["definite"] for row in failures] == [True, False]
    assert replayed(WORKFLOWS[library], path) == result
    assert origin.count == 1


@TRANSPORTS
def test_every_hop_of_a_redirect_is_a_step(library: str, origin: Origin, tmp_path: Path) -> None:
    path = tmp_path / "run.wlog"
    plan: Plan = [{"method": "GET", "url": "/moved", "follow_redirects": True}]
    result = record(WORKFLOWS[library], path, origin, plan)
    assert (result[0]["hops"], result[0]["url"]) == (1, f"{origin.url}/order")
    assert [name for name, _, _ in steps(path)] == ["GET /moved", "GET /order"]
    assert replayed(WORKFLOWS[library], path) == result


@TRANSPORTS
def test_secrets_stay_out_of_the_file(library: str, origin: Origin, tmp_path: Path) -> None:
    plan: Plan = [
        {"method": "POST", "url": "/token", "json": {"user": "zoe", "password": f"{TOKEN}-1"}},
        {"method": "POST", "url": "/token", "data": {"grant_type": "password", "client_secret": f"{TOKEN}-2"}},
        {"method": "GET", "url": f"/order?access_token={TOKEN}", "headers": {"Authorization": f"Bearer {TOKEN}"}},
        {"method": "GET", "url": "/order", "headers": {"X-Api-Key": TOKEN, "Cookie": f"sid={TOKEN}"}},
        {"method": "GET", "url": "/cookies"},
        {"method": "GET", "url": "/missing"},
        {"method": "POST", "url": f"/services/hooks.slack.com/services/T0/{TOKEN.replace('-', '')}"},
    ]
    path = tmp_path / "run.wlog"
    with Recorder(path) as recorder:
        recorder.run(_plan_inside(library, plan), origin.url, id="run")
    content = path.read_bytes()
    assert TOKEN.encode() not in content
    assert TOKEN.replace("-", "").encode() not in content
    assert sum(TOKEN in str(asked) for asked in origin.asked) >= 4  # the other side did get them
    again = replayed(_plan_inside(library, plan), path)
    assert [seen["status"] for seen in again] == [200, 200, 200, 200, 200, 404, 200]
    assert b"[redacted:access_token:" in again[0]["content"]
    assert again[4]["cookies"] == ["seen", "sid"]


def _plan_inside(library: str, plan: Plan) -> Any:
    """The plan as part of the code: as an argument it would be recorded, too."""
    code = WORKFLOWS[library].function
    if WORKFLOWS[library].is_async:

        async def inside(url: str) -> Any:
            return [
                {"status": s["status"], "content": s["content"], "cookies": s["cookies"]} for s in await code(url, plan)
            ]

        return Workflow(inside)

    def inside_blocking(url: str) -> Any:
        return [{"status": s["status"], "content": s["content"], "cookies": s["cookies"]} for s in code(url, plan)]

    return Workflow(inside_blocking)


# --- crashes ------------------------------------------------------------------------------------------------------


def crash_at(place: str, code: Workflow[..., Any], origin: Origin, tmp_path: Path, plan: Plan) -> Path:
    """The log as it was on the disk when the request for `place` arrived: as a crash at this moment leaves it."""
    path, crashed = tmp_path / "whole.wlog", tmp_path / "crashed.wlog"
    origin.on_request = lambda asked: shutil.copy(path, crashed) if asked == place and not crashed.exists() else None
    record(code, path, origin, plan)
    origin.asked.clear()
    return crashed


@TRANSPORTS
def test_a_keyed_request_goes_on_with_the_same_key(library: str, origin: Origin, tmp_path: Path) -> None:
    plan: Plan = [
        {"method": "POST", "url": "/first", "json": {"n": 1}},
        {"method": "POST", "url": "/charge", "json": {"amount": 3}, "headers": KEY},
        {"method": "GET", "url": "/order"},
    ]
    crashed = crash_at("/charge", WORKFLOWS[library], origin, tmp_path, plan)
    trace = replay(WORKFLOWS[library], open_log(crashed).history, run_id="run")
    assert isinstance(trace.outcome, Needs)
    assert trace.outcome.name == "POST /charge"
    with Recorder(crashed) as recorder:
        result = recorder.resume("run", WORKFLOWS[library])
    assert [seen["status"] for seen in result] == [200, 201, 200]
    assert [(asked[0], asked[1]) for asked in origin.asked] == [("POST", "/charge"), ("GET", "/order")]
    assert {name.lower(): value for name, value in origin.asked[0][2].items()}["idempotency-key"] == "order-7"
    assert replayed(WORKFLOWS[library], crashed) == result


@TRANSPORTS
def test_a_write_in_doubt_stops_the_run(library: str, origin: Origin, tmp_path: Path) -> None:
    crashed = crash_at("/charge", WORKFLOWS[library], origin, tmp_path, [{"method": "POST", "url": "/charge"}])
    with Recorder(crashed) as recorder, pytest.raises(InDoubtError, match="POST /charge"):
        recorder.resume("run", WORKFLOWS[library])
    assert origin.count == 0


@TRANSPORTS
def test_an_edit_may_give_just_a_body(library: str, origin: Origin, tmp_path: Path) -> None:
    path = tmp_path / "run.wlog"
    record(WORKFLOWS[library], path, origin, [{"method": "GET", "url": "/order"}] * 2)
    edits = [
        Returns(Target("GET /order", 1), {"id": 8, "status": "paid"}),
        Returns(Target("GET /order", 2), {"status": 503, "body": "down", "headers": {"retry-after": "3"}}),
    ]
    outcome = replay(WORKFLOWS[library], open_log(path).history, edits, run_id="run").outcome
    assert isinstance(outcome, Completed)
    paid, down = outcome.value
    assert (paid["status"], paid["content"], paid["type"]) == (200, b'{"id":8,"status":"paid"}', "application/json")
    assert (down["status"], down["content"], down["reason"]) == (503, b"down", "Service Unavailable")
