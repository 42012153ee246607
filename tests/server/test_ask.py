"""Asking about a recording over HTTP: answers as the wire promises, and every trouble with the status it has."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import connect
from typing import IO, Any

import numpy as np
import pytest

import workbench as wb
from tests.server.served import Server, record, server
from workbench.debugger.desk import ACTING, Desk
from workbench.debugger.framing import unframed

__all__ = ["server"]

pytestmark = pytest.mark.xdist_group("server")

QUESTION = {"ask": "hello"}
DATABASE = """
    CREATE TABLE workflow_status (workflow_uuid TEXT PRIMARY KEY, name TEXT, status TEXT, created_at INTEGER);
    CREATE TABLE operation_outputs (workflow_uuid TEXT, function_id INTEGER, function_name TEXT, output TEXT);
    INSERT INTO workflow_status VALUES ('order-42', 'checkout', 'SUCCESS', 1000);
"""
"""What there is of DBOS's tables in a small one."""


@pytest.mark.parametrize("asked", ["runs", "events", "spans", "source", "run", "why", "verdict"])
def test_the_server_answers_what_a_desk_answers(server: Server, asked: str) -> None:
    question = {"ask": asked} if asked == "runs" else {"ask": asked, "run_id": "one"}
    found = unframed(server.send("POST", "ask", {"path": "shop.wlog", "question": question}).content)
    here = Desk(wb.open(server.root / "shop.wlog"), may_run_code=False).answer(question)
    assert found.body == json.loads(json.dumps(here.body))
    assert list(map(bytes, found.buffers)) == list(map(bytes, here.buffers))


def test_it_says_that_it_neither_replays_nor_acts(server: Server) -> None:
    assert server.ask("shop.wlog", "hello")["may"] == {"replay": False, "act": False}


@pytest.mark.parametrize("asked", sorted(ACTING | {"replay"}))
def test_acting_and_replay_want_a_kernel(server: Server, asked: str) -> None:
    before = (server.root / "shop.wlog").read_bytes()
    question = {"ask": asked, "run_id": "one", "edits": [], "action": "resume", "step": "charge", "happened": True}
    found = server.send("POST", "ask", {"path": "shop.wlog", "question": question})
    assert found.status_code == 403
    assert found.json()["error"]["name"] == "NotAllowedError"
    assert "kernel" in found.json()["error"]["hint"]
    assert (server.root / "shop.wlog").read_bytes() == before


