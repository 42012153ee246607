"""A server is asked for its invocations: over real HTTP, with reading queries only, in bounds, and in our own words."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import workbench as wb
from tests.engines.restate_told import ANSWERS
from workbench._errors import EmptyLogError, LogError, NotALogError, TooLargeError, UsageError
from workbench.engines.restate.admin import answers_of, is_admin_api
from workbench.recording.sources import place_of, places_of

Rows = list[dict[str, Any]]
Answer = Callable[[str], tuple[int, bytes]]


def tables() -> dict[str, Rows]:
    """What the real server answered, by table."""
    decoder, text, found = json.JSONDecoder(), ANSWERS.read_text(), list[Rows]()
    while text.strip():
        answer, end = decoder.raw_decode(text.lstrip())
        text = text.lstrip()[end:]
        found.append(answer["rows"])
    return dict(zip(("sys_journal", "sys_invocation", "sys_journal_events"), found, strict=True))


TABLES = tables()


def answering(query: str) -> tuple[int, bytes]:
    """As the server would: the rows of the table, of one invocation where the query names one."""
    words = query.split()
    rows = TABLES[words[words.index("FROM") + 1]]
    if "WHERE" in words:
        rows = [row for row in rows if f"'{row['id']}'" == words[-1]]
    return 200, json.dumps({"rows": rows}).encode()


@contextmanager
def serving(answer: Answer) -> Generator[tuple[str, list[str]]]:
    """A server on this machine; its URL, and the queries that it was sent."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/query"
            assert self.headers["accept"] == "application/json"
            asked.append(json.loads(self.rfile.read(int(self.headers["content-length"])))["query"])
            status, body = answer(asked[-1])
            self.send_response(status)
            if status == 302:
                self.send_header("location", "http://127.0.0.1:1/query")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_server_opens_as_its_saved_answers_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with serving(answering) as (url, asked):
        recording = wb.open(url)
    saved = wb.open(ANSWERS)
    assert recording.events.drop(columns="log", errors="ignore").equals(
        saved.events.drop(columns="log", errors="ignore")
    )
    assert [query.split()[0] for query in asked] == ["SELECT"] * 3
    assert recording.runs["source"].unique().tolist() == [url]
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]  # payloads are not written to disk
    assert str(recording["inv_198xe836onsY11M4WM5M0ssSu2fb6I4Ob7"].verdict())


def test_one_invocation_by_its_address_in_the_ui() -> None:
    run_id = "inv_198xe836onsY11M4WM5M0ssSu2fb6I4Ob7"
    with serving(answering) as (url, asked):
        recording = wb.open(f"{url}/ui/invocations/{run_id}")
    assert recording.run().id == run_id
    assert all(query.endswith(f"WHERE id = '{run_id}'") for query in asked)


def test_a_server_is_asked_again_when_it_is_followed() -> None:
    with serving(answering) as (url, asked):
        seen = wb.open(url).follow(poll_seconds=1, wait=lambda _: None)
        assert [len(next(seen)), len(next(seen))] == [18, 18]
    assert len(asked) >= 9


def test_nobody_acts_through_a_server() -> None:
    with serving(answering) as (url, _):
        run = wb.open(f"{url}/ui/invocations/inv_198xe836onsY11M4WM5M0ssSu2fb6I4Ob7").run()
    with pytest.raises(UsageError):
        run.rerun()


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("http://127.0.0.1:9070", True),
        ("http://127.0.0.1:9070/", True),
        ("https://restate.example/query", True),
        ("http://127.0.0.1:9070/ui/invocations/inv_1aB", True),
        ("http://127.0.0.1:9070/ui/invocations/inv_1' OR '1", False),
        ("http://127.0.0.1/shop.wlog", False),
        ("s3://bucket", False),
        ("http://[", False),
        ("http:///query", False),
    ],
)
def test_which_urls_are_servers(url: str, *, is_one: bool) -> None:
    assert is_admin_api(url) is is_one


