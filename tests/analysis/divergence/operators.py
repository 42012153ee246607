"""Operators: small changes of workflow code, or of what surrounds it, whose cause is known by construction.

An operator first prepares the recorded version at `SPOT` (so that there is something to change in every shape), then
makes the mutant of it. Those that change no code change what surrounds it between recording and replay.
"""

from __future__ import annotations

import ast
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType

from workbench.analysis.cause import Cause
from workbench.analysis.parsing import parse

__all__ = ["HARMLESS", "OPERATORS", "Case", "Operator", "Spot"]


@dataclass
class Spot:
    """A version of the module's tree, with the place where operators work.

    Attributes:
        tree: The module.
        shape: Name of the workflow.
    """

    tree: ast.Module
    shape: str

    @property
    def function(self) -> ast.FunctionDef | ast.AsyncFunctionDef:
        return next(
            node for node in self.tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == self.shape
        )  # fmt: skip

    def block(self) -> tuple[list[ast.stmt], int]:
        """The statements around `SPOT`, and its index."""
        for node in ast.walk(self.function):
            for name in ("body", "orelse", "handlers"):
                body = getattr(node, name, None)
                if isinstance(body, list):
                    for index, statement in enumerate(body):
                        if _is_spot(statement):
                            return body, index
        raise AssertionError(f"{self.shape} has no spot")

    @property
    def is_async(self) -> bool:
        """Whether the function in which the spot lies is async."""
        inner = [
            node for node in ast.walk(self.function)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(_is_spot(s) for s in ast.walk(node))
        ]  # fmt: skip
        return isinstance(inner[-1], ast.AsyncFunctionDef)

    @property
    def in_generator(self) -> bool:
        return any(isinstance(node, ast.Yield) for node in ast.walk(self.function))

    def put(self, *lines: str) -> None:
        """Statements before the spot; `await` is left out where the code is not async."""
        body, index = self.block()
        text = "\n".join(line if self.is_async else line.replace("await ", "") for line in lines)
        body[index:index] = parse(text).body

    def replace(self, old: str, new: str, *, everywhere: bool = False) -> None:
        """A text of the workflow by another one."""
        text = ast.unparse(self.tree) if everywhere else ast.unparse(self.function)
        if not self.is_async:
            old, new = old.replace("await ", ""), new.replace("await ", "")
        assert old in text, (old, self.shape)
        changed = parse(text.replace(old, new, 1)).body
        if everywhere:
            self.tree.body = changed
        else:
            self.tree.body[self.tree.body.index(self.function)] = changed[0]

    def copy(self) -> Spot:
        return Spot(parse(ast.unparse(self.tree)), self.shape)

    def text(self) -> str:
        """The source, without the mark."""
        tree = self.copy().tree
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if isinstance(body, list):
                node.body = [s for s in body if not _is_spot(s)]  # type: ignore[attr-defined]  # every node with one
        return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _is_spot(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Name) and node.value.id == "SPOT"


Change = Callable[[Spot], None]
Surround = Callable[[ModuleType], None]


def _nothing(_: object) -> None:
    """No change."""


@dataclass(frozen=True)
class Operator:
    """One operator.

    Attributes:
        cause: What an explanation must name.
        mutate: Changes the code.
        prepare: Makes the recorded version of the shape.
        before: Sets what surrounds the code for the recording.
        after: Sets it for replay.
    """

    cause: Cause | None
    mutate: Change = _nothing
    prepare: Change = _nothing
    before: Surround = _nothing
    after: Surround = _nothing


@dataclass
class Case:
    """One mutant: the recorded version and the changed one, as text."""

    shape: str
    operator: str
    base: str = ""
    mutant: str = ""
    oracle: str = field(default="", repr=False)
    """The mutant as it behaves for a run that took the old path of every patch."""


def _put(*lines: str) -> Change:
    return lambda spot: spot.put(*lines)


def _swap(old: str, new: str) -> Change:
    return lambda spot: spot.replace(old, new)


def _everywhere(old: str, new: str) -> Change:
    return lambda spot: spot.replace(old, new, everywhere=True)


def _at_start(spot: Spot) -> None:
    line = 'note("first of all")'
    spot.function.body[0:0] = parse(line).body


def _remove_first(spot: Spot) -> None:
    spot.function.body[0] = parse("size = 4").body[0]


def _remove_behind(spot: Spot) -> None:
    body, index = spot.block()
    del body[index + 1]


