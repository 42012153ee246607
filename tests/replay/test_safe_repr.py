"""Bounded text of any value, without running the value's own code."""

from __future__ import annotations

import collections
import datetime as dt
import enum
import sys
import threading
import types
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.replay import safe_repr
from workbench.replay.safe_repr import error_words


def trap(*_: Any, **__: Any) -> NoReturn:
    raise AssertionError("code of the value ran")


class Meta(type):
    __name__ = property(trap)
    __module__ = property(trap)
    mro_entries = property(trap)

    def __repr__(cls) -> str:
        trap()


class Hostile(metaclass=Meta):
    __repr__ = __str__ = __len__ = __iter__ = __hash__ = __eq__ = __bool__ = __format__ = trap
    __class__ = property(trap)
    __getattr__ = trap
    shape = property(trap)

    def __init__(self) -> None:
        object.__setattr__(self, "inside", [1, 2])
        object.__setattr__(self, "_hidden", 3)


class HostileDict(dict[str, int]):
    items = keys = values = __iter__ = __len__ = __getitem__ = __repr__ = trap


class HostileList(list[int]):
    __iter__ = __len__ = __getitem__ = __repr__ = trap


class HostileText(str):
    __slots__ = ()
    __repr__ = __str__ = __len__ = __getitem__ = __format__ = trap


class HostileError(Exception):
    args = property(trap)
    __repr__ = __str__ = trap


class HostileZone(dt.tzinfo):
    __repr__ = trap

    def utcoffset(self, _: dt.datetime | None) -> dt.timedelta:
        trap()

    dst = utcoffset

    def tzname(self, _: dt.datetime | None) -> str:
        trap()


class HostileSlots:
    __slots__ = ("_hidden", "empty", "shown")
    __getattribute__ = trap


class Colour(enum.Enum):
    RED = 1


@dataclass
class Point:
    x: int
    y: Any


def test_the_values_own_code_never_runs() -> None:
    slots = object.__new__(HostileSlots)
    HostileSlots.shown.__set__(slots, 5)  # type: ignore[attr-defined]  # the descriptor of a slot
    for value, text in [
        (Hostile(), "Hostile(inside=[1, 2])"),
        (HostileDict(a=1), "HostileDict({'a': 1})"),
        (HostileList([1, 2]), "HostileList([1, 2])"),
        (HostileText("text"), "'text'"),
        (HostileError("x", 1), "HostileError('x', 1)"),
        (dt.datetime(2026, 1, 2, tzinfo=HostileZone()), "datetime(2026-01-02T00:00:00, <HostileZone>)"),
        (slots, "HostileSlots(shown=5)"),
        (Hostile, "<class Hostile>"),
        ([Hostile()], "[Hostile(inside=[1, 2])]"),
        ({"k": Hostile()}, "{'k': Hostile(inside=[1, 2])}"),
    ]:
        assert safe_repr(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"), ("a", "'a'"), (None, "None"), ([1, (2,)], "[1, (2,)]"), ({1: {2}}, "{1: {2}}"),
        (Decimal("1.20"), "Decimal('1.20')"), (Colour.RED, "Colour.RED"), (Point(1, "b"), "Point(x=1, y='b')"),
        (ValueError("x"), "ValueError('x')"), (collections.Counter("aa"), "Counter({'a': 2})"),
        (list(range(20)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … (20)]"), ("x" * 300, f"'{'x' * 200}'… (300)"),
        ([[[[[1]]]]], "[[[[<list>]]]]"), (len, "<builtin_function_or_method len>"),
        (int, "<class int>"), (object(), "<object>"), (Decimal(10) ** 300, repr(Decimal(10) ** 300)),
    ],
)  # fmt: skip
def test_plain_values_look_as_in_python(value: Any, text: str) -> None:
    assert safe_repr(value) == text


def test_huge_values_are_bounded() -> None:
    assert safe_repr(10**5000) == "<int of 16,610 bits>"
    wide: Any = "y" * 199
    for _ in range(6):
        wide = [wide] * 50
    circular: list[Any] = []
    circular.append(circular)
    for value in (wide, circular, "x" * 10_000_000, [object()] * 10**6, dict.fromkeys(range(10**5)), 1 << 10**6):
        assert len(safe_repr(value)) <= 1_200


def test_a_container_that_changes_meanwhile_is_no_error() -> None:
    shared: dict[int, int] = {}
    stop = threading.Event()

    def churn() -> None:
        while not stop.is_set():
            shared[len(shared) % 50] = 1
            shared.pop(next(iter(shared)), None)

    thread = threading.Thread(target=churn)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread.start()
    try:
        for _ in range(300):
            assert safe_repr(shared)
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)


@given(
    st.recursive(
        st.integers() | st.text() | st.floats() | st.binary() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_plain_value_has_a_bounded_text(value: Any) -> None:
    assert len(safe_repr(value)) <= 1_200


def test_a_module_is_named_without_its_getattr() -> None:
    lazy = types.ModuleType("lazy")
    lazy.__getattr__ = trap  # type: ignore[method-assign]  # as a module of the user's may have
    assert safe_repr(lazy) == "<module lazy>"


def test_errors_in_words() -> None:
    assert error_words(OSError(2, "no such file")) == "FileNotFoundError: [Errno 2] no such file"
    group = ExceptionGroup("two", [ValueError("a"), KeyError("b")])
    assert error_words(group) == "ExceptionGroup: two (ValueError: a; KeyError: 'b')"
