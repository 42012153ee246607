"""The workflow of `temporal_peer`, in a module of its own: it needs temporalio when it is loaded."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

__all__ = ["Flow"]


@workflow.defn(name="Flow", sandboxed=False)
class Flow:
    """`ours.flow`, for Temporal."""

    @workflow.run
    async def run(self, times: int) -> int:
        for number in range(times):
            await workflow.execute_activity(
                "look", args=["order-42", number], start_to_close_timeout=timedelta(seconds=60)
            )
        return times