def _remove_last(spot: Spot) -> None:
    body = spot.function.body
    calls = [
        index for index, node in enumerate(body)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await)
    ]  # fmt: skip
    del body[calls[-2]]  # the last one is behind the return


def _append(spot: Spot) -> None:
    end = next(
        node for node in spot.function.body if isinstance(node, ast.If) and isinstance(node.body[-1], ast.Return)
    )
    end.body[0:0] = parse('note("at the end")').body


def _go_on(spot: Spot) -> None:
    end = next(
        node for node in spot.function.body if isinstance(node, ast.If) and isinstance(node.body[-1], ast.Return)
    )
    end.body[-1] = parse("pass").body[0]


def _behind(old: str, new: str) -> Change:
    """Change the call behind the spot."""

    def change(spot: Spot) -> None:
        body, index = spot.block()
        text = ast.unparse(body[index + 1])
        assert old in text, text
        body[index + 1] = parse(text.replace(old, new)).body[0]

    return change


def _swap_lines(spot: Spot) -> None:
    body, index = spot.block()
    body[index - 2], body[index - 1] = body[index - 1], body[index - 2]


def _early(word: str) -> Change:
    def change(spot: Spot) -> None:
        body, index = spot.block()
        line = "raise RuntimeError('stop')" if word == "raise" else "return" if spot.in_generator else "return 'early'"
        body[index + 1 : index + 1] = parse(f"async def f():\n  {line}").body[0].body  # type: ignore[attr-defined]  # a function has one

    return change


def _sets() -> str:
    """A set that this process does not go through in sorted order."""
    chance = random.Random(7)
    while True:
        names = ["".join(chance.choices("abcdefgh", k=5)) for _ in range(4)]
        if list(set(names)) != sorted(set(names)) and len(set(names)) == 4:
            return "{" + ", ".join(map(repr, names)) + "}"


def _environ(name: str, value: str | None) -> Surround:
    def change(_: ModuleType) -> None:
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value

    return change


def _seed(number: int) -> Surround:
    return lambda _: random.seed(number)


def _flag(module: ModuleType) -> None:
    module.FLAG = True  # type: ignore[attr-defined]  # a variable of the module under test


_SIDE_BY_SIDE = "await wb.gather(slow_note.defer('slow'), note.defer('quick'))"

_ONE_BY_ONE = "[await wb.gather(slow_note.defer('slow')), await wb.gather(note.defer('quick'))]"


