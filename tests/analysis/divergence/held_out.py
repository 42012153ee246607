"""Operators that were written after the rules of `workbench.analysis.divergence`, to measure them on what is new.

Two changes at once, reads that do not matter, helpers between workflow and clock, imports inside functions.
"""

from __future__ import annotations

import ast

from tests.analysis.divergence.operators import (
    Change,
    Operator,
    Spot,
    _at_start,
    _behind,
    _environ,
    _everywhere,
    _put,
    _renamed,
    _seed,
    _swap,
)
from workbench.analysis.cause import Cause
from workbench.analysis.parsing import parse

__all__ = ["HELD_OUT"]


def _both(*changes: Change) -> Change:
    def change(spot: Spot) -> None:
        for one in changes:
            one(spot)

    return change


def _helper(text: str) -> Change:
    """A function of the module, before the workflow."""

    def change(spot: Spot) -> None:
        index = spot.tree.body.index(spot.function)
        spot.tree.body[index:index] = parse(text).body

    return change


def _dropped(text: str) -> Change:
    """The statement at the spot that contains this text is gone."""

    def change(spot: Spot) -> None:
        for node in ast.walk(spot.function):
            body = getattr(node, "body", None)
            if isinstance(body, list):
                kept = [statement for statement in body if text not in ast.unparse(statement) or len(body) == 1]
                inner = [s for s in body if text in ast.unparse(s) and ast.unparse(s).count("\n") > 1]
                node.body = kept or body if not inner else body  # type: ignore[attr-defined]  # every node with one

    return change


_CLOCKED_LOG = _put("print('log', time.time(), random.random())")
_THREE = "await wb.gather(note.defer('a'), note.defer('b'), note.defer('c'))"
_TWO = "await wb.gather(note.defer('a'), note.defer('b'))"

