"""`workbench demo`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workbench._errors import UsageError

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["DemoCommand"]

_CRASHES = ["after-charge", "in-charge", "never"]


class DemoCommand:
    """Make a real incident: a checkout over five HTTP services, killed between charge and subscription.

    Starts a shop on loopback, runs a checkout in another process, kills it with SIGKILL, and shows what the
    recording says. With --resume the run then goes on and completes.
    """

    name = "demo"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Where, how to die, and whether to go on."""
        parser.add_argument("folder", nargs="?", type=Path, default=Path("workbench-demo"), metavar="FOLDER")
        parser.add_argument("--crash-at", choices=_CRASHES, default="after-charge", help="when the worker is killed")
        parser.add_argument("--resume", action="store_true", help="afterwards, go on with the run")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Run the demo and look at its recording."""
        from workbench.simulate.demo import Demo

        log = options.folder / "shop.wlog"
        if log.exists():
            raise UsageError(f"{log} exists already", hint="choose another folder; recordings are never overwritten")
        with Demo(options.folder, crash_at=options.crash_at) as demo:
            code = demo.run_worker()
            output.line(f"The worker ended with exit code {code}{' (SIGKILL)' if code == -9 else ''}.")  # noqa: PLR2004 - killed by signal 9
            _truth(demo.truth(), output)
            _look(log, output)
            if options.resume:
                policy = "probe" if options.crash_at == "in-charge" else "stop"
                output.line(f"\nResuming: {demo.resume(in_doubt=policy)}")
                _truth(demo.truth(), output)
        output.line(f"\nRecording: {log}")
        output.line(f"  next: workbench replay {log}    workbench verdict {log}    workbench lab {log}")
        return 0


def _truth(truth: dict[str, int], output: Output) -> None:
    output.line(
        f"The shop's books: {truth['charged_cents'] / 100:,.2f} EUR charged, {truth['extensions']} extension(s)."
    )


def _look(log: Path, output: Output) -> None:
    from workbench.recording import open_recording

    run = open_recording(log).run()
    output.line(f"\n{run.summary()}\n")
    output.line(run.terminal_timeline(width=output.width))
    output.line(f"\n{run.verdict().text()}")
    trace = run.replay()
    output.line(f"\nReplay: {trace.outcome}")