OPERATORS: dict[str, Operator] = {
    # calls
    "insert first": Operator(Cause.STEP_INSERTED, _at_start),
    "insert at the spot": Operator(Cause.STEP_INSERTED, _put("note('inserted')")),
    "insert same name": Operator(Cause.STEP_INSERTED, _put("act('charge', 8)")),
    "append": Operator(Cause.STEP_INSERTED, _append),
    "one more round": Operator(
        Cause.STEP_INSERTED,
        _swap("range(2):\n", "range(3):\n"),
        _put("for turn in range(2):", "    note(f'turn {turn}')"),
    ),
    "remove first": Operator(Cause.STEP_REMOVED, _remove_first),
    "remove at the spot": Operator(Cause.STEP_REMOVED, _remove_behind),
    "remove last": Operator(Cause.STEP_REMOVED, _remove_last),
    "swap": Operator(Cause.STEP_REORDERED, _swap_lines, _put("note('x-1')", "act('x-2', 2)")),
    "rename": Operator(Cause.STEP_RENAMED, _behind("act(", "act_again(")),
    "rename declaration": Operator(
        Cause.STEP_RENAMED,
        _everywhere("@wb.step(kind='write')\ndef act(", "@wb.step(kind='write', name='do')\ndef act("),
    ),
    "argument": Operator(Cause.ARGUMENT_CHANGED, _behind("9", "10")),
    "argument by constant": Operator(
        Cause.ARGUMENT_CHANGED, _everywhere("LIMIT = 3", "LIMIT = 4"), _put("note(f'limit {LIMIT}')")
    ),
    "type": Operator(Cause.TYPE_CHANGED, _behind("9", "'9'")),
    "type of a number": Operator(Cause.TYPE_CHANGED, _behind("9", "9.0")),
    # control flow
    "condition": Operator(
        Cause.BRANCH_FLIPPED, _swap("size > 1:", "size > 100:"),
        _put("if size > 1:", "    note('many')", "else:", "    act('few', 1)"),
    ),
    "condition of an expression": Operator(
        Cause.BRANCH_FLIPPED,
        _swap("if size > 1 else", "if size > 100 else"),
        _put("note('many' if size > 1 else 'few')"),
    ),
    "return early": Operator(Cause.ENDED_EARLY, _early("return")),
    "raise early": Operator(Cause.ENDED_EARLY, _early("raise")),
    "go on": Operator(Cause.GOES_ON, _go_on),
    # what no log holds, brought in by a change
    "clock as argument": Operator(Cause.CLOCK, _behind("9", "int(time.time())")),
    "clock in a condition": Operator(
        Cause.CLOCK, _swap("size > 1:", "dt.datetime.now().year < 2000:"), _put("if size > 1:", "    note('many')")
    ),
    "random as argument": Operator(Cause.RANDOM, _behind("9", "random.randint(10, 10 ** 9)")),
    "environment as argument": Operator(
        Cause.ENVIRONMENT, _behind("9", "os.getenv('SHOP_NAME', 'none')"), after=_environ("SHOP_NAME", "north")
    ),
    "set order": Operator(
        Cause.HASH_ORDER, lambda spot: spot.replace(f"sorted({_sets()})", _sets()),
        lambda spot: spot.put(f"for name in sorted({_sets()}):", "    note(name)"),
    ),
    # what no log holds, in code that did not change
    "clock in waiting": Operator(Cause.CLOCK, prepare=_put("note(f'at {time.time_ns()}')")),
    "random in waiting": Operator(
        Cause.RANDOM, prepare=_put("if random.random() < 0.5:", "    note('lucky')"), before=_seed(1), after=_seed(2)
    ),
    "uuid in waiting": Operator(Cause.UUID, prepare=_put("note(str(uuid.uuid4()))")),
    "environment in waiting": Operator(
        Cause.ENVIRONMENT, prepare=_put("if os.environ.get('SHOP_MODE') == 'new':", "    note('new')"),
        before=_environ("SHOP_MODE", None), after=_environ("SHOP_MODE", "new"),
    ),
    "global in waiting": Operator(Cause.GLOBAL_STATE, prepare=_put("SEEN.append(1)", "note(f'seen {len(SEEN)}')")),
    "flag in waiting": Operator(Cause.GLOBAL_STATE, prepare=_put("if FLAG:", "    note('flag')"), after=_flag),
    "default in waiting": Operator(Cause.GLOBAL_STATE, prepare=_put("note(f'kept {remember(size)}')")),
    # side by side, waiting, others
    "one after the other": Operator(Cause.CONCURRENCY, _swap(_SIDE_BY_SIDE, _ONE_BY_ONE), _put(_SIDE_BY_SIDE)),
    "order of branches": Operator(
        Cause.CONCURRENCY, _swap(_SIDE_BY_SIDE, "await wb.gather(note.defer('quick'), slow_note.defer('slow'))"),
        _put(_SIDE_BY_SIDE),
    ),
    "timer": Operator(Cause.TIMER_CHANGED, _swap("wb.sleep(5)", "wb.sleep(7)"), _put("await wb.sleep(5)")),
    "signal": Operator(
        Cause.SIGNAL_CHANGED, _swap("'paid'", "'was paid'"), _put("await wb.signal('paid', timeout_seconds=5)")
    ),
    "child": Operator(
        Cause.CHILD_CHANGED, _swap("wb.child(small_child, 7)", "wb.child(small_child, 8)"),
        _put("await wb.child(small_child, 7)"),
    ),
    "patch renamed": Operator(
        Cause.PATCH, _swap("wb.patched('p')", "wb.patched('q')"), _put("if wb.patched('p'):", "    note('new')")
    ),
    "patch the wrong way round": Operator(Cause.PATCH, _put("if not wb.patched('q'):", "    note('old')")),
}  # fmt: skip


def _renamed(spot: Spot) -> None:
    for node in ast.walk(spot.function):
        if isinstance(node, ast.Name) and node.id == "size":
            node.id = "how_many"


HARMLESS: dict[str, Operator] = {
    "nothing": Operator(None),
    "rename a local": Operator(None, _renamed),
    "a comment": Operator(None),
    "pure lines swapped": Operator(
        None,
        _swap_lines,
        _put("left = size + 1", "right = size * 2"),
    ),
    "a log line": Operator(None, _put("print('size', size, time.time())")),
    "a constant that nothing asks for": Operator(None, _everywhere("LIMIT = 3", "LIMIT = 5")),
}


@contextmanager
def surroundings() -> Iterator[None]:
    """Environment and chance are as they were afterwards."""
    environment, state = dict(os.environ), random.getstate()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(environment)
        random.setstate(state)
