"""Loading the extension: quick, whatever is installed; and a server without a folder goes on without it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.web import Application

from workbench import server

LOADS = """
import json, sys
from types import SimpleNamespace
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import Application
from workbench import server

manager = AsyncLargeFileManager(root_dir=sys.argv[1])
app = Application([], contents_manager=manager, base_url="/")
server._load_jupyter_server_extension(SimpleNamespace(web_app=app))
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_starting_a_server_loads_nothing_that_reads_recordings(tmp_path: Any) -> None:
    done = subprocess.run([sys.executable, "-c", LOADS, str(tmp_path)], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "jupyter_server" in loaded
    assert loaded.isdisjoint({"pandas", "numpy", "pyarrow", "plotly", "anywidget", "ipywidgets"})


def test_jupyter_finds_its_entrance() -> None:
    assert server._jupyter_server_extension_points() == [{"module": "workbench.server"}]


def test_a_server_whose_files_lie_in_no_folder_goes_on_without(caplog: pytest.LogCaptureFixture) -> None:
    app: Any = SimpleNamespace(
        web_app=Application([], contents_manager=object(), base_url="/"), log=logging.getLogger()
    )
    server._load_jupyter_server_extension(app)
    assert "adds no routes" in caplog.text
