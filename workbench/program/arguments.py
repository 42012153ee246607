"""Whether a call is the recorded one: compare arguments without decoding where the bytes already agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from workbench._errors import PayloadError
from workbench.journal.codec import decode, differences, same
from workbench.machine import Call, Verb
from workbench.model import History
from workbench.program.step import Invocation

__all__ = ["Arguments", "argument_differences", "plain_arguments"]

_CALL_STEP = Verb.CALL_STEP


def plain_arguments(call: Call) -> dict[str, Any]:
    """The part of a call that decides whether it is the same one, in the order in which it is encoded."""
    arguments: dict[str, Any] = call.arguments or {}
    if call.verb is Verb.CALL_STEP or call.verb is Verb.START_CHILD:
        return {"args": list(arguments["args"]), "kwargs": dict(arguments["kwargs"])}
    return dict(arguments)


class Arguments:
    """Compares recorded with asked arguments, for `Machine`.

    Args:
        history: Where the recorded ones are.
        encode: Encodes plain arguments as the recorder does, redaction included.
        encode_step: The same for steps, where the call itself does not matter.
    """

    def __init__(
        self,
        history: History,
        encode: Callable[[Call, dict[str, Any]], bytes],
        encode_step: Callable[[dict[str, Any]], bytes] | None = None,
    ) -> None:
        self._history = history
        self._encode = encode
        self._encode_step = encode_step
        self._raw: Callable[[int], bytes] | None = getattr(history.payloads, "raw", None)  # another engine has none

    def __call__(self, row: int, call: Call) -> bool:
        """Whether the recorded intent in this row has the arguments of `call`."""
        if call.verb is _CALL_STEP:  # as `plain_arguments`: most calls pass here
            arguments = call.arguments
            plain = {"args": [*arguments["args"]], "kwargs": arguments["kwargs"]}
            asked = self._encode(call, plain) if self._encode_step is None else self._encode_step(plain)
        else:
            asked = self._encode(call, plain_arguments(call))
        if self._raw is not None and self._raw(row).startswith(asked[1:], 1):
            return True  # the body of an intent begins with its arguments; only the size of the map differs
        recorded, now = _recorded(self._history, row, call), decode(asked)
        if isinstance(call.request, Invocation):
            step = call.request.step
            recorded, now = (_named(step.parameters, side) for side in (recorded, now))
            if step.uncompared:
                recorded, now = (_without(step.uncompared, side) for side in (recorded, now))
        return same(recorded, now)

    def check(self, call: Call) -> None:
        """A call whose arguments cannot be recorded is none: it fails before anything runs, and leaves no event.

        Raises:
            UnrecordableError: An argument cannot be recorded.
        """
        self._encode(call, plain_arguments(call))


def _named(parameters: Sequence[str], arguments: Any) -> Any:
    """Arguments by name, as far as there are names: `charge(7, 9)` is the call `charge(7, cents=9)`."""
    args, kwargs = arguments["args"] or [], arguments["kwargs"] or {}
    named = dict(zip(parameters, args, strict=False))
    if named.keys() & kwargs.keys():
        return arguments
    return {"args": args[len(named) :], "kwargs": {**named, **kwargs}}


def _without(names: frozenset[str], arguments: Any) -> Any:
    """Arguments without the entries of these names in keyword arguments that are mappings."""
    kwargs = {
        name: {key: part for key, part in value.items() if key not in names} if isinstance(value, dict) else value
        for name, value in arguments["kwargs"].items()
    }
    return {**arguments, "kwargs": kwargs}


def argument_differences(history: History, row: int, call: Call) -> list[tuple[str, Any, Any]]:
    """The leaves in which recorded and asked arguments differ, as `(path, recorded, asked)`."""
    from workbench.journal.codec import encode

    try:
        asked = decode(encode(plain_arguments(call)))
    except PayloadError as error:
        return [("$", "recorded arguments", str(error))]
    return differences(_recorded(history, row, call), asked)


def _recorded(history: History, row: int, call: Call) -> Any:
    body = history.payload(row)
    return {name: body.get(name) for name in plain_arguments(call)}
