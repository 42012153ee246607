"""The state of a step against the truth: every sequence of attempts, every way it can really have been."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests.story import StepStory, Story
from workbench.analysis import State, StepFacts, read_facts

ATTEMPTS = ("died", "retried definite", "retried indefinite", "denied")
ENDINGS = ("", "completed", "failed definite", "failed indefinite", "cancelled", "happened")
SETTLED = ("", "it did", "it did not")


def tell(step: StepStory, word: str) -> None:
    """Add one attempt to the story."""
    if word == "died":
        step.started().died()
    elif word == "denied":
        step.started().resolved(happened=False)
    elif word == "happened":
        step.started().resolved(happened=True, result=1)
    elif word in SETTLED:
        step.resolved(happened=word == "it did", result=1)
    elif word == "completed":
        step.completed(1)
    elif word == "cancelled":
        step.cancelled()
    elif word.startswith("failed"):
        step.failed("Oops", definite=word.endswith(" definite"))
    elif word.startswith("retried"):
        step.attempt_failed("Oops", definite=word.endswith(" definite"))


def truths(words: tuple[str, ...]) -> Iterator[int]:
    """How often the step can really have acted, once per way in which it can have been."""
    unsure = {"died", "retried indefinite", "failed indefinite", "cancelled"}
    for acted in itertools.product((0, 1), repeat=len(words)):
        total, possible = 0, True
        for word, did in zip(words, acted, strict=True):
            if word == "denied":
                total, possible = 0, possible and not did  # neither this attempt nor the ones before
            elif word == "happened":
                total, possible = 1, possible and did == 1  # the person has looked: once
            elif word in SETTLED:
                total, possible = int(word == "it did"), possible and not did  # no attempt, only a look
            else:
                possible &= word in unsure or did == (word == "completed")
                total += did
        if possible:
            yield total


def facts_of(words: tuple[str, ...], kind: str = "write") -> StepFacts:
    story = Story()
    step = story.run("r").step("act", kind=kind)
    for word in words:
        tell(step, word)
    (facts,) = read_facts(story.history(), "r").steps
    return facts


# nobody asks about what has a result
QUESTIONS = [
    case for case in itertools.product(ENDINGS, SETTLED) if case[0] not in {"completed", "happened"} or not case[1]
]


@pytest.mark.parametrize(("ending", "settled"), QUESTIONS)
@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_state_is_what_all_possible_truths_share(count: int, ending: str, settled: str) -> None:
    for attempts in itertools.product(ATTEMPTS, repeat=count):
        words = tuple(word for word in (*attempts, ending, settled) if word)
        if not words or words[0] in SETTLED:
            continue
        acted = set(truths(words))
        facts = facts_of(words)
        if acted == {0}:
            assert facts.state in {State.NOT_STARTED, State.FAILED}, words
        elif 0 in acted:
            assert facts.state is State.IN_DOUBT, words
        else:
            assert facts.state is State.COMMITTED, words
            assert facts.repeated == (max(acted) > 1), words
        assert facts.answered == (ending != "" or settled == "it did"), words
        told_otherwise = ending.startswith(("failed", "cancelled"))
        assert facts.contradicted == (told_otherwise and settled == "it did"), words


@pytest.mark.parametrize("kind", ["pure", "read"])
def test_what_only_looks_is_never_in_doubt_after_an_outcome(kind: str) -> None:
    assert facts_of(("died", "failed indefinite"), kind).state is State.FAILED
    assert facts_of(("retried indefinite", "completed"), kind).state is State.COMMITTED
    assert not facts_of(("died", "completed"), kind).repeated
    assert facts_of(("died",), kind).state is State.IN_DOUBT


def test_attempts_that_are_not_in_the_log_may_have_acted() -> None:
    story = Story(engine="temporal")
    run = story.run("r")
    run.step("mail").started(attempt=3).completed()
    run.step("charge").started(attempt=2).failed("Declined", definite=True)
    mail, charge = read_facts(story.history(), "r").steps
    assert (mail.state, mail.repeated, mail.attempts) == (State.COMMITTED, True, 3)
    assert charge.state is State.IN_DOUBT
    assert "earlier attempts are not in the log" in charge.assumed


def test_a_cancelled_read_has_no_outcome() -> None:
    assert facts_of(("cancelled",), "read").state is State.IN_DOUBT
