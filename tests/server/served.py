"""A real Jupyter Server with the extension on, over real HTTP on loopback, and who comes to it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.clock import FakeClock
from tests.recording.shop import buy
from workbench.debugger.framing import unframed
from workbench.debugger.wire import ANSWERS
from workbench.debugger.wire.shapes import misfits

__all__ = ["ROUTES", "Server", "record", "served", "server"]

ROUTES = {"ask": "POST", "workspace": "GET", "notebook": "POST"}
TOKEN = "3f0c1d"  # noqa: S105 - of a server that lives for one test module
START_SECONDS = 60
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running server: its address and the folder that it serves."""

    url: str
    root: Path

    def address(self, route: str) -> str:
        return f"{self.url}/durable-workbench/{route}"

    def send(self, method: str, route: str, body: Any = None, **options: Any) -> requests.Response:
        """Send a request with the token."""
        headers = {"Authorization": f"token {TOKEN}"}
        address = self.address(route)
        return requests.request(method, address, json=body, headers=headers, timeout=PATIENCE_SECONDS, **options)

    def ask(self, path: str, asked: str, **facts: Any) -> Any:
        """Ask, check what the wire promises, and give the body of the answer."""
        found = self.send("POST", "ask", {"path": path, "question": {"ask": asked, **facts}})
        assert found.status_code == 200, found.text
        answer = unframed(found.content)
        assert list(misfits(answer.body, ANSWERS[asked])) == []
        return answer.body

    def logged_in(self) -> requests.Session:
        """A browser in which somebody has logged in: it has the cookies, and nothing else."""
        session = requests.Session()
        session.get(f"{self.url}/login", params={"token": TOKEN}, timeout=PATIENCE_SECONDS)
        assert {name.split("-")[0] for name in session.cookies.keys()} == {"_xsrf", "username"}  # noqa: SIM118 - a jar yields cookies, not names
        return session


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a folder with one recording, `shop.wlog`, of one run, `one`."""
    with served(tmp_path_factory.mktemp("served")) as running:
        yield running


@contextmanager
def served(home: Path, *options: str) -> Generator[Server]:
    """A server that serves `home/root`; ended by its own process id."""
    root = home / "root"
    root.mkdir(exist_ok=True)
    record(root / "shop.wlog", "one")
    running = Server(f"http://127.0.0.1:{_free_port()}/here", root)
    transcript = home / "server.txt"
    with transcript.open("wb") as out:
        command = [*_command(running), *options]
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=_environment(home))
    try:
        _wait_for(running, process, transcript)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def record(path: Path, run_id: str) -> Path:
    """Record a run of the shop."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FakeClock().recorder(path) as recorder:
        recorder.run(buy, ["book"], id=run_id)
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _command(server: Server) -> list[str]:
    _, _, where = server.url.rpartition(":")
    return [
        *(sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        f"--port={where.partition('/')[0]}",
        "--ServerApp.port_retries=0",
        "--ServerApp.base_url=/here/",
        f"--ServerApp.root_dir={server.root}",
        "--ServerApp.jpserver_extensions={'workbench.server': True}",
        "--ServerApp.allow_unauthenticated_access=False",
        f"--IdentityProvider.token={TOKEN}",
    ]


def _environment(home: Path) -> dict[str, str]:
    here = Path(__file__).parents[2]
    return os.environ | {
        "JUPYTER_NO_CONFIG": "1",  # this extension alone, whatever is installed
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(here), os.environ.get("PYTHONPATH", "")])),
    }


def _wait_for(server: Server, process: subprocess.Popen[bytes], transcript: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(f"{server.url}/api", timeout=1)
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the server did not start:\n{transcript.read_text(errors='replace')}")
