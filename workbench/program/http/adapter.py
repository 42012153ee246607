"""The transport adapter for `requests.Session`."""

from __future__ import annotations

import http.client
import io
from collections.abc import Iterable, Iterator
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.exceptions import MaxRetryError, NewConnectionError

from workbench.program.http.answer import Answer, StatusError
from workbench.program.http.body import read
from workbench.program.http.exchange import KEY_HEADER, Exchange, key_to_send
from workbench.program.scope import CURRENT_SCOPE

__all__ = ["RecordingAdapter"]

_CHUNK_BYTES = 64 * 1024
_VERSIONS = {10: "HTTP/1.0", 11: "HTTP/1.1", 20: "HTTP/2", 30: "HTTP/3"}
_NUMBERS = {text: number for number, text in _VERSIONS.items()}


class RecordingAdapter(HTTPAdapter):
    """Records each request of a workflow as a step, and gives recorded responses back in replay.

    Mount it on a session: `session.mount("https://", RecordingAdapter())`. Takes what `HTTPAdapter` takes. A response
    is read whole before the workflow gets it, also one that is then streamed.
    """

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - the signature of HTTPAdapter
        timeout: Any = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002 - the signature of HTTPAdapter
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Send a request: as a step inside a workflow, plainly elsewhere.

        Raises:
            PayloadTooLargeError: The body is larger than a log may hold in one event.
        """
        scope = CURRENT_SCOPE.get()
        if scope is None:
            return super().send(request, stream, timeout, verify, cert, proxies)
        wire = request.copy()  # the session rewinds and sends the body of the original again after a redirect
        if request.body is not None:
            wire.body = read(_parts(request.body))
        exchange = _exchange_of(wire)
        plain_send = super().send

        def send() -> dict[str, Any]:
            if key := key_to_send(exchange.headers):
                wire.headers[KEY_HEADER] = key  # header names of requests ignore case
            return _received(lambda: plain_send(wire, True, timeout, verify, cert, proxies)).settled(exchange.title)  # noqa: FBT003 - stream, as above

        try:
            answer = Answer.recorded(scope.driver.wait(exchange.call_in(scope, send)))
        except StatusError as refused:
            answer = Answer.recorded(refused.answer)
        except requests.RequestException as error:
            error.request, error.response = request, None  # they are no part of the recording
            raise
        return self._response_of(answer, request)

    def _response_of(self, answer: Answer, request: requests.PreparedRequest) -> requests.Response:
        content = answer.body.content()
        pairs = answer.pairs(content)
        raw = urllib3.HTTPResponse(
            body=io.BytesIO(content),
            headers=urllib3.HTTPHeaderDict(pairs),
            status=answer.status,
            version=_NUMBERS.get(answer.http_version, 11),
            reason=answer.reason,
            preload_content=False,
            decode_content=False,
            original_response=_Original(pairs),  # type: ignore[arg-type]  # only what cookies are read from
            request_method=request.method,
        )
        return self.build_response(request, raw)


class _Original:
    """Stands for the response of `http.client`, from whose headers requests reads cookies."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.msg = http.client.HTTPMessage()
        for name, value in pairs:
            self.msg[name] = value

    def close(self) -> None:
        """There is no connection to close."""

    def isclosed(self) -> bool:
        """There is no connection to give back."""
        return True


def _exchange_of(request: requests.PreparedRequest) -> Exchange:
    content = request.body if isinstance(request.body, bytes) else b""
    headers = [(_text(name), _text(value)) for name, value in request.headers.items()]
    return Exchange.of(str(request.method), str(request.url), headers, content)


def _received(send: Any) -> Answer:
    try:
        response = send()
    except requests.ConnectionError as error:
        if _unsent(error):
            error.definite = True  # type: ignore[attr-defined]  # what the recorder looks for in any error
        raise
    try:
        content = read(response.iter_content(_CHUNK_BYTES))
    finally:
        response.close()
    version = _VERSIONS.get(response.raw.version, "HTTP/1.1")
    pairs = response.raw.headers.items()
    return Answer.received(response.status_code, pairs, content, reason=response.reason or "", http_version=version)


def _unsent(error: requests.ConnectionError) -> bool:
    """Whether no connection came about; requests has one class for that and for a connection lost after sending."""
    reason = error.args[0] if error.args else None
    return isinstance(reason, MaxRetryError) and isinstance(reason.reason, NewConnectionError)


def _parts(body: Any) -> Iterator[bytes]:
    """The parts of a body in any form that requests takes."""
    if isinstance(body, bytes | bytearray | str):
        parts: Iterable[Any] = [body]
    elif hasattr(body, "read"):
        parts = _chunks(body)
    else:
        parts = body
    for part in parts:
        yield part.encode() if isinstance(part, str) else bytes(part)


def _chunks(file: Any) -> Iterator[Any]:
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
