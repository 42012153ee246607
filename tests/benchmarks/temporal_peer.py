"""temporalio's own `Replayer` on the workflow of `ours.flow`: activities one after the other, no server.

The history is made here as the server would have written it: six events per activity (three of it, three of the
workflow task that its result wakes).
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.benchmarks.sides import Figures

__all__ = ["temporal_history", "temporal_replay"]

_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def temporal_replay(activities: int) -> Figures:
    """Replay so many activities, in the fastest way that temporalio has: no sandbox."""
    from temporalio.client import WorkflowHistory
    from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

    from tests.benchmarks.temporal_flow import Flow

    history = WorkflowHistory.from_json("flow", temporal_history(activities))
    replayer = Replayer(workflows=[Flow], workflow_runner=UnsandboxedWorkflowRunner())

    async def replay() -> None:
        result = await replayer.replay_workflow(history)
        assert result.replay_failure is None

    start = time.perf_counter()
    asyncio.run(replay())
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "per_second": activities / seconds}


def temporal_history(activities: int) -> str:
    """The history of a run of `activities` activities, as JSON."""
    events: list[dict[str, Any]] = []

    def event(kind: str, **attributes: Any) -> str:
        number = len(events) + 1
        when = _BEGAN + timedelta(milliseconds=number)
        name = "".join(word.capitalize() for word in kind.split("_"))
        field = name[0].lower() + name[1:] + "EventAttributes"
        at = when.isoformat().replace("+00:00", "Z")
        events.append({"eventId": str(number), "eventTime": at, "eventType": f"EVENT_TYPE_{kind}", field: attributes})
        return str(number)

    def task() -> str:
        scheduled = event("WORKFLOW_TASK_SCHEDULED", taskQueue={"name": "queue"})
        started = event("WORKFLOW_TASK_STARTED", scheduledEventId=scheduled)
        return event("WORKFLOW_TASK_COMPLETED", scheduledEventId=scheduled, startedEventId=started)

    event(
        "WORKFLOW_EXECUTION_STARTED", workflowType={"name": "Flow"}, taskQueue={"name": "queue"},
        input=_payloads(activities), originalExecutionRunId="run", firstExecutionRunId="run", attempt=1,
        workflowId="flow", workflowTaskTimeout="10s",
    )  # fmt: skip
    woken = task()
    for number in range(activities):
        scheduled = event(
            "ACTIVITY_TASK_SCHEDULED", activityId=str(number + 1), activityType={"name": "look"},
            taskQueue={"name": "queue"}, input=_payloads("order-42", number), startToCloseTimeout="60s",
            workflowTaskCompletedEventId=woken,
        )  # fmt: skip
        started = event("ACTIVITY_TASK_STARTED", scheduledEventId=scheduled, attempt=1)
        result = _payloads({"order": "order-42", "amount": number, "currency": "EUR"})
        event("ACTIVITY_TASK_COMPLETED", scheduledEventId=scheduled, startedEventId=started, result=result)
        woken = task()
    event("WORKFLOW_EXECUTION_COMPLETED", workflowTaskCompletedEventId=woken, result=_payloads(activities))
    return json.dumps({"events": events})


def _payloads(*values: Any) -> dict[str, Any]:
    encoding = base64.b64encode(b"json/plain").decode()
    return {
        "payloads": [
            {"metadata": {"encoding": encoding}, "data": base64.b64encode(json.dumps(value).encode()).decode()}
            for value in values
        ]
    }
