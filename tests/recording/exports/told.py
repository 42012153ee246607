"""One log with everything that an export has to tell: retries, a recovery, a doubt, a signal, a child, an undo."""

from __future__ import annotations

import uuid
from pathlib import Path

from tests.story import Story
from workbench.engines import Loaded
from workbench.model import Declaration, EventType, Kind

__all__ = ["odd_story", "told", "told_story"]


def told_story() -> Story:
    """Run `order-42`, whose child `ship-1` completed; it ended with a step in doubt."""
    story = Story(origin="shop.wlog")
    run = story.run("order-42", business_key="42", args=["42"])
    token = run.step("log_in", kind="read").started().attempt_failed("Timeout", "no answer; try again").started()
    token.completed({"access": str(uuid.UUID(int=7))})
    run.step("reserve", kind="compensatable", args=["sku-7"]).completed({"id": "r_9"})
    run.signal("approved", {"by": "ada"})
    call = run.child("ship", "ship-1")
    child = story.run("ship-1", workflow="ship")
    child.step("book", kind="keyed", key="book/1").completed("ok")
    child.completed("shipped")
    call.completed("shipped")
    run.timer(60).fired()
    run.recovered(after_seconds=2820)
    run.compensation("reserve").completed()
    run.step("extend", kind="write", args=[str(uuid.UUID(int=7))]).failed("Refused", "401: the token has expired")
    run.step("mail", kind="write").started()
    return story


def told(story: Story | None = None) -> Loaded:
    """The log, opened."""
    story = story or told_story()
    return Loaded(story.history(), story.report(), Path(story.origin))


def odd_story(text: str) -> Story:
    """A run whose every text is `text`."""
    story = Story(origin="odd.wlog")
    run = story.run("odd", business_key=text, workflow=text, args=[text])
    run.step(text, kind="write", key=text, args=[text]).failed(text, text)
    run.event(EventType.SignalReceived, Declaration(text, Kind.PURE, kind_assumed=False), value=text)
    run.failed(text, text)
    return story
