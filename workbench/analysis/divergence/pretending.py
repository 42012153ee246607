"""Experiments: run the same code with another clock, other chance, another environment, and see what it asks.

Only what the user's modules see is exchanged (the names in their globals), never the real modules: other threads
of this process notice nothing.
"""

from __future__ import annotations

import copy
import datetime as dt
import os
import random
import time
import uuid
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

__all__ = ["Ambient", "kept", "pretended"]

_PLAIN = (bool, int, float, str, bytes, tuple, list, dict, set, frozenset, type(None))


class Ambient:
    """One state of everything that no log holds.

    Attributes:
        seconds: What clocks show, in seconds since the epoch.
        seed: Decides chance and ids.
        ids: Seed of ids.
        environ: Variables that are other than the real ones; `None` for unset.
    """

    def __init__(
        self, seconds: float, seed: int = 0, ids: int = 0, environ: Mapping[str, str | None] | None = None
    ) -> None:
        self.seconds = seconds
        self.seed = seed
        self.ids = ids
        self.environ = dict(environ or {})

    def changed(self, **facts: Any) -> Ambient:
        """The same but for these facts."""
        known: dict[str, Any] = {
            "seconds": self.seconds, "seed": self.seed, "ids": self.ids, "environ": self.environ,
        }  # fmt: skip
        return Ambient(**(known | facts))

    def names(self) -> dict[int, Any]:
        """What stands in for what, by identity of the real thing."""
        clock, chance, ids, where = self._clock(), self._chance(), self._ids(), self._environment()
        real: dict[str, tuple[Any, dict[str, Any]]] = {
            "time": (time, clock), "random": (random, chance), "uuid": (uuid, ids), "os": (os, where),
        }  # fmt: skip
        found: dict[int, Any] = {}
        for module, others in real.values():
            found[id(module)] = _Stand(module, others)
            for name, other in others.items():
                found[id(getattr(module, name))] = other
        moment, day = self._moments()
        found[id(dt)] = _Stand(dt, {"datetime": moment, "date": day})
        return found | {id(dt.datetime): moment, id(dt.date): day}

    def _clock(self) -> dict[str, Callable[[], Any]]:
        plain = ("time", "monotonic", "perf_counter")
        seconds = {name: lambda: self.seconds for name in plain}
        return seconds | {f"{name}_ns": lambda: int(self.seconds * 1_000_000_000) for name in plain}

    def _chance(self) -> dict[str, Any]:
        generator = random.Random(self.seed)  # noqa: S311 - repeatable, not secret
        names = ("random", "randint", "randrange", "choice", "choices", "shuffle", "sample", "uniform", "gauss",
                 "getrandbits", "triangular", "expovariate", "normalvariate", "randbytes")  # fmt: skip
        return {name: getattr(generator, name) for name in names}

    def _ids(self) -> dict[str, Any]:
        generator = random.Random(self.ids)  # noqa: S311 - repeatable, not secret

        def make(*_: Any) -> uuid.UUID:
            return uuid.UUID(int=generator.getrandbits(128), version=4)

        return {"uuid4": make, "uuid1": make}

    def _environment(self) -> dict[str, Any]:
        present = {**os.environ, **{key: value for key, value in self.environ.items() if value is not None}}
        for key in [key for key, value in self.environ.items() if value is None]:
            present.pop(key, None)
        return {"environ": present, "getenv": present.get}

    def _moments(self) -> tuple[type, type]:
        seconds = self.seconds

        class Kind(type):
            def __instancecheck__(cls, instance: Any) -> bool:
                return isinstance(instance, cls.__mro__[1])

        class Moment(dt.datetime, metaclass=Kind):
            def __new__(cls, *args: Any, **options: Any) -> Any:
                return dt.datetime(*args, **options)  # noqa: DTZ001 - as the user's code says

            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return dt.datetime.fromtimestamp(seconds, tz)

            @classmethod
            def utcnow(cls) -> Any:
                return dt.datetime.fromtimestamp(seconds, dt.UTC).replace(tzinfo=None)

            today = now

        class Day(dt.date, metaclass=Kind):
            def __new__(cls, *args: Any, **options: Any) -> Any:
                return dt.date(*args, **options)

            @classmethod
            def today(cls) -> Any:
                return dt.datetime.fromtimestamp(seconds, dt.UTC).date()

        return Moment, Day


class _Stand:
    """A module with some of its names exchanged."""

    def __init__(self, module: ModuleType, others: Mapping[str, Any]) -> None:
        self.__dict__.update(others)
        self.__module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__module, name)


@contextmanager
def pretended(modules: Iterable[dict[str, Any]], ambient: Ambient) -> Generator[None]:
    """The user's modules see `ambient` for as long as this lasts.

    Args:
        modules: Globals of the user's modules.
        ambient: What they see.
    """
    others = ambient.names()
    changed: list[tuple[dict[str, Any], str, Any]] = []
    try:
        for names in modules:
            for name, value in [*names.items()]:
                if id(value) in others:
                    changed.append((names, name, value))
                    names[name] = others[id(value)]
        yield
    finally:
        for names, name, value in changed:
            names[name] = value


@contextmanager
def kept(modules: Iterable[dict[str, Any]], functions: Iterable[Callable[..., Any]] = ()) -> Generator[None]:
    """What code does to plain module variables and default arguments while this lasts is undone; it prints nothing.

    Args:
        modules: Globals of the user's modules.
        functions: Functions whose default arguments are kept.
    """
    before = [
        (names, {name: (value, _copied(value)) for name, value in names.items() if _keepable(name, value)})
        for names in modules
    ]
    defaults = [
        (value, _copied(value)) for function in functions for value in getattr(function, "__defaults__", None) or ()
        if isinstance(value, list | dict | set)
    ]  # fmt: skip
    quiet = [names for names, _ in before if "print" not in names]
    for names in quiet:
        names["print"] = _say_nothing
    try:
        yield
    finally:
        for names in quiet:
            names.pop("print", None)
        for names, known in before:
            for name, (value, then) in known.items():
                _restore(value, then)
                names[name] = value
        for value, then in defaults:
            _restore(value, then)


def _say_nothing(*_: Any, **__: Any) -> None:
    """Stands in for `print`: a person who asks why does not want to read the same log line thirty times."""


def _keepable(name: str, value: Any) -> bool:
    return type(value) in _PLAIN and not name.startswith("__")


def _copied(value: Any) -> Any:
    if not isinstance(value, list | dict | set):
        return value
    try:
        return copy.copy(value)
    except Exception:  # noqa: BLE001 - an unusual container stays as it is
        return value


def _restore(value: Any, then: Any) -> None:
    if isinstance(value, list):
        value[:] = then
    elif isinstance(value, dict | set) and value != then:
        value.clear()
        value.update(then)
