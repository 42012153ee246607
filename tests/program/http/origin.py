"""A real HTTP server on 127.0.0.1 that counts, and for each client library a workflow that asks it the same things."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import requests

from workbench.journal import open_log
from workbench.model import EventType
from workbench.program import Workflow, workflow
from workbench.program.http import AsyncRecordingTransport, RecordingAdapter, RecordingTransport

TOKEN = "canary-3f9a1c77d2"  # noqa: S105 - the secret to look for
BINARY = bytes(range(256))


@dataclass(frozen=True)
class Reply:
    status: int = 200
    content: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def json_reply(value: Any, status: int = 200, **style: Any) -> Reply:
    return Reply(status, json.dumps(value, **style).encode(), (("Content-Type", "application/json"),))


REPLIES: dict[str, Reply] = {
    "/order": json_reply({"id": 7, "total": 12.5, "who": "Zoë"}),
    "/compact": json_reply({"id": 7, "who": "Zoë"}, separators=(",", ":"), ensure_ascii=False),
    "/odd": Reply(200, b'{"n": 1.50,  "n": 2}', (("Content-Type", "application/json"),)),
    "/text": Reply(200, "grüße".encode("latin-1"), (("Content-Type", "text/plain; charset=latin-1"),)),
    "/binary": Reply(200, BINARY, (("Content-Type", "application/octet-stream"),)),
    "/gzip": Reply(
        200, gzip.compress(b'{"packed":true}'), (("Content-Type", "application/json"), ("Content-Encoding", "gzip"))
    ),
    "/token": json_reply({"access_token": TOKEN, "expires_in": 60}),
    "/cookies": Reply(200, b"", (("Set-Cookie", f"sid={TOKEN}; Path=/"), ("Set-Cookie", "seen=1; Path=/"))),
    "/missing": json_reply({"error": "no such order", "access_token": TOKEN}, 404),
    "/conflict": json_reply({"error": "in progress"}, 409),
    "/broken": Reply(500, b"<b>oops</b>", (("Content-Type", "text/html"),)),
    "/moved": Reply(302, b"", (("Location", "/order"),)),
    "/charge": json_reply({"charge": "ch_1"}, 201),
    "/empty": Reply(204),
}


@dataclass
class Origin:
    """The server: what it answers, and what it was asked."""

    url: str
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    on_request: Callable[[str], object] = lambda _path: None

    @property
    def count(self) -> int:
        return len(self.asked)


@contextmanager
def running_origin() -> Iterator[Origin]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            origin.asked.append((self.command, self.path, dict(self.headers.items()), self.content()))
            path = self.path.partition("?")[0]
            origin.on_request(path)
            if path == "/slow":
                time.sleep(0.5)
            reply = REPLIES.get(path, Reply(200, b"ok", (("Content-Type", "text/plain"),)))
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.content)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = answer  # noqa: N815 - names of the standard library

        def content(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            content = b""
            while size := int(self.rfile.readline(), 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return content

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    origin = Origin(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def closed_port_url() -> str:
    """Where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


# --- the same workflow with each library -------------------------------------------------------------------------

Plan = list[dict[str, Any]]


@workflow
def with_httpx(url: str, plan: Plan) -> list[Any]:
    with httpx.Client(base_url=url, transport=RecordingTransport(), timeout=5) as client:
        return [_seen(partial(client.request, **request)) for request in plan]


@workflow
async def with_httpx_async(url: str, plan: Plan) -> list[Any]:
    async with httpx.AsyncClient(base_url=url, transport=AsyncRecordingTransport(), timeout=5) as client:
        seen = []
        for request in plan:
            try:
                response = await client.request(**request)
            except httpx.RequestError as error:
                seen.append(_error(error))
            else:
                seen.append(_response(response))
        return seen


@workflow
def with_requests(url: str, plan: Plan) -> list[Any]:
    with requests.Session() as session:
        session.mount("http://", RecordingAdapter())
        plans = [_for_requests(request, url) for request in plan]
        return [_seen(partial(session.request, **request)) for request in plans]


WORKFLOWS: dict[str, Workflow[..., Any]] = {
    "httpx": with_httpx, "httpx async": with_httpx_async, "requests": with_requests
}  # fmt: skip


def _for_requests(request: dict[str, Any], url: str) -> dict[str, Any]:
    plan = {"timeout": 5, "allow_redirects": False} | request
    if "content" in plan:
        plan["data"] = plan.pop("content")
    if "follow_redirects" in plan:
        plan["allow_redirects"] = plan.pop("follow_redirects")
    target = plan["url"]
    return plan | {"url": target if target.startswith("http") else url + target}


def _seen(ask: Callable[[], Any]) -> Any:
    try:
        return _response(ask())
    except (httpx.RequestError, requests.RequestException) as error:
        return _error(error)


def _response(response: Any) -> dict[str, Any]:
    assert response.elapsed.total_seconds() >= 0
    return {
        "status": response.status_code,
        "type": response.headers.get("content-type"),
        "encoding": response.headers.get("content-encoding"),
        "length": response.headers.get("content-length"),
        "content": response.content,
        "reason": getattr(response, "reason", None) or response.reason_phrase,
        "url": str(response.url),
        "cookies": sorted(response.cookies.keys()),
        "hops": len(response.history),
    }


def _error(error: Any) -> dict[str, Any]:
    return {"error": f"{type(error).__module__}.{type(error).__name__}", "url": str(error.request.url)}


@contextmanager
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.mount("http://", RecordingAdapter())
        yield made


def get(url: str) -> requests.Response:
    with session() as client:
        return client.get(url)


def arguments_of(path: Path) -> list[Any]:
    history = open_log(path).history
    return [history.payload(row) for row in range(len(history)) if history.columns.type[row] == EventType.StepStarted]
