"""The transport for `httpx.AsyncClient`."""

from __future__ import annotations

import asyncio
from concurrent.futures import wait
from weakref import WeakKeyDictionary

import httpx

from workbench.program.http.answer import Answer, StatusError
from workbench.program.http.body import read_async
from workbench.program.http.exchange import Exchange
from workbench.program.http.transport import exchange_of, received, response_of, use_recorded_key
from workbench.program.scope import CURRENT_SCOPE

__all__ = ["AsyncRecordingTransport"]

_CLOSING_SECONDS = 5.0
"""Longest wait for another thread's loop; connections that it then still has end with the process."""


class AsyncRecordingTransport(httpx.AsyncBaseTransport):
    """`RecordingTransport` for async workflows.

    The workflow's own event loop never touches a socket: requests are sent on the loop of the recorder's step bodies.

    Args:
        inner: Sends the requests; by default a plain `httpx.AsyncHTTPTransport` for each event loop on which
            requests are sent, since connections belong to the loop that opened them.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport | None = None) -> None:
        self._inner = inner
        self._senders: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncBaseTransport] = WeakKeyDictionary()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request: as a step inside a workflow, plainly elsewhere.

        Raises:
            PayloadTooLargeError: The body is larger than a log may hold in one event.
        """
        scope = CURRENT_SCOPE.get()
        if scope is None:
            return await self._sender().handle_async_request(request)
        assert isinstance(request.stream, httpx.AsyncByteStream)  # noqa: S101 - httpx.AsyncClient asserts the same
        content = await read_async(request.stream)
        exchange = exchange_of(request, content)
        request.stream = httpx.ByteStream(content)
        call = exchange.call_in(scope, lambda: self._send(request, exchange), is_async=True)
        try:
            answer = Answer.recorded(await scope.driver.begin(call))
        except StatusError as refused:
            answer = Answer.recorded(refused.answer)
        except httpx.RequestError as error:
            error.request = request  # it is no part of the recording
            raise
        return response_of(answer, request)

    async def _send(self, request: httpx.Request, exchange: Exchange) -> object:
        use_recorded_key(request)
        response = await self._sender().handle_async_request(request)
        try:
            content = await read_async(response.aiter_bytes())
        finally:
            await response.aclose()
        return received(response, content).settled(exchange.title)

    def _sender(self) -> httpx.AsyncBaseTransport:
        loop = asyncio.get_running_loop()
        sender = self._senders.get(loop)
        if sender is None:
            sender = self._senders[loop] = self._inner or httpx.AsyncHTTPTransport()
        return sender

    async def aclose(self) -> None:
        """Close the connections, each on the loop that opened it; what was never used has nothing to close."""
        here = asyncio.get_running_loop()
        senders = list(self._senders.items())
        self._senders.clear()
        for loop, sender in senders:
            if loop is here:
                await sender.aclose()
            elif loop.is_running():
                # Blocks, because a workflow's loop can wait for answers of its driver and for nothing else.
                wait([asyncio.run_coroutine_threadsafe(sender.aclose(), loop)], _CLOSING_SECONDS)
