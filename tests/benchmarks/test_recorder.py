"""What recording costs a step, beside the bare call, beside a bare synced write, and beside DBOS."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.ours import plain_calls, recorded_steps
from tests.benchmarks.peers import bare_writes, dbos_steps
from tests.benchmarks.sides import Figures, in_turn, measure
from tests.benchmarks.table import Row, Table, micros, rate

pytestmark = [pytest.mark.bench, pytest.mark.timeout(0)] if hasattr(pytest.mark, "_never") else pytest.mark.bench
