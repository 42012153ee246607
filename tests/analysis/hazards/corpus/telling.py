"""Words that the stories of the corpus share: HTTP calls, steps of other engines, tokens, times as services write."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from tests.story import NS, RunStory, StepStory, Story, WaitStory, recorded
from workbench.model import Declaration, EventType, Kind, instant

__all__ = [
    "DAY", "HOUR", "MINUTE", "activity", "answer", "awaiting", "azure_url", "call", "dbos_step", "epoch", "google_url",
    "iso", "jwt", "opaque", "resumed", "s3_url", "sends", "takes",
]  # fmt: skip

MINUTE, HOUR, DAY = 60, 3600, 86400


# --- what happens ----------------------------------------------------------------------------------------------


def resumed(run: RunStory, *, after_seconds: float = 3, pid: int = 4243, boot: int = 7) -> RunStory:
    """The process is gone; another one goes on with the run."""
    run.story.wait(after_seconds).process(pid, boot=boot)
    return run.recovered()


def sends(run: RunStory, name: str, value: Any = None) -> int:
    """A signal arrives; its event number."""
    return run.event(EventType.SignalReceived, _plain(name), value=value)


def awaiting(run: RunStory, name: str, timeout_seconds: float | None = None) -> WaitStory:
    """The code waits for a signal."""
    return WaitStory(run, EventType.SignalAwaited, name, {"timeout_seconds": timeout_seconds})


def takes(run: RunStory, name: str, arrived: int) -> None:
    """The code asks for a signal that arrived before."""
    awaiting(run, name).answered(EventType.SignalConsumed, cause=arrived)


def call(run: RunStory, method: str, url: str, body: Any = None, **headers: str) -> StepStory:
    """An HTTP request as `workbench.program.http` records it; `_` in names of headers stands for `-`.

    The idempotency key, where there is one, stands in the header `idempotency_key`.
    """
    key = headers.pop("idempotency_key", "")
    kinds = {"GET": "read", "HEAD": "read", "PUT": "idempotent", "DELETE": "idempotent"}
    place = url.partition("?")[0]
    step = run.step(
        f"{method} /{place.split('/', 3)[-1]}", kind=kinds.get(method, "keyed" if key else "write"), key=key,
        args=[method, url, body], resource=place, module="", undo="",
    )  # fmt: skip
    return step.given(headers={name.replace("_", "-"): value for name, value in headers.items()})


def answer(body: Any = None, status: int = 200, **headers: str) -> dict[str, Any]:
    """What an HTTP request was answered."""
    return {
        "status": status, "reason": "", "http_version": "HTTP/1.1", "body": body, "format": "json",
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
    }  # fmt: skip


class _Activity:
    """A step of an engine that writes down that it is wanted, that a worker took it, and what came of it."""

    def __init__(self, run: RunStory, name: str, args: Sequence[Any]) -> None:
        self._run, self._declared, self._position = run, Declaration(name), run.next_position()
        body: dict[str, Any] = {"args": list(args), "kwargs": {}, "scheduled": True}
        self._asked = run.event(EventType.StepStarted, self._declared, self._position, **body)

    def began(self, attempt: int = 1, last_error: str = "", message: str = "") -> _Activity:
        """A worker takes it up; the error of the attempt before is known."""
        body = {"last_error": recorded(last_error, message)} if last_error else {}
        return self._said(EventType.AttemptBegan, attempt=attempt, **body)

    def completed(self, result: Any = None, *, attempt: int = 1) -> _Activity:
        """It returned."""
        return self.began(attempt)._said(EventType.StepCompleted, result=result)

    def answered(self, result: Any = None) -> _Activity:
        """It returned, after a beginning that was told already."""
        return self._said(EventType.StepCompleted, result=result)

    def failed(self, error: str, message: str = "", **said: Any) -> _Activity:
        """It failed for good, after a beginning that was told already."""
        return self._said(EventType.StepFailed, error, error=recorded(error, message), **said)

    def _said(self, event: EventType, error: str = "", /, *, attempt: int = 0, **body: Any) -> _Activity:
        self._run.event(event, self._declared, self._position, (attempt, error, self._asked), **body)
        return self


def activity(run: RunStory, name: str, *args: Any) -> _Activity:
    """Temporal schedules an activity."""
    return _Activity(run, name, args)


def dbos_step(run: RunStory, name: str, result: Any = None, *, seconds: float = 1, error: str = "") -> None:
    """A step of DBOS, with no arguments and no attempts; it takes so long."""
    declared, position = Declaration(name), run.next_position()
    asked = run.event(EventType.StepStarted, declared, position)
    run.story.wait(seconds - 1)
    ending: dict[str, Any] = {"error": recorded(error)} if error else {"result": result}
    event = EventType.StepFailed if error else EventType.StepCompleted
    run.event(event, declared, position, (0, error, asked), **ending)


def _plain(name: str) -> Declaration:
    return Declaration(name, Kind.PURE, kind_assumed=False)


# --- what services give ----------------------------------------------------------------------------------------


def jwt(story: Story, seconds: float, **claims: Any) -> str:
    """A JSON web token that is given now and expires in so many seconds."""
    given = story.now_ns // NS
    return _signed({"alg": "RS256", "typ": "JWT"}, {"iat": given, "exp": given + int(seconds), **claims})


def _signed(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (header, claims)]
    parts.append(hashlib.sha256(b".".join(parts)).digest())
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def opaque(name: str) -> str:
    """A token that says nothing: the same one for the same name."""
    return hashlib.sha256(name.encode()).hexdigest()[:40]


def iso(story: Story, seconds: float) -> str:
    """So many seconds from now in ISO 8601."""
    return (instant(story.now_ns) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def epoch(story: Story, seconds: float) -> int:
    """So many seconds from now as seconds of the epoch."""
    return story.now_ns // NS + int(seconds)


def s3_url(story: Story, seconds: int, key: str = "reports/q3.pdf") -> str:
    """A link signed as Amazon signs it."""
    date = instant(story.now_ns).strftime("%Y%m%dT%H%M%SZ")
    scope = f"AKIDEXAMPLE%2F{date[:8]}%2Feu-west-1%2Fs3%2Faws4_request"
    return (
        f"https://acme-files.s3.eu-west-1.amazonaws.com/{key}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}"
        f"&X-Amz-Date={date}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders=host&X-Amz-Signature={opaque(key + date)}"
    )


def google_url(story: Story, seconds: int, key: str = "models/42.bin") -> str:
    """A link signed as Google Cloud Storage signs it."""
    date = instant(story.now_ns).strftime("%Y%m%dT%H%M%SZ")
    return (
        f"https://storage.googleapis.com/acme-models/{key}?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Date={date}"
        f"&X-Goog-Expires={seconds}&X-Goog-SignedHeaders=host&X-Goog-Signature={opaque(key + date)}"
    )


def azure_url(story: Story, seconds: float, key: str = "scans/7.tiff") -> str:
    """A link with a shared access signature of Azure."""
    until = iso(story, seconds).replace(":", "%3A")
    return f"https://acme.blob.core.windows.net/{key}?sv=2023-11-03&sr=b&sp=rw&se={until}&sig={opaque(key)}%3D"
