"""What people and supervisors do with a run that was interrupted, or failed, when nobody asks for a verdict.

- `resume`: go on where the log ends. The recorder itself stops at a step in doubt that must not repeat.
- `rerun`: start the same thing again, as a new run.
- `retry`: whatever has no good outcome is taken for not done and done again, as engines do that promise "at least
  once".
"""

from __future__ import annotations

from workbench.analysis import RunFacts, State, read_facts
from workbench.analysis.doubts import doubts_of
from workbench.journal import open_log
from workbench.model import ENDINGS, History
from workbench.recorder import Recorder
from workbench.simulate.design import RUN, Durable, Policy
from workbench.simulate.world import World

__all__ = ["NAIVE", "rerun", "resume", "retry"]


def resume(design: Durable, world: World) -> str:
    """Go on where the log ends; a run that has ended stays as it is."""
    return design.run(world, RUN)


def rerun(design: Durable, world: World) -> str:
    """Start it again under another id, with what it began with."""
    return design.run(world, f"{RUN}~{world.life + 1}")


def retry(design: Durable, world: World) -> str:
    """What was interrupted or failed is taken for not done, and done again."""
    log = open_log(world.log)
    facts = read_facts(log.history, RUN, log.report)
    if facts.started_ns < 0:
        return design.run(world, RUN)
    with world.recorder() as recorder:
        for doubt in doubts_of(facts.steps):
            if doubt.state is State.COMPENSATION_IN_DOUBT:
                recorder.resolve_undo(RUN, doubt.seq, undone=False, by="nobody looked")
            else:
                recorder.resolve(RUN, doubt.seq, happened=False, by="nobody looked")
        _go_on(recorder, facts, log.history, design)
    return "completed"


def _go_on(recorder: Recorder, facts: RunFacts, history: History, design: Durable) -> None:
    if facts.ended_ns < 0 or not facts.error_type:
        recorder.resume(RUN, design.workflow)
        return
    columns = history.columns
    failed = [step.opened for step in facts.steps if step.state in {State.FAILED, State.IN_DOUBT}]
    ended = [row for row in history.rows_of(RUN) if columns.type[row] in ENDINGS]
    cut = columns.seq[failed[-1] if failed else ended[-1]]
    recorder.retry_from(RUN, design.workflow, cut, {"by": "nobody looked", "why": "it failed"})


NAIVE: dict[str, Policy] = {"resume": resume, "rerun": rerun, "retry": retry}
"""By name."""
