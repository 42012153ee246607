"""Looks at one function's syntax tree for what makes a workflow another one at replay."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import FunctionType, ModuleType

from workbench.analysis.lint import rules
from workbench.analysis.lint.begun import begun
from workbench.analysis.lint.files import reads_file
from workbench.analysis.lint.forbidden import made_before, rule_of
from workbench.analysis.lint.names import Names
from workbench.analysis.lint.rules import Rule
from workbench.analysis.lint.sets import set_locals, set_typed
from workbench.analysis.lint.sources import parents_of
from workbench.analysis.lint.state import changed_at_home, changed_globals, changed_outside
from workbench.analysis.lint.taken import Taken
from workbench.analysis.lint.told import only_told

__all__ = ["Hit", "check_function"]

Hit = tuple[Rule, ast.AST, str]
"""A rule, the place, and the name in the code."""

_ORDERED_BY = frozenset({"list", "tuple", "enumerate", "iter", "map", "filter", "zip", "reversed", "dict.fromkeys"})
"""Calls that take an iterable in its order."""
_ORDER_FREE = frozenset({"sorted", "set", "frozenset", "len", "sum", "min", "max", "any", "all"})
_NUMBERS = frozenset({"abs", "bool", "float", "int", "len", "ord", "round", "sum"})
_ASKS_TYPE = frozenset({"isinstance", "issubclass"})
_TOLD = (rules.CLOCK, rules.ENVIRONMENT, rules.UUID)
"""What may stand in a log line: to draw from the generator of the module changes what comes next."""


def check_function(node: ast.AST, names: Names, module: ast.Module) -> Iterator[Hit]:
    """What rules find in one function and those inside it.

    Args:
        node: The function.
        names: What names mean in it.
        module: Its module.
    """
    yield from _Checker(node, names, module).hits()


class _Checker:
    def __init__(self, node: ast.AST, names: Names, module: ast.Module) -> None:
        self._node = node
        self._names = names
        self._module = module
        self._changed = changed_globals(module)
        self._changed_outside = changed_outside(node, names.closure)
        self._parents = parents_of(module)
        self._taken = Taken(node, module, names)
        self._sets = set_locals(node, names)
        self._arrived = _arrived_sets(node, names)
        self._free = {id(inner) for inner in self._order_free()}
        self._defaults = _mutable_defaults(node)

    def hits(self) -> Iterator[Hit]:
        for node in self._own_nodes():
            for iterable in self._taken_in_order(node):
                yield from self._iterated(iterable)
            if isinstance(node, ast.Call):
                yield from self._call(node)
            elif isinstance(node, ast.Name | ast.Attribute):
                yield from self._read(node)
            elif isinstance(node, ast.ExceptHandler):
                yield from self._handler(node)
            elif isinstance(node, ast.Try):
                yield from _left_in_finally(node)

    def _own_nodes(self) -> Iterator[ast.AST]:
        """The body, without decorators, annotations and the bodies of steps defined inside."""
        body: list[ast.AST] = list(getattr(self._node, "body", []))
        waiting = list(reversed(body))
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                if not _marked_as_step(node, self._names):
                    waiting += reversed(node.body)
                continue
            yield node
            waiting += [
                child
                for child in reversed(list(ast.iter_child_nodes(node)))
                if child is not getattr(node, "annotation", None)
            ]

    # --- calls and reads ------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Iterator[Hit]:
        full = self._names.full(node.func)
        rule = rule_of(node.func, self._names)
        if rule is not None and not _seeded(full, node) and not self._harmless(rule, node):
            yield rule, node, f"{ast.unparse(node.func)}()"
        if full in _ORDERED_BY:
            for argument in node.args:
                yield from self._iterated(argument)
        if isinstance(node.func, ast.Attribute):
            yield from self._method(node, node.func)
        if full == "contextlib.suppress" and "BaseException" in map(self._names.full, node.args):
            yield rules.SWALLOWED, node, f"{ast.unparse(node)}"
        forgotten = begun(node, self._node, self._names)
        if forgotten is not None and not self._taken.at(node):
            yield forgotten, node, f"{ast.unparse(node.func)}()"

    def _method(self, node: ast.Call, method: ast.Attribute) -> Iterator[Hit]:
        if method.attr == "pop" and not node.args and self._is_set(method.value):
            yield rules.SET_ORDER, node, f"{ast.unparse(method.value)}.pop()"
        elif method.attr == "join" and node.args:
            yield from self._iterated(node.args[0])
        elif method.attr == "run_in_executor":
            yield rules.THREAD, node, f"{ast.unparse(method)}()"
        elif reads_file(method, self._node, self._names):
            yield rules.OUTSIDE, node, f"{ast.unparse(method)}()"

    def _harmless(self, rule: Rule, node: ast.Call) -> bool:
        """A moment that is only told to people; a text that is no file."""
        if rule is rules.OUTSIDE:
            return _in_memory(node, self._names)
        return rule in _TOLD and only_told(node, self._node, self._names, self._module)

    def _read(self, node: ast.Name | ast.Attribute) -> Iterator[Hit]:
        rule = rules.READS.get(self._names.full(node))
        if rule in _TOLD and only_told(node, self._node, self._names, self._module):
            return
        if isinstance(node, ast.Attribute) and node.attr == "__hash__":
            rule = rules.IDENTITY
        if rule is None and self._is_shared(node):
            rule = rules.GLOBAL
        if rule is None and self._is_handed_on(node):
            rule = rule_of(node, self._names)
        if rule is not None:
            yield rule, node, ast.unparse(node)
        else:
            found = made_before(node, self._names)
            if found is not None:
                yield found, node, ast.unparse(node)

    def _is_shared(self, node: ast.Name | ast.Attribute) -> bool:
        if changed_at_home(self._names.full(node), self._names.home):
            return True
        if isinstance(node, ast.Name):
            if node.id in self._changed_outside or node.id in self._defaults:
                return True
            changed = node.id in self._changed and node.id not in self._names.local
            return changed and not isinstance(self._names.live(node), type | ModuleType | FunctionType)
        owner = node.value
        return isinstance(owner, ast.Name) and owner.id not in self._names.local and ast.unparse(node) in self._changed

    def _is_handed_on(self, node: ast.Name | ast.Attribute) -> bool:
        """Whether a function is named without being called: somebody else may call it."""
        parent = self._parents.get(node)
        if isinstance(parent, ast.Call):
            return node is not parent.func and self._names.full(parent.func) not in _ASKS_TYPE
        return isinstance(
            parent, ast.keyword | ast.Assign | ast.AnnAssign | ast.IfExp | ast.List | ast.Dict | ast.Return
        )

    # --- order ----------------------------------------------------------------------------------------------

    def _taken_in_order(self, node: ast.AST) -> Iterator[ast.AST]:
        """What this node goes through, where the order may matter."""
        if isinstance(node, ast.For | ast.AsyncFor):
            yield node.iter
        elif isinstance(node, ast.ListComp | ast.DictComp | ast.GeneratorExp) and id(node) not in self._free:
            yield from (part.iter for part in node.generators)
        elif _unpacks(node) or (isinstance(node, ast.Starred) and isinstance(node.ctx, ast.Load)):
            yield node.value  # type: ignore[attr-defined]  # both kinds have one

    def _iterated(self, node: ast.AST) -> Iterator[Hit]:
        if isinstance(node, ast.Name) and node.id in self._arrived:
            yield rules.ARRIVAL, node, node.id
        elif self._is_set(node):
            yield rules.SET_ORDER, node, ast.unparse(node)[:60]

    def _is_set(self, node: ast.AST) -> bool:
        return set_typed(node, self._names, self._sets)

    def _order_free(self) -> Iterator[ast.AST]:
        for node in ast.walk(self._node):
            if isinstance(node, ast.Call) and self._names.full(node.func) in _ORDER_FREE:
                yield from node.args

    # --- errors and forgotten calls -------------------------------------------------------------------------

    def _handler(self, node: ast.ExceptHandler) -> Iterator[Hit]:
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        names = [self._names.full(kind) if kind is not None else "" for kind in caught]
        catches_all = node.type is None or "BaseException" in names
        raises = any(isinstance(inner, ast.Raise) for part in node.body for inner in ast.walk(part))
        if catches_all and not raises:
            yield rules.SWALLOWED, node, "except:" if node.type is None else f"except {ast.unparse(node.type)}:"


def _left_in_finally(node: ast.Try) -> Iterator[Hit]:
    """A `return` in `finally` ends whatever was on its way through."""
    waiting: list[ast.AST] = list(node.finalbody)
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, ast.Return):
            yield rules.SWALLOWED, inner, "return in finally"
        elif not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(inner)


def _unpacks(node: ast.AST) -> bool:
    """Whether it gives the parts of something to several names: `first, *others = …`."""
    return isinstance(node, ast.Assign) and any(isinstance(target, ast.Tuple | ast.List) for target in node.targets)


def _seeded(full: str, node: ast.Call) -> bool:
    """A call whose value its arguments decide."""
    needs = {"time.localtime": 1, "time.gmtime": 1, "time.ctime": 1, "random.seed": 1, "random.Random": 1}
    if full == "hash" and node.args:
        return _hashes_alike(node.args[0])
    return full in needs and len(node.args) >= needs[full]


def _in_memory(node: ast.Call, names: Names) -> bool:
    """Whether what is loaded lies in memory: `json.load(io.StringIO(text))`."""
    given = node.args[0] if node.args else None
    return isinstance(given, ast.Call) and names.full(given.func) in {"io.StringIO", "io.BytesIO"}


def _hashes_alike(node: ast.AST) -> bool:
    """Whether it is a number for certain, or a tuple of numbers: the seed of hashes is for texts and bytes."""
    if isinstance(node, ast.Tuple):
        return all(map(_hashes_alike, node.elts))
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _NUMBERS
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float | complex)


def _arrived_sets(function: ast.AST, names: Names) -> set[str]:
    """Names that hold the sets of `asyncio.wait`."""
    found: set[str] = set()
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign):
            continue
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.Call) and names.full(value.func) in {"asyncio.wait", "concurrent.futures.wait"}:
            found |= {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return found


def _mutable_defaults(function: ast.AST) -> set[str]:
    """Parameters whose default is one list, dict or set for all calls."""
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = node.args
            plain = [*given.posonlyargs, *given.args]
            pairs = [*zip(plain[len(plain) - len(given.defaults) :], given.defaults, strict=True)]
            pairs += [(arg, value) for arg, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value]
            found |= {arg.arg for arg, value in pairs if isinstance(value, ast.List | ast.Dict | ast.Set)}
    return found


def _marked_as_step(node: ast.FunctionDef | ast.AsyncFunctionDef, names: Names) -> bool:
    marks = (mark.func if isinstance(mark, ast.Call) else mark for mark in node.decorator_list)
    return any(names.full(mark) in {"workbench.step", "workbench.program.step"} for mark in marks)
