"""HTTP calls of a workflow as steps: transports for httpx, an adapter for requests.

A workflow that talks HTTP through one of these records every request and its answer, without a function marked
`@step` around each. Replay uses the same objects and gets the recorded answers; no socket is opened. Outside a
workflow, and inside the body of a step, they pass straight through.

    client = httpx.Client(transport=RecordingTransport())
    client = httpx.AsyncClient(transport=AsyncRecordingTransport())
    session.mount("https://", RecordingAdapter())

Neither httpx nor requests is needed until one of the names is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from workbench._errors import MissingDependencyError

if TYPE_CHECKING:
    from workbench.program.http.adapter import RecordingAdapter
    from workbench.program.http.async_transport import AsyncRecordingTransport
    from workbench.program.http.transport import RecordingTransport

__all__ = ["AsyncRecordingTransport", "RecordingAdapter", "RecordingTransport"]

_LAZY = {
    "AsyncRecordingTransport": ("workbench.program.http.async_transport", "httpx"),
    "RecordingAdapter": ("workbench.program.http.adapter", "requests"),
    "RecordingTransport": ("workbench.program.http.transport", "httpx"),
}
"""Where each name is, and the optional package that it derives from."""


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'workbench.program.http' has no attribute {name!r}")
    module, package = _LAZY[name]
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        message = f"{name} needs the package {package}, which is not installed"
        raise MissingDependencyError(message, hint="pip install 'durable-workbench[http]'") from error


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
