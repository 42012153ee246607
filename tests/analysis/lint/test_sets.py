"""Which calls give sets: by what the called function returns, wherever in the package it stands."""

from __future__ import annotations

import pytest

from tests.analysis.lint.test_lint import rules

IN_ORDER = "for name in chosen(): price(name)"


def inside(function: str, use: str = IN_ORDER) -> str:
    """A body that defines a function and uses it."""
    return f"{function}\n{use}"


@pytest.mark.parametrize(
    "function",
    [
        "def chosen(): return {n for n in 'ab'}",
        "def chosen() -> set[str]: return other",
        "def chosen():\n    kept = set()\n    kept.add('a')\n    return kept",
        "def chosen():\n    if NAMES:\n        return set('ab') | {'c'}\n    return frozenset('ab')",
        "def chosen():\n    def key(n):\n        return [n]\n    return {key(n)[0] for n in 'ab'}",
    ],
)
def test_functions_that_return_sets(function: str) -> None:
    assert rules(inside(function)) == ["WB106"]


@pytest.mark.parametrize(
    "function",
    [
        "def chosen(): return sorted({'a', 'b'})",
        "def chosen():\n    if NAMES:\n        return set('ab')\n    return ['a']",
        "def chosen():\n    if NAMES:\n        return\n    return set('ab')",
        "def chosen():\n    for n in sorted(NAMES):\n        yield n\n    return set('ab')",
        "def chosen():\n    def other():\n        return set('ab')\n    return sorted(other())",
        "def chosen(): return chosen()",
        "def chosen(): pass",
    ],
)
def test_functions_that_do_not(function: str) -> None:
    assert rules(inside(function)) == []


@pytest.mark.parametrize("use", ["sorted(chosen())", "len(chosen())", "'a' in chosen()", "return chosen() == {'a'}"])
def test_a_set_that_is_not_taken_in_order(use: str) -> None:
    assert rules(inside("def chosen(): return set('ab')", use)) == []


@pytest.mark.parametrize("use", ["list(chosen())", "first, *rest = chosen()", "chosen().pop()", "price(*chosen())"])
def test_a_set_that_is(use: str) -> None:
    assert rules(inside("def chosen(): return set('ab')", use)) == ["WB106"]


def test_what_an_async_function_returns_is_awaited() -> None:
    body = inside("async def chosen(): return set('ab')", "for name in await chosen(): await fetch(name)")
    assert rules(body, kind="async def") == ["WB106"]