HELD_OUT: dict[str, Operator] = {
    "insert beside a clocked log line": Operator(Cause.STEP_INSERTED, _both(_CLOCKED_LOG, _put("note('inserted')"))),
    "argument beside a read": Operator(Cause.ARGUMENT_CHANGED, _behind("9", "10"), _put("unused = random.random()")),
    "rename beside a renamed local": Operator(Cause.STEP_RENAMED, _both(_behind("act(", "act_again("), _renamed)),
    "insert twice": Operator(Cause.STEP_INSERTED, _both(_at_start, _put("note('inserted')"))),
    "clock behind a helper": Operator(
        Cause.CLOCK,
        prepare=_both(_helper("def stamp() -> str:\n    return str(time.time_ns())"), _put("note(stamp())")),
    ),
    "clock imported inside": Operator(Cause.CLOCK, prepare=_put("import time as watch", "note(str(watch.time_ns()))")),
    "clock under another name": Operator(
        Cause.CLOCK, prepare=_both(_helper("from time import time_ns as moment"), _put("note(str(moment()))"))
    ),
    "shuffled": Operator(
        Cause.RANDOM, prepare=_put("parts = list('abcdefgh')", "random.shuffle(parts)", "note(''.join(parts))"),
        before=_seed(1), after=_seed(2),
    ),
    "random in a loop": Operator(
        Cause.RANDOM, prepare=_put("for turn in range(random.randint(1, 1000)):", "    if turn > 2: break",
                                   "    note(f'turn {turn}')", "note(str(random.choice(range(10 ** 6))))"),
        before=_seed(1), after=_seed(2),
    ),
    "uuid as part of a text": Operator(Cause.UUID, prepare=_put("note(f'id-{uuid.uuid4().hex[:8]}')")),
    "environment behind a helper": Operator(
        Cause.ENVIRONMENT,
        prepare=_both(_helper("def mode() -> str:\n    return os.environ['SHOP_MODE']"), _put("note(mode())")),
        before=_environ("SHOP_MODE", "old"), after=_environ("SHOP_MODE", "new"),
    ),
    "environment imported by name": Operator(
        Cause.ENVIRONMENT,
        prepare=_both(_helper("from os import environ, getenv"), _put("note(getenv('SHOP_MODE', '') or 'x')")),
        before=_environ("SHOP_MODE", "old"), after=_environ("SHOP_MODE", "new"),
    ),
    "cache": Operator(
        Cause.GLOBAL_STATE,
        prepare=_both(_helper("CACHE: dict[str, int] = {}"),
                      _put("if 'k' not in CACHE:", "    CACHE['k'] = act('miss', 1) == ''", "note('looked up')")),
    ),
    "counter": Operator(
        Cause.GLOBAL_STATE,
        prepare=_both(_helper("COUNT = 0\ndef counted() -> int:\n    global COUNT\n    COUNT += 1\n    return COUNT"),
                      _put("note(f'number {counted()}')")),
    ),
    "condition of a while": Operator(
        Cause.BRANCH_FLIPPED, _swap("while turn < 2:", "while turn < 3:"),
        _put("turn = 0", "while turn < 2:", "    turn += 1", "    note(f'turn {turn}')"),
    ),
    "condition by a constant": Operator(
        Cause.BRANCH_FLIPPED, _everywhere("LIMIT = 3", "LIMIT = 99"),
        _put("if size > LIMIT:", "    note('over the limit')"),
    ),
    "branch left out": Operator(Cause.STEP_REMOVED, _swap(_THREE, _TWO), _put(_THREE)),
    "branch added": Operator(Cause.STEP_INSERTED, _swap(_TWO, _THREE), _put(_TWO)),
    "keyword": Operator(Cause.ARGUMENT_CHANGED, _behind("9", "amount=10")),
    "key of a dict": Operator(Cause.ARGUMENT_CHANGED, _behind("'b': 2", "'b': 3"), _behind("9", "{'a': 1, 'b': 2}")),
    "key left out": Operator(Cause.ARGUMENT_CHANGED, _behind(", 'b': 2", ""), _behind("9", "{'a': 1, 'b': 2}")),
    "element of a list": Operator(Cause.ARGUMENT_CHANGED, _behind("[1, 2]", "[2, 1]"), _behind("9", "[1, 2]")),
    "type inside a dict": Operator(Cause.TYPE_CHANGED, _behind("{'a': 1}", "{'a': '1'}"), _behind("9", "{'a': 1}")),
    "list to tuple": Operator(Cause.TYPE_CHANGED, _behind("[1, 2]", "(1, 2)"), _behind("9", "[1, 2]")),
    "text": Operator(
        Cause.ARGUMENT_CHANGED, _swap("f'{size} parts'", "f'{size} pieces'"), _put("note(f'{size} parts')")
    ),
    "timer removed": Operator(Cause.STEP_REMOVED, _dropped("wb.sleep(5)"), _put("await wb.sleep(5)")),
    "timer inserted": Operator(Cause.STEP_INSERTED, _put("await wb.sleep(5)")),
    "signal waits longer": Operator(
        Cause.SIGNAL_CHANGED, _swap("timeout_seconds=5", "timeout_seconds=6"),
        _put("await wb.signal('paid', timeout_seconds=5)"),
    ),
    "today": Operator(
        Cause.CLOCK, _swap("size > 1:", "dt.date.today().year < 2000:"), _put("if size > 1:", "    note('many')")
    ),
    "guarded return": Operator(Cause.ENDED_EARLY, _put("if size >= 4:", "    return")),
    "read the clock by wb too often": Operator(Cause.STEP_INSERTED, _put("wb.now()")),
    "draw less": Operator(Cause.STEP_REMOVED, _dropped("wb.random()"), _put("wb.random()")),
    "refactored with an insertion": Operator(
        Cause.STEP_INSERTED,
        _both(_helper("def charged() -> None:\n    note('inside')\n    act('charged', 9)"), _put("charged()")),
    ),
}  # fmt: skip
