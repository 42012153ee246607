"""The transport for `httpx.Client`."""

from __future__ import annotations

import httpx

from workbench.program.http.answer import Answer, StatusError
from workbench.program.http.body import read
from workbench.program.http.exchange import KEY_HEADER, Exchange, key_to_send
from workbench.program.scope import CURRENT_SCOPE

__all__ = ["RecordingTransport", "exchange_of", "received", "response_of", "use_recorded_key"]


class RecordingTransport(httpx.BaseTransport):
    """Records each request of a workflow as a step, and gives recorded responses back in replay.

    A response is read whole before the workflow gets it, also one that is then streamed.

    Args:
        inner: Sends the requests; a plain `httpx.HTTPTransport` unless given, made when first needed.
    """

    def __init__(self, inner: httpx.BaseTransport | None = None) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request: as a step inside a workflow, plainly elsewhere.

        Raises:
            PayloadTooLargeError: The body is larger than a log may hold in one event.
        """
        scope = CURRENT_SCOPE.get()
        if scope is None:
            return self._sender().handle_request(request)
        assert isinstance(request.stream, httpx.SyncByteStream)  # noqa: S101 - httpx.Client asserts the same
        content = read(request.stream)
        exchange = exchange_of(request, content)
        request.stream = httpx.ByteStream(content)
        call = exchange.call_in(scope, lambda: self._send(request, exchange))
        try:
            answer = Answer.recorded(scope.driver.wait(call))
        except StatusError as refused:
            answer = Answer.recorded(refused.answer)
        except httpx.RequestError as error:
            error.request = request  # it is no part of the recording
            raise
        return response_of(answer, request)

    def _send(self, request: httpx.Request, exchange: Exchange) -> object:
        use_recorded_key(request)
        response = self._sender().handle_request(request)
        try:
            content = read(response.iter_bytes())
        finally:
            response.close()
        return received(response, content).settled(exchange.title)

    def _sender(self) -> httpx.BaseTransport:
        if self._inner is None:
            self._inner = httpx.HTTPTransport()
        return self._inner

    def close(self) -> None:
        """Close the connections."""
        if self._inner is not None:
            self._inner.close()


def exchange_of(request: httpx.Request, content: bytes) -> Exchange:
    """A request of httpx as an exchange."""
    return Exchange.of(request.method, str(request.url), request.headers.items(), content)


def use_recorded_key(request: httpx.Request) -> None:
    """A request that is sent again after a crash carries the key of the first attempt."""
    if key := key_to_send(request.headers):
        request.headers[KEY_HEADER] = key


def received(response: httpx.Response, content: bytes) -> Answer:
    """A response of httpx as an answer."""
    # Bytes that are no UTF-8 become surrogates, which `response_of` turns back into the same bytes.
    pairs = [(_text(name), _text(value)) for name, value in response.headers.raw]
    return Answer.received(
        response.status_code, pairs, content, reason=response.reason_phrase, http_version=response.http_version
    )


def response_of(answer: Answer, request: httpx.Request) -> httpx.Response:
    """An answer as a response of httpx."""
    content = answer.body.content()
    # Given as a stream and not as content: only then does the client measure `elapsed`.
    return httpx.Response(
        answer.status,
        headers=[(_bytes(name), _bytes(value)) for name, value in answer.pairs(content)],
        stream=httpx.ByteStream(content),
        request=request,
        extensions={"http_version": _bytes(answer.http_version), "reason_phrase": _bytes(answer.reason)},
    )


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
