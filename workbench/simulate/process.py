"""The shop for the length of a `with` block, in a process of its own.

A crash test needs a world that survives the crash, so the shop is never a thread of the program under test. It is
started with the interpreter that runs us, is ready when it says so, and is gone when the block ends: first asked
to, then killed, always waited for.
"""

from __future__ import annotations

import http.client
import json
import os
import selectors
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack
from urllib.parse import urlsplit

from workbench._errors import WorkbenchError
from workbench.simulate.control import CONTROL_HEADER, CONTROL_SEGMENT
from workbench.simulate.holds import HeldRequest
from workbench.simulate.ledger import Ledger, LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from workbench.simulate.faults import FaultPlan

__all__ = ["RunningShop", "ShopError", "ShopOptions", "running_shop"]

_START_SECONDS = 20.0
_STOP_SECONDS = 5.0
_CONTROL_SECONDS = 10.0
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


class ShopError(WorkbenchError):
    """The shop did not start, or refused a control request."""


class ShopOptions(TypedDict, total=False):
    """What `running_shop` takes besides the folder; what is left out is as `Knobs` has it."""

    faults: FaultPlan
    token_lifetime_seconds: int
    key_lifetime_seconds: int
    stock: Mapping[str, int]
    seed: int
    knobs: Mapping[str, object]


class RunningShop:
    """A shop process and the ways to steer it.

    Attributes:
        url: Where it is reached, `http://127.0.0.1:PORT`.
        pid: Its process id.
        control: The secret for `X-Shop-Control`.
        ledger_path: The ground truth on disk; readable while the shop runs, and after it is dead.
        torn_bytes: Length of the torn last line that it found in the ledger when it started.
    """

    def __init__(self, process: subprocess.Popen[bytes], ready: Mapping[str, object]) -> None:
        self._process = process
        self.url = str(ready["url"])
        self.pid = process.pid
        self.control = str(ready["control"])
        self.ledger_path = Path(str(ready["ledger"]))
        self.torn_bytes = int(str(ready["torn_bytes"]))

    def __repr__(self) -> str:
        """Where it is and who it is, without the secret."""
        return f"RunningShop({self.url}, pid={self.pid})"

    def held(self, *, at_least: int = 0, timeout_seconds: float = _CONTROL_SECONDS) -> list[HeldRequest]:
        """What is held; waits until it is that many, at most so long."""
        answer = self._ask("GET", f"held?at_least={at_least}&timeout_seconds={timeout_seconds}")
        return [HeldRequest(**waiting) for waiting in answer["held"]]

    def release(self, hold_id: int | None = None) -> list[int]:
        """Let one held request go, or all; gives the ids that were waiting."""
        released: list[int] = self._ask("POST", "release", {} if hold_id is None else {"id": hold_id})["released"]
        return released

    def set_faults(self, plan: FaultPlan) -> None:
        """Replace the fault plan; counting starts anew, what is held stays held."""
        self._ask("POST", "faults", plan.to_json())

    def ledger(self) -> list[LedgerEntry]:
        """What really happened so far, read from the file."""
        return Ledger.read(self.ledger_path)

    def kill(self) -> None:
        """End it as a crash would (SIGKILL) and wait until it is gone."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Ask it to end, kill it if it does not, wait until it is gone; a second call does nothing.

        Returns:
            The exit code, negative for the signal that ended it.
        """
        return _end(self._process)

    def _ask(self, method: str, route: str, body: object = None) -> dict[str, Any]:
        content = None if body is None else json.dumps(body)
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=2 * _CONTROL_SECONDS)
        try:
            connection.request(method, f"/{CONTROL_SEGMENT}/{route}", content, {CONTROL_HEADER: self.control})
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        finally:
            connection.close()
        if response.status != http.client.OK:
            message = f"{method} {route}: {response.status} {answer['message']}"
            raise ShopError(message)
        return answer


@contextmanager
def running_shop(folder: Path | str, **options: Unpack[ShopOptions]) -> Generator[RunningShop]:
    """Run a shop for the length of the block.

    Args:
        folder: Where its ledger is; a folder that a killed shop left behind is continued.
        **options: See `ShopOptions`.

    Yields:
        The shop, ready to answer.

    Raises:
        ShopError: It did not start; the message has what it said.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    errors = folder / "shop.stderr"
    with errors.open("wb") as stderr, _start(folder, options, stderr.fileno()) as process:
        try:
            yield RunningShop(process, _ready_line(process, errors))
        finally:
            _end(process)


def _start(folder: Path, options: ShopOptions, stderr: int) -> subprocess.Popen[bytes]:
    # -P: a file of the caller's working directory must not stand in for a module of the standard library.
    command = [sys.executable, "-P", "-m", "workbench.simulate.shop"]
    command += ["--folder", str(folder), "--parent", str(os.getpid())]
    if "faults" in options:
        command += ["--faults", options["faults"].dumps()]
    if "stock" in options:
        command += ["--stock", json.dumps(dict(options["stock"]))]
    if "knobs" in options:
        command += ["--knobs", json.dumps(dict(options["knobs"]))]
    if "token_lifetime_seconds" in options:
        command += ["--token-lifetime", str(options["token_lifetime_seconds"])]
    if "key_lifetime_seconds" in options:
        command += ["--key-lifetime", str(options["key_lifetime_seconds"])]
    if "seed" in options:
        command += ["--seed", str(options["seed"])]
    # The child must find this very package, wherever the caller found it.
    path = os.pathsep.join(filter(None, [str(_PACKAGE_ROOT), os.environ.get("PYTHONPATH", "")]))
    # A session of its own: an interrupted notebook cell or Ctrl-C must reach the program under test, not the shop.
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module; nothing passes a shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=os.environ | {"PYTHONPATH": path},
        start_new_session=True,
    )


def _ready_line(process: subprocess.Popen[bytes], errors: Path) -> dict[str, object]:
    """The one line that the shop prints; it listens by then, so nobody has to try and sleep.

    Raises:
        ShopError: It ended, or stayed silent too long.
    """
    output = process.stdout
    if output is None:
        message = "the shop's stdout is not a pipe"
        raise ShopError(message)
    line = b""
    deadline = time.monotonic() + _START_SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            remaining = deadline - time.monotonic()
            chunk = os.read(output.fileno(), 4096) if remaining > 0 and selector.select(remaining) else b""
            if not chunk:
                said = errors.read_text(errors="replace").strip() or f"nothing in {_START_SECONDS:g} s"
                message = f"the shop did not start; it said: {said}"
                raise ShopError(message)
            line += chunk
    ready: dict[str, object] = json.loads(line)
    return ready


def _end(process: subprocess.Popen[bytes]) -> int:
    """Ask the process to end, kill it if it does not, and wait until it is gone; gives its exit code."""
    process.terminate()
    try:
        return process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
