"""Fixtures that drive a real JupyterLab in a headless Chromium.

One server and one browser per test process, both on this machine only and both with folders of their own, so
that no test sees the settings of the person who runs it. Tests that use them carry the marker `browser`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 60


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address and the folder that it serves."""

    url: str
    root: Path


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab on loopback that serves an empty folder."""
    home = tmp_path_factory.mktemp("jupyterlab")
    root = home / "root"
    root.mkdir()
    notifications = home / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    notifications.parent.mkdir(parents=True)
    notifications.write_text('{"fetchNews": "false"}')
    served = Lab(f"http://127.0.0.1:{_free_port()}", root)
    transcript = home / "server.txt"
    with transcript.open("wb") as out:
        server = subprocess.Popen(_command(served), stdout=out, stderr=subprocess.STDOUT, env=_environment(home))
    try:
        _wait_for(served, server, transcript)
        yield served
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's Chromium, headless.

    Not for the session: as long as Playwright is started, an event loop runs in this thread, and tests of other
    modules that start one of their own would fail.
    """
    if CHROMIUM is None:
        pytest.skip("no Chromium found: install Debian's `chromium`, or name one in the variable CHROMIUM")
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright comes with the extra `test`")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page; the test fails at its end if a script on the page raised."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors


@pytest.fixture
def artefacts(tmp_path: Path) -> Path:
    """Where a test leaves screenshots for a person: the folder WORKBENCH_SCREENSHOTS, else the test's own."""
    folder = Path(os.environ.get("WORKBENCH_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def open_lab(page: Page, lab: Lab, path: str = "") -> None:
    """Show JupyterLab with a reset layout, and the file at `path` if one is given."""
    page.goto(f"{lab.url}/lab/tree/{path}?reset" if path else f"{lab.url}/lab?reset")
    page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=60_000)
    page.wait_for_selector("#jp-main-dock-panel")


def show_folder(page: Page, lab: Lab, folder: str) -> None:
    """Show JupyterLab with a folder in its file browser, once a recording is listed there."""
    open_lab(page, lab)
    page.evaluate(
        "path => window.jupyterapp.commands.execute('filebrowser:go-to-path', {path, dontShowBrowser: false})", folder
    )
    page.locator(".jp-DirListing-item[data-file-type=wlog]").first.wait_for()


def hide_server_extension(page: Page, lab: Lab) -> None:
    """Have the page find a server that knows nothing of our routes: what it asks goes where there are none."""
    page.route(
        f"{lab.url}/durable-workbench/**",
        lambda route: route.continue_(url=route.request.url.replace("/durable-workbench/", "/not-installed/")),
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _command(lab: Lab) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        f"--port={lab.url.rpartition(':')[2]}",
        f"--ServerApp.root_dir={lab.root}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",
    ]


def _environment(home: Path) -> dict[str, str]:
    return os.environ | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
    }


def _wait_for(lab: Lab, server: subprocess.Popen[bytes], transcript: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{lab.url}/api", timeout=1).close()  # noqa: S310 - our own server
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"JupyterLab did not start:\n{transcript.read_text(errors='replace')}")
