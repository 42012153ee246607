"""When to try again: backoff with jitter, and never what must not repeat."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.model import Kind

__all__ = ["NO_RETRY", "Retry"]


@dataclass(frozen=True, slots=True)
class Retry:
    """A retry policy.

    Attributes:
        max_attempts: Attempts in all, the first included.
        first_delay_seconds: Wait before the second attempt.
        backoff: Factor from one wait to the next.
        max_delay_seconds: Longest wait.
        jitter: Share of a wait that is drawn at random, 0 to 1. Full jitter keeps clients that failed together
            from coming back together (AWS Well-Architected REL05-BP03).
        never_on: Error classes that no retry mends.
    """

    max_attempts: int = 3
    first_delay_seconds: float = 0.5
    backoff: float = 2.0
    max_delay_seconds: float = 60.0
    jitter: float = 1.0
    never_on: tuple[type[BaseException], ...] = ()

    def delay_seconds(self, attempt: int, drawn: float) -> float:
        """Wait after the `attempt`-th attempt failed; `drawn` is a random number in [0, 1)."""
        try:
            full = min(self.max_delay_seconds, self.first_delay_seconds * self.backoff ** (attempt - 1))
        except OverflowError:  # after some thousand attempts
            full = self.max_delay_seconds
        return full * (1 - self.jitter + self.jitter * drawn)

    def allows(self, error: BaseException, attempt: int, kind: Kind, *, definite: bool) -> bool:
        """Whether to try again after this failure.

        An indefinite failure of a step that must not repeat is never retried: it may have acted.
        """
        may_repeat = kind.repeats or kind is Kind.KEYED or definite
        return attempt < self.max_attempts and may_repeat and not isinstance(error, self.never_on)


NO_RETRY = Retry(max_attempts=1)
"""The default: one attempt."""
