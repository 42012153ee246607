"""Any sequence of recording, crashing, going on and closing against a plain list."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.journal.logs import Fact, Pen, abandon, clocks, facts_of
from workbench.journal import LogWriter, OpenMode, open_log, open_writer


class CrashModel(RuleBasedStateMachine):
    """The model: the facts that must be there, and those that a power cut may take."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="workbench-crash-"))
        self.log = self.folder / "shop.wlog"
        self.facts: list[Fact] = []
        self.sure = 0
        self.sure_bytes = 0
        self.seed = 0
        self.pen: Pen | None = None

    @initialize()
    def begin(self) -> None:
        self._open()

    def _open(self) -> LogWriter:
        self.seed += 1
        writer = open_writer(self.log, **clocks())
        writer._flusher.stop()
        self.pen = Pen(writer, self.seed)
        self._synced()
        return writer

    def _synced(self) -> None:
        self.sure, self.sure_bytes = len(self.facts), self.log.stat().st_size

    @property
    def writer(self) -> LogWriter:
        assert self.pen is not None
        return self.pen.writer

    @precondition(lambda self: self.pen is not None)
    @rule(durable=st.booleans(), size=st.integers(0, 300))
    def record(self, size: int, *, durable: bool) -> None:
        assert self.pen is not None
        self.pen.event(durable=durable, size=size)
        self.facts.append(self.pen.written[-1])
        if durable:
            self._synced()

    @precondition(lambda self: self.pen is not None)
    @rule()
    def flush(self) -> None:
        before = self.log.stat().st_size
        self.writer.mark_synced()
        self.sure, self.sure_bytes = len(self.facts), before  # the SYNC frame itself may still go with the power

    @precondition(lambda self: self.pen is not None)
    @rule()
    def close(self) -> None:
        self.writer.close()
        self._synced()
        self.pen = None

    @precondition(lambda self: self.pen is not None)
    @rule()
    def killed(self) -> None:
        abandon(self.writer)
        self.pen = None

    @precondition(lambda self: self.pen is not None)
    @rule(data=st.data())
    def power_cut(self, data: st.DataObject) -> None:
        abandon(self.writer)
        self.pen = None
        whole = self.log.read_bytes()
        cut = data.draw(st.integers(self.sure_bytes, len(whole)), label="cut")
        self.log.write_bytes(whole[:cut])
        left = facts_of(open_log(self.log).history)
        assert self.sure <= len(left)
        assert left == self.facts[: len(left)]
        self.facts = left

    @precondition(lambda self: self.pen is None)
    @rule()
    def go_on(self) -> None:
        self._open()

    @invariant()
    def the_log_is_the_list(self) -> None:
        if not self.log.exists():
            return
        opened = open_log(self.log, OpenMode.TAIL)
        assert facts_of(opened.history) == self.facts
        assert opened.report.writer_alive == (self.pen is not None)
        assert not opened.report.rotten

    def teardown(self) -> None:
        if self.pen is not None:
            abandon(self.writer)
        shutil.rmtree(self.folder)


TestCrashModel = CrashModel.TestCase