BROKEN = {
    "empty.wlog": b"", "short.wlog": b"\x89WLG\r\n\x1a\n\x01", "zip.wlog": b"PK\x03\x04 not a log at all",
    "zip.json": b"PK\x03\x04", "list.json": b"[]", "deep.json": b"[" * 200_000, "other.json": b'{"a": 1}',
    "half.json": b'{"events": [{"eventId": "1"', "text.sqlite": b"no database",
    "head.sqlite": b"SQLite format 3\0" + bytes(84),
    "picture.png": b"\x89PNG\r\n\x1a\n", "zeros.db": bytes(4096), "nothing": b"",
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_is_422_and_says_why(server: Server, name: str) -> None:
    (server.root / "broken").mkdir(exist_ok=True)
    (server.root / "broken" / name).write_bytes(BROKEN[name])
    where = {"path": f"broken/{name}"}
    for route, body in (("ask", where | {"question": QUESTION}), ("notebook", where)):
        found = server.send("POST", route, body)
        assert found.status_code == 422, found.text
        error = found.json()["error"]
        assert f"broken/{name}" in error["message"]
        assert str(server.root) not in found.text
    assert not list(server.root.rglob("*.ipynb"))


def test_a_log_that_is_damaged_inside_is_opened_and_says_so(server: Server) -> None:
    log = bytearray(record(server.root / "rotten.wlog", "one").read_bytes())
    log[len(log) * 2 // 3] ^= 0xFF
    (server.root / "rotten.wlog").write_bytes(log)
    (told,) = server.ask("rotten.wlog", "hello")["logs"]
    assert (told["state"], bool(told["sentence"])) == ("rotten", True)


BODIES = [
    b"", b"{}", b"null", b"[]", b'{"path": "shop.wlog"}', b'{"question": {"ask": "hello"}}', b"\xff", b"{" * 100_000,
    b'{"path": "shop.wlog", "question": null}', b'{"path": "shop.wlog", "question": {"ask": "open"}}',
    b'{"path": "shop.wlog", "question": {"ask": "run"}}', b'{"path": 1, "question": {"ask": "hello"}}',
    b'{"path": "shop.wlog", "question": {"ask": "run", "run_id": 1}}', b"path=shop.wlog&question=hello",
    b'{"path": "shop.wlog", "question": {"ask": "hello", "more": 1}}',
    b'{"path": "shop.wlog", "question": {"ask": "stop", "branch": "b1", "index": 0}}',
    b'{"path": "shop.wlog", "question": {"ask": "payload", "run_id": "one", "seq": 1e400}}',
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=lambda body: ascii(body[-30:]))
def test_a_bad_question_is_400(server: Server, body: bytes) -> None:
    found = send_bytes(server, "ask", body)
    assert found.status_code == 400, found.text
    assert found.json()["error"]["name"] == "UsageError"


@pytest.mark.parametrize("body", [b"", b"{}", b'{"path": 1}', b'{"path": "shop.wlog", "question": {}}', b"\x00"])
def test_a_bad_order_of_a_notebook_is_400(server: Server, body: bytes) -> None:
    assert send_bytes(server, "notebook", body).status_code == 400


def test_a_run_that_is_not_there_is_404(server: Server) -> None:
    found = server.send("POST", "ask", {"path": "shop.wlog", "question": {"ask": "run", "run_id": "two"}})
    assert (found.status_code, found.json()["error"]["name"]) == (404, "RunNotFoundError")


def test_a_question_of_more_than_four_megabytes_is_413(server: Server) -> None:
    found = send_bytes(server, "ask", b'{"path": "shop.wlog", "question": "' + b"a" * 4_000_000 + b'"}')
    assert (found.status_code, found.json()["error"]["name"]) == (413, "TooLargeError")


def send_bytes(server: Server, route: str, body: bytes) -> Any:
    return server.send("POST", route, data=body)


def test_many_at_once_are_all_answered(server: Server) -> None:
    for number in range(4):
        record(server.root / "many" / f"{number}.wlog", f"run-{number}")
    asked = ["runs", "triage", "hello"] * 16
    with ThreadPoolExecutor(16) as people:
        answers = list(people.map(lambda at: server.ask(f"many/{at[0] % 4}.wlog", at[1]), enumerate(asked)))
    assert [answer["run_ids"] for answer in answers[::3]] == [[f"run-{at % 4}"] for at in range(0, 48, 3)]


# --- a log that another process writes -----------------------------------------------------------------------


@contextmanager
def writing(log: Path) -> Iterator[tuple[IO[str], IO[str]]]:
    """Another process that records."""
    command = [sys.executable, "-m", "tests.server.writer", str(log)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdin, process.stdout
        process.stdin.close()


def test_what_another_process_appends_is_followed(server: Server) -> None:
    with writing(server.root / "live.wlog") as (say, heard):

        def records(run_id: str) -> None:
            say.write(f"{run_id}\n")
            say.flush()
            assert heard.readline() == f"{run_id}\n"

        records("one")
        assert server.ask("live.wlog", "hello")["logs"][0]["live"]
        last = server.ask("live.wlog", "run", run_id="one")["last_seq"]
        nothing = server.ask("live.wlog", "follow", run_id="one", since_seq=last)
        assert (nothing["grew"], nothing["events"]) == (False, None)
        records("two")
        answer = follow(server, "live.wlog", "two", last)
        assert (answer.body["grew"], answer.body["run_count"]) == (True, 2)
        seqs = np.frombuffer(answer.buffers[0], "<f8").tolist()
        assert seqs == list(range(int(seqs[0]), int(seqs[0]) + answer.body["events"]["total"]))
        assert server.ask("live.wlog", "runs")["run_ids"] == ["one", "two"]
    ended = server.ask("live.wlog", "follow", since_seq=0)
    assert not ended["logs"][0]["live"]


def follow(server: Server, path: str, run_id: str, since: int) -> Any:
    question = {"ask": "follow", "run_id": run_id, "since_seq": since}
    return unframed(server.send("POST", "ask", {"path": path, "question": question}).content)


def test_a_database_is_followed_by_what_lies_beside_it(server: Server) -> None:
    with closing(connect(server.root / "dbos.sqlite", isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.executescript(DATABASE)
        assert server.ask("dbos.sqlite", "hello")["run_count"] == 1
        writer.execute("INSERT INTO workflow_status VALUES ('order-43', 'checkout', 'SUCCESS', 2000)")
        answer = server.ask("dbos.sqlite", "follow", since_seq=0)
        assert (answer["grew"], answer["run_count"]) == (True, 2)
        assert not server.ask("dbos.sqlite", "follow", since_seq=0)["grew"]
