"""What cannot be recorded says so: which type, where, and what to do instead."""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
import socket
import sqlite3
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from tests.journal.codec.zoo import Explosive, Node, Order, Point
from workbench._errors import PayloadTooLargeError, UnrecordableError
from workbench.journal.codec import Encoder, decode, encode


class Naive:
    pass


class Stateful(str):  # noqa: SLOT000 - its attributes are the point
    """A plain type with state that would be lost."""

    def __init__(self, *_: Any) -> None:
        self.origin = "here"


async def _coroutine() -> None: ...


def _generator() -> Iterator[int]:
    yield 1


@contextlib.contextmanager
def _zoo() -> Iterator[list[Any]]:
    coroutine, connection, plug = _coroutine(), sqlite3.connect(":memory:"), socket.socket()
    with tempfile.TemporaryFile() as file, contextlib.closing(connection), plug:
        try:
            yield [
                plug,
                threading.Lock(),
                threading.Thread(),
                _generator(),
                _coroutine,
                coroutine,
                lambda: 1,
                print,
                sys,
                file,
                io.StringIO(),
                Naive(),
                Naive,
                connection,
                iter([1]),
                map(str, []),
                object(),
                Stateful("x"),
                weakref.ref(Naive),
                asyncio.Event(),
                threading.local(),
                memoryview,
                NotImplemented,
                re.compile("x"),
                contextlib.ExitStack(),
                [].append,
            ]
        finally:
            coroutine.close()


def test_every_animal_is_refused_by_type_path_and_remedy() -> None:
    with _zoo() as animals:
        assert len(animals) >= 15
        for animal in animals:
            with pytest.raises(UnrecordableError) as caught:
                encode({"args": [1, {"conn": animal}]})
            assert caught.value.where == "$.args[1].conn"
            assert type(animal).__qualname__ in str(caught.value)
            assert caught.value.hint


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ([Naive()], "$[0]"),
        ((1, Naive()), "$[1]"),
        ({"a b": Naive()}, "$['a b']"),
        ({3: Naive()}, "$[3]"),
        (Order("o", Naive()), "$.price"),  # type: ignore[arg-type]  # a wrong value is the point
        ([Node(1, Node(2, Naive()))], "$[0].next.next"),  # type: ignore[arg-type]  # a wrong value is the point
        (Point(1, Naive()), "$.y"),  # type: ignore[arg-type]  # a wrong value is the point
        (Naive(), "$"),
        ({Naive(): 1}, "$.<key>"),
        ([{"x": (Naive(),)}], "$[0].x[0]"),
    ],
)
def test_the_path_leads_to_the_culprit(value: Any, where: str) -> None:
    with pytest.raises(UnrecordableError) as caught:
        encode(value)
    assert caught.value.where == where


def test_cycles_and_depth_are_refused() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    node = Node(1)
    node.next = node
    deep: Any = 1
    for _ in range(101):
        deep = [deep]
    for value in (cycle, node, deep):
        with pytest.raises(UnrecordableError):
            encode(value)
    assert decode(encode(deep[0])) == deep[0]


def test_too_large_names_the_heaviest_part() -> None:
    for value, where in (
        ({"args": ["x", b"y" * 17 * 2**20]}, "$.args[1]"),
        ({"rows": list(range(100_001)), "n": 1}, "$.rows"),
        ([[list(range(300, 90_000))] * 40], "$[0]"),
    ):
        with pytest.raises(PayloadTooLargeError) as caught:
            encode(value)
        assert caught.value.where == where


def test_an_encoder_is_clean_after_an_error() -> None:
    encoder = Encoder()
    for _ in range(3):
        with pytest.raises(UnrecordableError):
            encoder.encode([(1, {2, 3}), Node(1, Naive())])  # type: ignore[arg-type]  # a wrong value is the point
        assert decode(encoder.encode([(1, 2)])) == [(1, 2)]


def test_pydantic_secrets_need_a_redactor() -> None:
    import pydantic

    with pytest.raises(UnrecordableError):
        encode(pydantic.SecretStr("x"))
    assert Explosive.__name__
