"""The demo: a real HTTP shop in one process, a checkout in another, and `kill -9` between charge and delivery."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from workbench._errors import LogError, UsageError
from workbench.journal import open_log
from workbench.model import EventType
from workbench.recorder import Recorder
from workbench.simulate.checkout import SHOP_VARIABLE, Receipt, checkout
from workbench.simulate.faults import FaultKind, FaultPlan, FaultRule
from workbench.simulate.ledger import LedgerEntry, charged_cents, extensions
from workbench.simulate.process import RunningShop, running_shop

__all__ = ["CrashAt", "Demo"]

_POLL_SECONDS = 0.02
_PATIENCE_SECONDS = 60.0


class CrashAt(StrEnum):
    """Where the worker is killed."""

    AFTER_CHARGE = "after-charge"
    """The charge is on record, the subscription was not reached. The default."""
    IN_CHARGE = "in-charge"
    """The provider has charged, its answer is on the way: the charge is in doubt."""
    NEVER = "never"
    """Not at all."""


class Demo:
    """A shop, and a worker that dies. The shop runs between `start` and `stop`, or inside a `with` block.

    Args:
        folder: Where log and ledger are written; created when absent.
        order: Order number, also the run id.
        crash_at: Where the worker is killed.
        token_lifetime_seconds: How long the shop's tokens live.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        order: str = "order-42",
        crash_at: CrashAt | str = CrashAt.AFTER_CHARGE,
        token_lifetime_seconds: float = 900,
    ) -> None:
        self.folder = Path(folder)
        self.order = order
        self.crash_at = CrashAt(crash_at)
        self.log = self.folder / "shop.wlog"
        self._lifetime = token_lifetime_seconds
        self._stack = ExitStack()
        self._shop: RunningShop | None = None
        self._before: str | None = None

    # --- the shop -------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Start the shop; it runs until `stop`, or until this process ends."""
        self.folder.mkdir(parents=True, exist_ok=True)
        rules: list[FaultRule] = []
        if self.crash_at is CrashAt.IN_CHARGE:
            rules.append(
                FaultRule(service="payment", kind=FaultKind.HOLD_REPLY, method="POST", path_contains="/charges")
            )
        options: dict[str, Any] = {"faults": FaultPlan(tuple(rules)), "token_lifetime_seconds": self._lifetime}
        self._shop = self._stack.enter_context(running_shop(self.folder, **options))
        self._before = os.environ.get(SHOP_VARIABLE)
        os.environ[SHOP_VARIABLE] = self._shop.url
        return self

    def stop(self) -> None:
        """Stop the shop."""
        if self._before is None:
            os.environ.pop(SHOP_VARIABLE, None)
        else:
            os.environ[SHOP_VARIABLE] = self._before
        self._stack.close()

    def __enter__(self) -> Self:
        """Start the shop."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the shop."""
        self.stop()

    @property
    def shop(self) -> RunningShop:
        """The running shop.

        Raises:
            UsageError: The demo was not entered.
        """
        if self._shop is None:
            raise UsageError("the demo's shop is not running", hint="with Demo(folder) as demo: …")
        return self._shop

    # --- the worker -----------------------------------------------------------------------------------------

    def run_worker(self) -> int:
        """Run the checkout in a process of its own and kill it as planned.

        Returns:
            The worker's exit code; -9 when it was killed.

        Raises:
            UsageError: The worker ended, or hung, before it could be killed.
        """
        command = [sys.executable, "-m", "workbench.simulate.worker", str(self.log), self.order]
        errors = self.folder / "worker.stderr"
        with errors.open("w") as stderr:
            worker = subprocess.Popen(  # noqa: S603 - our own module
                command, stdout=subprocess.DEVNULL, stderr=stderr, env=os.environ | {SHOP_VARIABLE: self.shop.url}
            )
        try:
            if self.crash_at is CrashAt.IN_CHARGE:
                self._until(lambda: bool(self.shop.held(at_least=1, timeout_seconds=_POLL_SECONDS)), worker)
                worker.kill()
            elif self.crash_at is CrashAt.AFTER_CHARGE:
                self._until(self._charged, worker)
                worker.kill()
            code = worker.wait(_PATIENCE_SECONDS)
        finally:
            if worker.poll() is None:
                worker.kill()
                worker.wait()
        if self.crash_at is CrashAt.IN_CHARGE:
            self.shop.release()
        return code

    def resume(self, **options: Any) -> Receipt:
        """Go on with the interrupted checkout in this process."""
        with Recorder(self.log) as recorder:
            receipt: Receipt = recorder.resume(self.order, checkout, **options)
        return receipt

    def _charged(self) -> bool:
        """The log says that the charge came back and the settlement wait began."""
        try:
            history = open_log(self.log).history
        except LogError:
            return False  # the worker has not begun to write
        return EventType.TimerStarted in set(history.columns.type)

    def _until(self, ready: Callable[[], bool], worker: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not ready():
            if worker.poll() is not None or time.monotonic() > deadline:
                text = (self.folder / "worker.stderr").read_text()
                raise UsageError(f"the demo's worker ended before it could be killed:\n{text}")
            time.sleep(_POLL_SECONDS)

    # --- the truth ------------------------------------------------------------------------------------------

    def ledger(self) -> list[LedgerEntry]:
        """What really happened, by the shop's own books."""
        return self.shop.ledger()

    def truth(self) -> dict[str, int]:
        """Cents charged for the order, and how often the customer's subscription was extended."""
        entries = self.ledger()
        return {
            "charged_cents": charged_cents(entries, self.order),
            "extensions": len(extensions(entries, "ada")),
        }
