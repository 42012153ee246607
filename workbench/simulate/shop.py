"""The shop as a process: `python -m workbench.simulate.shop --folder DIR`.

Prints one JSON line `{"url", "pid", "control", "ledger", "torn_bytes"}` when it is ready and nothing else, writes
`DIR/ledger.jsonl`, and may be killed at any moment: started in the same folder again it is the shop that it was.
It ends on SIGTERM, on SIGINT, and when the process that started it is gone, so that no crashed test leaves it
behind.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench._errors import UsageError, WorkbenchError
from workbench.simulate.control import Control
from workbench.simulate.faults import FaultPlan
from workbench.simulate.holds import Holds
from workbench.simulate.ledger import Ledger
from workbench.simulate.server import ShopServer
from workbench.simulate.services import Knobs, Purchase, Setting, Shop, Switch

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LEDGER_NAME", "main"]

LEDGER_NAME = "ledger.jsonl"
_SECRET_NAME = "token.secret"  # noqa: S105 - the name of a file
_SECRET_BYTES = 32
_OPENED_NAME = "opened"
_PARENT_POLL_SECONDS = 0.1
_USAGE_EXIT_CODE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop.

    Returns:
        0 after a clean stop, 2 when the shop could not start; then stderr has one clear line.
    """
    options = _parser().parse_args(arguments)
    try:
        knobs = _knobs(options)
        plan = FaultPlan.parse(options.faults)
        folder = Path(options.folder)
        folder.mkdir(parents=True, exist_ok=True)
        with Ledger(folder / LEDGER_NAME) as ledger:
            setting = Setting(ledger, time.time_ns, _token_secret(folder), knobs, _opened_ns(folder))
            _serve(Shop(setting), ledger, plan, options.parent)
    except (WorkbenchError, OSError) as error:
        sys.stderr.write(f"shop: {error}\n")
        return _USAGE_EXIT_CODE
    return 0


def _parser() -> argparse.ArgumentParser:
    knobs = Knobs()
    parser = argparse.ArgumentParser(
        prog="python -m workbench.simulate.shop", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--folder", required=True, help="where ledger.jsonl is, or will be")
    parser.add_argument("--faults", default="[]", metavar="JSON", help="a list of fault rules")
    parser.add_argument("--token-lifetime", type=int, default=knobs.token_lifetime_seconds, metavar="SECONDS")
    parser.add_argument("--key-lifetime", type=int, default=knobs.key_lifetime_seconds, metavar="SECONDS")
    parser.add_argument("--stock", default=json.dumps(dict(knobs.stock)), metavar="JSON", help='{"sku": quantity}')
    parser.add_argument("--knobs", default="{}", metavar="JSON", help=f"an object of {', '.join(_MORE)}")
    parser.add_argument("--seed", type=int, default=knobs.seed, metavar="N", help="goes into every id")
    parser.add_argument(
        "--parent", type=int, default=os.getppid(), metavar="PID", help="end when this is not our parent"
    )
    return parser


def _knobs(options: argparse.Namespace) -> Knobs:
    """The knobs of the command line.

    Raises:
        UsageError: A lifetime or the stock makes no sense.
    """
    if min(options.token_lifetime, options.key_lifetime) < 1:
        message = "a lifetime must be at least 1 second"
        raise UsageError(message)
    try:
        stock = json.loads(options.stock)
    except ValueError as error:
        message = f"--stock is not JSON: {error}"
        raise UsageError(message) from error
    if not isinstance(stock, dict) or not all(type(count) is int and count >= 0 for count in stock.values()):
        message = '--stock must be a JSON object of whole numbers, for example {"sku-7": 3}'
        raise UsageError(message)
    return Knobs(
        token_lifetime_seconds=options.token_lifetime,
        key_lifetime_seconds=options.key_lifetime,
        seed=options.seed,
        stock=stock,
        **_more_knobs(options.knobs),
    )


def _more_knobs(text: str) -> dict[str, Any]:
    """Knobs that have no option of their own.

    Raises:
        UsageError: It is no JSON object of them.
    """
    try:
        found = {name: _MORE[name](value) for name, value in json.loads(text).items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"--knobs must be a JSON object of {', '.join(_MORE)}: {type(error).__name__}: {error}"
        raise UsageError(
            message, hint='for example {"purchases": [[60, "sku-7"]], "charge_errors": {"1": 500}}'
        ) from error
    return found


_MORE: dict[str, Callable[[Any], Any]] = {
    "purchases": lambda rows: tuple(sorted(Purchase(*row) for row in rows)),
    "flags": dict,
    "switches": lambda rows: tuple(sorted(Switch(*row) for row in rows)),
    "charge_errors": lambda by_number: {int(number): int(status) for number, status in by_number.items()},
    "caches_errors": bool,
}


def _serve(shop: Shop, ledger: Ledger, plan: FaultPlan, parent: int) -> None:
    """Answer requests until a signal comes or the parent is gone."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    holds = Holds()
    control_secret = secrets.token_hex(16)
    with ShopServer(shop, Control(control_secret, ledger, holds, plan), holds) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        ready = {"url": server.url, "pid": os.getpid(), "control": control_secret}
        ready |= {"ledger": str(ledger.path), "torn_bytes": ledger.torn_bytes}
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        # Polling sees a parent that died before we could have asked to be told, and a signal ends the wait at once.
        while not stopping.wait(_PARENT_POLL_SECONDS) and os.getppid() == parent:
            pass
        holds.stop()
        server.shutdown()


def _opened_ns(folder: Path) -> int:
    """When this shop opened for the first time: what others do is counted from then, over a restart, too."""
    path = folder / _OPENED_NAME
    if not path.exists():
        scratch = path.with_suffix(".new")  # as the secret
        scratch.write_text(str(time.time_ns()))
        scratch.replace(path)
    return int(path.read_text())


def _token_secret(folder: Path) -> bytes:
    """The key that signs this shop's tokens; kept, so that a token outlives a restart of the issuer."""
    path = folder / _SECRET_NAME
    if not path.exists():
        # Written beside and renamed: a kill in between must not leave half a secret. The ledger's lock, which the
        # caller holds, keeps a second shop out of the folder.
        scratch = path.with_suffix(".new")
        scratch.touch(mode=0o600)
        scratch.write_bytes(secrets.token_bytes(_SECRET_BYTES))
        scratch.replace(path)
    return path.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
