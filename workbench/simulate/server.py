"""The shop's sockets: one HTTP request in, one answer out, or the fault that the plan wants.

Only here do the pure services meet a network. A request is read whole (bounded), shown to the fault plan, given to
the shop, answered. An effect is in the ledger before the first byte of its reply is written.
"""

from __future__ import annotations

import json
import socket
import socketserver
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from workbench.simulate.control import CONTROL_SEGMENT, Control
from workbench.simulate.faults import FaultKind
from workbench.simulate.services import Refusal, Request, Response, Shop
from workbench.simulate.services.message import invalid

if TYPE_CHECKING:
    from workbench.simulate.faults import FaultRule
    from workbench.simulate.holds import Holds

__all__ = ["LARGEST_BODY_BYTES", "ShopServer"]

LARGEST_BODY_BYTES = 1 << 20


class ShopServer(ThreadingHTTPServer):
    """Listens on a free loopback port; one daemon thread per connection.

    Args:
        shop: The services.
        control: The routes that steer them.
        holds: Where held requests wait.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, shop: Shop, control: Control, holds: Holds) -> None:
        self.shop = shop
        self.control = control
        self.holds = holds
        super().__init__(("127.0.0.1", 0), ShopHandler)

    def server_bind(self) -> None:
        """Bind without asking a name server who we are, as the parent class does: that can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    @property
    def url(self) -> str:
        """Where the shop is reached."""
        return f"http://127.0.0.1:{self.server_port}"


class ShopHandler(BaseHTTPRequestHandler):
    """One connection, kept alive between requests."""

    server: ShopServer  # pyright: ignore[reportIncompatibleVariableOverride]  # only ShopServer makes handlers
    protocol_version = "HTTP/1.1"
    server_version = "workbench-shop"
    sys_version = ""
    # Small answers must not wait for an acknowledgement, and one answer must be one packet.
    disable_nagle_algorithm = True
    wbufsize = -1
    # An idle connection ends by itself; a held request waits elsewhere and is not cut off by this.
    timeout = 60

    def do_GET(self) -> None:
        """Answer a GET."""
        self._serve()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._serve()

    def do_PUT(self) -> None:
        """Answer a PUT."""
        self._serve()

    def do_DELETE(self) -> None:
        """Answer a DELETE."""
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: the ledger is the log, and stdout belongs to the ready line."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no HTTP that we speak; in JSON, like every error here."""
        self.close_connection = True
        # A request line that could not be read counts as HTTP/0.9 to the base class, which then sends no status.
        self.request_version = self.protocol_version
        self._reply(Response(int(code), {"error": "bad_http", "message": message or explain or "not understood"}))

    def _serve(self) -> None:
        try:
            answer = self._answer(self._read())
        except Refusal as refusal:
            # What follows on this connection cannot be trusted to be the start of a request.
            self.close_connection = True
            answer = refusal.response
        if answer is None:
            self.close_connection = True
        else:
            self._reply(answer)

    def _read(self) -> Request:
        """The request, whole.

        Raises:
            Refusal: Its body is too long, without a length, or no JSON.
        """
        parts = urlsplit(self.path)
        segments = tuple(unquote(part) for part in parts.path.split("/") if part)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = _json(self._body(headers))
        return Request(self.command, segments, dict(parse_qsl(parts.query)), headers, body)

    def _body(self, headers: dict[str, str]) -> bytes:
        if "transfer-encoding" in headers:
            raise Refusal(411, "length_required", "send Content-Length, not Transfer-Encoding")
        length = headers.get("content-length", "0")
        # isdecimal alone takes digits of other scripts too, and int takes signs and underscores.
        if not (length.isascii() and length.isdecimal()):
            raise invalid("Content-Length must be a whole number")
        # The number of digits first: a very long number is slow to convert, and Python refuses it.
        if len(length) > len(str(LARGEST_BODY_BYTES)) or int(length) > LARGEST_BODY_BYTES:
            raise Refusal(413, "too_large", f"a body may have {LARGEST_BODY_BYTES} bytes")
        body = self.rfile.read(int(length))
        if len(body) != int(length):
            raise invalid(f"the body ends after {len(body)} of {length} bytes")
        return body

    def _answer(self, request: Request) -> Response | None:
        """The answer, or `None` when the connection shall close without one."""
        server = self.server
        if request.segments[:1] == (CONTROL_SEGMENT,):
            return server.control.handle(request)
        service = server.shop.service_of(request)
        rule = server.control.faults.strike(service, request.method, request.path)
        if rule is None:
            return server.shop.handle(request)
        return self._struck(rule, service, request)

    def _struck(self, rule: FaultRule, service: str, request: Request) -> Response | None:
        server, asked = self.server, (service, request.method, request.path)
        match rule.kind:
            case FaultKind.DELAY:
                return server.shop.handle(request) if server.holds.pause(rule.delay_seconds) else None
            case FaultKind.ERROR:
                message = f"the fault plan answers {rule.status} here; nothing was done"
                return Response(rule.status, {"error": "fault", "message": message})
            case FaultKind.HOLD_BEFORE:
                going_on = server.holds.hold(rule.kind, *asked) and self._client_waits()
                return server.shop.handle(request) if going_on else None
            case FaultKind.HOLD_REPLY:
                answer = server.shop.handle(request)
                return answer if server.holds.hold(rule.kind, *asked) else None
            case FaultKind.DROP_REPLY:
                server.shop.handle(request)
                return None

    def _client_waits(self) -> bool:
        """Whether the other side still has the connection open: nothing to read is good, end of file is not."""
        # MSG_DONTWAIT alone would not do: on a socket with a timeout Python waits before it asks the kernel.
        self.connection.settimeout(0)
        try:
            ahead: bytes = self.connection.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        finally:
            self.connection.settimeout(self.timeout)
        return ahead != b""

    def _reply(self, answer: Response) -> None:
        content = json.dumps(answer.body, allow_nan=False).encode()
        try:
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()
        except OSError:
            # The client is gone (that is what crash tests do); the effect stands in the ledger either way.
            self.close_connection = True


def _json(body: bytes) -> object:
    """The JSON value of a body, `None` of an empty one.

    Raises:
        Refusal: 400.
    """
    if not body:
        return None
    try:
        value: object = json.loads(body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "bad_json", f"the body is not JSON: {error}") from error
    return value


def _no_constant(name: str) -> object:
    message = f"{name} is no JSON"
    raise ValueError(message)
