"""`workbench lab`."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workbench._errors import MissingDependencyError

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["Lab"]


class Lab:
    """Open a recording in JupyterLab, in a post-mortem notebook written for it.

    Without a recording the demo makes one first.
    """

    name = "lab"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """A recording, and options for JupyterLab."""
        parser.add_argument(
            "where", nargs="?", type=Path, metavar="RECORDING", help="a .wlog file; the demo by default"
        )
        parser.add_argument("--no-open", action="store_true", help="write the notebook and stop")
        parser.add_argument(
            "--jupyter", action="append", default=[], metavar="OPTION", help="passed on, e.g. --jupyter=--no-browser"
        )

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Write the notebook and become JupyterLab."""
        from workbench.views.post_mortem import write_post_mortem

        log = options.where or _demo_recording(output)
        notebook = write_post_mortem(log)
        output.line(f"notebook: {notebook}")
        if options.no_open:
            return 0
        if importlib.util.find_spec("jupyterlab") is None:
            hint = "pip install 'durable-workbench[notebook]'"
            raise MissingDependencyError("JupyterLab is not installed", hint=hint)
        words = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", str(notebook), *options.jupyter]
        if os.geteuid() == 0:
            words.append("--allow-root")  # in a container there is no other user; it listens on loopback only
        return os.execv(sys.executable, words)  # noqa: S606 - no shell: JupyterLab takes this process over


def _demo_recording(output: Output) -> Path:
    from workbench.simulate.demo import Demo

    log = Path("workbench-demo", "shop.wlog")
    if not log.exists():
        output.line("making a recording with the demo …")
        with Demo(log.parent) as demo:
            demo.run_worker()
    return log
