"""How questions and answers travel, and what of the app's state a host keeps."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

__all__ = ["AskMessage", "Failure", "ReplyMessage", "ViewState"]


class AskMessage(TypedDict):
    """Browser to Python.

    Attributes:
        id: Number of the question, given back with its answer.
        question: The question.
    """

    id: int
    question: dict[str, Any]


class Failure(TypedDict):
    """Why there is no answer.

    Attributes:
        name: Class of the error, as in `workbench.errors`: `UnsafeError`; `InternalError` for a fault of ours.
        message: What happened.
        hint: What to do next; `""` for nothing.
        objections: `UnsafeError`: ids of what is not accepted.
    """

    name: str
    message: str
    hint: str
    objections: NotRequired[list[str]]


class ReplyMessage(TypedDict):
    """Python to browser, with the buffers of the answer; `body` or `error`.

    Attributes:
        id: Of the question.
        body: The answer.
        error: Why there is none.
    """

    id: int
    body: NotRequired[dict[str, Any]]
    error: NotRequired[Failure]


class ViewState(TypedDict):
    """What a host keeps of the app's state, in a saved notebook or in the address: synced traits of the widget.

    Attributes:
        run_id: The selected run; `""` for the list of runs.
        cursor: Number of the event at the cursor; 0 for none.
        branch: Edits of the branch that is shown, a list of `Edit` in JSON text; `""` for the recorded run.
        time: The time axis.
        panels: Sizes in pixels, and which are folded, by name of the panel: whatever the app wants to find again.
        poster: Text to show where no kernel answers: the headline and a timeline in characters. Written by Python.
    """

    run_id: str
    cursor: int
    branch: str
    time: Literal["wall", "compressed", "logical"]
    panels: dict[str, Any]
    poster: str