def test_a_place_is_found_again_by_its_name() -> None:
    place = places_of("http://127.0.0.1:9070")[0]
    assert str(place) == "http://127.0.0.1:9070"
    assert type(place_of(str(place))) is type(place)


# --- what goes wrong ---------------------------------------------------------------------------------------------


def refusing(status: int, body: bytes) -> Answer:
    return lambda _: (status, body)


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (refusing(403, b"no"), LogError, r"refuses to tell \(403\): no"),
        (refusing(302, b""), LogError, r"refuses to tell \(302\)"),
        (refusing(200, b"<html>hello</html>"), NotALogError, "no admin API of Restate"),
        (refusing(200, b'{"rows": [}'), NotALogError, "damaged JSON"),
        (refusing(200, b'{"rows": []}'), EmptyLogError, "without rows"),
    ],
)
def test_what_a_server_says_instead(answer: Answer, error: type[LogError], says: str) -> None:
    with serving(answer) as (url, _), pytest.raises(error, match=says) as caught:
        wb.open(url)
    assert caught.value.hint


def test_an_older_server_has_no_table_of_errors() -> None:
    def older(query: str) -> tuple[int, bytes]:
        if "sys_journal_events" in query:
            return 500, b'{"message":"table \'restate.public.sys_journal_events\' not found"}'
        return answering(query)

    with serving(older) as (url, _):
        assert len(wb.open(url)) == 18

    def ill(query: str) -> tuple[int, bytes]:
        return (500, b"down") if "events" in query else answering(query)

    with serving(ill) as (url, _), pytest.raises(LogError, match="down"):
        wb.open(url)


def test_nobody_is_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        with pytest.raises(LogError, match="nobody answers at"):
            wb.open(f"http://127.0.0.1:{taken.getsockname()[1]}")


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(LogError, match=r"did not answer in 0\.3 seconds"):
            answers_of(f"http://127.0.0.1:{silent.getsockname()[1]}", patience_seconds=0.3)


def test_more_than_is_taken_is_refused() -> None:
    with serving(answering) as (url, _), pytest.raises(TooLargeError, match="more than 1,000 bytes") as caught:
        answers_of(url, most_bytes=1000)
    assert "/ui/invocations/" in caught.value.hint


def test_no_proxy_stands_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with serving(answering) as (url, _):
        assert len(wb.open(url)) == 18


# --- the real one ------------------------------------------------------------------------------------------------


@pytest.mark.nightly
def test_a_real_server_understands_the_questions(tmp_path: Path) -> None:
    program = shutil.which("restate-server")
    if program is None:
        pytest.skip("no restate-server on the PATH: npm install @restatedev/restate-server")
    ports = _free_ports(3)
    environment = os.environ | {
        "RESTATE_LISTEN_MODE": "tcp", "RESTATE_BIND_IP": "127.0.0.1", "RESTATE_BIND_PORT": str(ports[0]),
        "RESTATE_ADMIN__BIND_PORT": str(ports[1]), "RESTATE_INGRESS__BIND_PORT": str(ports[2]),
    }  # fmt: skip
    log = (tmp_path / "server.log").open("wb")
    with log, subprocess.Popen([program, "--base-dir", str(tmp_path)], env=environment, stdout=log, stderr=log) as done:
        try:
            said = _asked_until_it_answers(f"http://127.0.0.1:{ports[1]}", done)
        finally:
            done.terminate()
    assert json.loads(said) == {
        table: {"rows": []} for table in ("sys_invocation", "sys_journal", "sys_journal_events")
    }


def _free_ports(count: int) -> list[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


def _asked_until_it_answers(url: str, server: subprocess.Popen[bytes]) -> bytes:
    for _ in range(300):
        try:
            return answers_of(url)
        except LogError:
            assert server.poll() is None, "it has ended"
            time.sleep(0.2)  # a real process starts
    raise AssertionError("it never answered")
