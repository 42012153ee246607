"""Stepping along a trace in a terminal: a letter a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from workbench._errors import UsageError

if TYPE_CHECKING:
    from workbench.cli.output import Output
    from workbench.recording import Trace

__all__ = ["Stepper", "show_stop"]

_HELP: Final = """\
n step · p back · N, P next, previous stop of the same step · g N go to stop N
b PLACE breakpoint (flows.py:43, 43, a step, event or function; `b PLACE if EXPR`) · b lists them · B forgets them
c go on to the next breakpoint · rc back to the one before · / TEXT search
e EXPR value here · w EXPR watch at every stop · v NAME history of a variable · s branches side by side
l lines on, off · d Python's debugger here · o source, as recorded and now · q quit"""
_MOST: Final = 20
"""Rows of a search or history; the rest is counted."""


def show_stop(trace: Trace, output: Output) -> None:
    """The stop at the cursor: its source, its locals, what changed."""
    line, *shown = repr(trace.stop).splitlines()
    output.line("\n".join([line, *trace.excerpt(), *shown]))


class Stepper:
    """A person at a terminal and a trace.

    Args:
        trace: The trace.
        output: Where answers go.
    """

    def __init__(self, trace: Trace, output: Output) -> None:
        self.trace = trace
        self._output = output
        self._commands: dict[str, Callable[[str], None]] = {
            "n": self._step, "p": self._back, "N": self._next_same, "P": self._previous_same, "g": self._go,
            "b": self._break, "B": self._forget, "c": self._continue, "rc": self._continue_back, "/": self._search,
            "e": self._eval, "w": self._watch, "v": self._history, "s": self._branches, "l": self._lines,
            "d": self._debug, "o": self._source, "?": self._help,
        }  # fmt: skip

    def run(self) -> None:
        """Until `q` or the end of input."""
        show_stop(self.trace, self._output)
        while True:
            try:
                text = input(f"[{self.trace.cursor}/{len(self.trace) - 1}] n p g b c e w v / ? q > ").strip() or "n"
            except EOFError:
                return
            if text == "q":
                return
            self.obey(text)

    def obey(self, text: str) -> None:
        """Carry out one line.

        Args:
            text: A command and what it is about.
        """
        word, _, rest = ("/", "", text[1:]) if text.startswith("/") else text.partition(" ")
        command = self._commands.get(word)
        try:
            if command is None:
                self._output.line(f"{word!r} is no command; ? lists them")
            else:
                command(rest.strip())
        except UsageError as error:
            self._output.line(error)

    # --- moving ---------------------------------------------------------------------------------------------

    def _step(self, _: str) -> None:
        self.trace.step()
        show_stop(self.trace, self._output)

    def _back(self, _: str) -> None:
        self.trace.back()
        show_stop(self.trace, self._output)

    def _next_same(self, _: str) -> None:
        self.trace.run_to(step=self._name())
        show_stop(self.trace, self._output)

    def _previous_same(self, _: str) -> None:
        self.trace.run_back(step=self._name())
        show_stop(self.trace, self._output)

    def _name(self) -> str:
        if not self.trace.stop.name:
            raise UsageError("this stop belongs to no step", hint="n to step on")
        return self.trace.stop.name

    def _go(self, where: str) -> None:
        try:
            index = int(where)
        except ValueError:
            raise UsageError("go where?", hint=f"g 0 to g {len(self.trace) - 1}") from None
        self.trace.goto(index)
        show_stop(self.trace, self._output)

    def _break(self, where: str) -> None:
        if where:
            place, _, condition = where.partition(" if ")
            set_here = self.trace.break_at(place.strip(), **({"condition": condition} if condition else {}))
            self._output.line(f"breakpoint: {set_here}")
        else:
            self._output.line("\n".join(map(str, self.trace.breakpoints)) or "no breakpoint is set; b PLACE sets one")

    def _forget(self, _: str) -> None:
        self.trace.breakpoints.clear()
        self._output.line("no breakpoint is set")

    def _continue(self, _: str) -> None:
        self.trace.run_to() if self.trace.breakpoints else self.trace.goto(-1)
        show_stop(self.trace, self._output)

    def _continue_back(self, _: str) -> None:
        self.trace.run_back() if self.trace.breakpoints else self.trace.goto(0)
        show_stop(self.trace, self._output)

    def _lines(self, _: str) -> None:
        on = not self.trace.follows_lines
        self.trace = self.trace.with_lines(on=on)
        self._output.line(f"lines {'on' if on else 'off'}: {len(self.trace)} stops")
        show_stop(self.trace, self._output)

    # --- looking --------------------------------------------------------------------------------------------

    def _search(self, text: str) -> None:
        found = self.trace.find(text)
        lines = [str(stop) for stop in found[:_MOST]]
        lines += [f"… {len(found) - _MOST} more"] if len(found) > _MOST else []
        self._output.line("\n".join(lines) or f"no stop shows {text!r}")

    def _eval(self, expression: str) -> None:
        from workbench.replay import safe_repr

        self._output.line(safe_repr(self.trace.eval(expression)))

    def _watch(self, expression: str) -> None:
        seen = self.trace.watch(expression)
        self._output.table(seen.loc[seen["changed"], ["index", "event", "line", "value"]].head(_MOST))
        errors = seen.loc[seen["error"] != "", "error"]
        if len(errors) == len(seen) and len(seen):
            self._output.line(errors.iloc[0])

    def _history(self, name: str) -> None:
        changes = self.trace.history_of(name)
        self._output.table(changes.head(_MOST))

    def _branches(self, _: str) -> None:
        self._output.line(self.trace.branches())

    def _debug(self, _: str) -> None:
        self.trace.pdb()

    def _source(self, _: str) -> None:
        self._output.line(self.trace.source())

    def _help(self, _: str) -> None:
        self._output.line(_HELP)
