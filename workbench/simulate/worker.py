"""The demo's worker process: runs one checkout and records it. `python -m workbench.simulate.worker LOG ORDER`."""

from __future__ import annotations

import argparse
import sys

from workbench.recorder import Recorder
from workbench.simulate.checkout import Order, checkout

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run one checkout."""
    parser = argparse.ArgumentParser(prog="python -m workbench.simulate.worker", description=__doc__)
    parser.add_argument("log", help="recording to write")
    parser.add_argument("order", help="order number, also the run id")
    parser.add_argument("--customer", default="ada", help="who orders")
    options = parser.parse_args(arguments)
    with Recorder(options.log) as recorder:
        order = Order(options.order, options.customer)
        receipt = recorder.run(checkout, order, id=order.id, business_key=order.id)
    sys.stdout.write(f"{receipt}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
