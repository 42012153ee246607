"""`wire.ts` out of the wire: `python -m workbench.debugger.typescript > labextension/src/wire.ts`."""

from __future__ import annotations

import json
import re
import sys
import types
from collections.abc import Iterator
from inspect import cleandoc
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from workbench.debugger.wire import ANSWERS, COLUMNS, MODULES, QUESTIONS
from workbench.debugger.wire import words as wire_words
from workbench.model import EventType, Kind
from workbench.views.palette import CHANGE_LOOKS, LOOKS, OUTCOME_LOOKS, SAFETY_LOOKS, Look

__all__ = ["wire_ts"]

_HEAD = """\
// Made by `python -m workbench.debugger.typescript` from workbench/debugger/wire: change that, not this.
"""
_PLAIN: dict[Any, str] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    Any: "unknown",
    type(None): "null",
}
_TABLES = {"STATES": "State", "STATUSES": "Status", "SOURCES": "Source", "CHANGES": "Change", "SAFETIES": "Safety"}
"""Lists of words whose places in the list are numbers of buffers."""
_WIDEST = 110


def wire_ts() -> str:
    """The text of `wire.ts`: types of questions and answers, columns, event types and the palette."""
    parts = [_HEAD, *_words(), *_columns(), *_interfaces(), *_asks(), *_events(), *_palette()]
    return "\n".join(parts)


def _words() -> Iterator[str]:
    """String unions, and those whose order counts as lists."""
    for name in wire_words.__all__:
        words = getattr(wire_words, name)
        if get_origin(words) is Literal:
            yield from _alias(name, [json.dumps(word) for word in get_args(words)])
    yield "export type Engine = string\n"
    for table, name in _TABLES.items():
        listed = json.dumps(get_args(getattr(wire_words, name)), ensure_ascii=False)
        yield f"/** By the numbers of buffers. */\nexport const {table}: readonly {name}[] = {listed}\n"


def _alias(name: str, options: list[str]) -> Iterator[str]:
    line = f"export type {name} = {' | '.join(options)}"
    yield (line if len(line) <= _WIDEST else "\n  | ".join([f"export type {name} =", *options])) + "\n"


def _columns() -> Iterator[str]:
    yield "/** Names and types of the buffers of each answer that has any, in their order. */"
    yield "export const COLUMNS = {"
    for answer, columns in COLUMNS.items():
        yield f"  {answer}: ["
        yield from (f'    {{ name: "{name}", dtype: "{dtype}" }},' for name, dtype in columns.items())
        yield "  ],"
    yield "} as const\n"


def _interfaces() -> Iterator[str]:
    for module in MODULES:
        for name in _in_file_order(module):
            shape = getattr(module, name)
            if is_typeddict(shape):
                yield "\n".join(_interface(shape)) + "\n"


def _in_file_order(module: types.ModuleType) -> list[str]:
    """Names that a module defines, as it defines them."""
    return [name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__]


def _interface(shape: Any) -> Iterator[str]:
    head, fields = _documented(shape)
    yield from _comment(head, "")
    yield f"export interface {shape.__name__} {{"
    for name, hint in get_type_hints(shape, include_extras=True).items():
        optional = get_origin(hint) is NotRequired
        yield from _comment(fields.get(name, ""), "  ")
        yield f"  {name}{'?' if optional else ''}: {_type(get_args(hint)[0] if optional else hint)}"
    yield "}"


def _documented(shape: Any) -> tuple[str, dict[str, str]]:
    """The description of a shape, and that of each field, from its docstring."""
    head, _, attributes = cleandoc(shape.__doc__ or "").partition("\n\nAttributes:\n")
    found = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", attributes, re.MULTILINE)
    return head, {name: re.sub(r"\s+", " ", text) for name, text in found}


def _comment(text: str, indent: str) -> Iterator[str]:
    lines = text.replace("*/", "* /").splitlines()
    if len(lines) == 1:
        yield f"{indent}/** {lines[0]} */"
    elif lines:
        yield from (f"{indent}/**", *(f"{indent} * {line}".rstrip() for line in lines), f"{indent} */")


def _type(hint: Any) -> str:
    if hint in _PLAIN or is_typeddict(hint):
        return _PLAIN.get(hint) or str(hint.__name__)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _named(hint) or " | ".join(json.dumps(word) for word in inner)
    if origin in {types.UnionType, Union}:
        return " | ".join(dict.fromkeys(map(_type, inner)))
    if origin is list:
        element = _type(inner[0])
        return f"({element})[]" if " | " in element else f"{element}[]"
    if origin is dict:
        return f"Record<{_type(inner[0])}, {_type(inner[1])}>"
    raise TypeError(f"the wire has no type for {hint!r}")


def _named(hint: Any) -> str:
    """The name of a union of words, where it has one."""
    return next((name for name in wire_words.__all__ if getattr(wire_words, name) == hint), "")


def _asks() -> Iterator[str]:
    yield "/** Question and answer by what is asked. */"
    yield "export interface Asks {"
    for ask, question in QUESTIONS.items():
        yield f"  {ask}: {{ question: {question.__name__}; answer: {ANSWERS[ask].__name__} }}"
    yield "}\n"
    yield "export type Ask = keyof Asks"
    yield 'export type Question = Asks[Ask]["question"]'
    yield 'export type Answer = Asks[Ask]["answer"]\n'


def _events() -> Iterator[str]:
    yield "/** Names of event types by the numbers of `type` buffers; 0 stands for a stop at a line. */"
    yield 'export const EVENT_TYPES: Readonly<Record<number, string>> = {\n  0: "Line",'
    yield from (f'  {type_.value}: "{type_.name}",' for type_ in EventType)
    yield "}\n"
    acts = [str(kind) for kind in Kind if kind.acts]
    yield "/** Kinds of steps that act on the world. */"
    yield f"export const ACTING_KINDS: readonly Kind[] = {json.dumps(acts)}\n"


def _palette() -> Iterator[str]:
    yield """\
/** How a word is drawn: shape and colour, never colour alone. Colours are of Okabe and Ito. */
export interface Look {
  label: string
  colour: string
  /** Hatching: "" for solid, or one of / \\\\ x + | . */
  pattern: string
  /** Mark at the end of a bar, by its plotly name. */
  symbol: string
  /** The same as a character. */
  glyph: string
}
"""
    yield from _looks("STATE_LOOKS", "State", LOOKS)
    yield from _looks("OUTCOME_LOOKS", 'OutcomeWord | "unknown"', OUTCOME_LOOKS)
    yield from _looks("CHANGE_LOOKS", "Change", CHANGE_LOOKS)
    yield "/** By the word of a verdict. */"
    yield "export const SAFETY_LOOKS: Readonly<Record<Safety, { colour: string; glyph: string }>> = {"
    for word, (colour, glyph) in SAFETY_LOOKS.items():
        yield f"  {word}: {{ colour: {json.dumps(colour)}, glyph: {json.dumps(glyph, ensure_ascii=False)} }},"
    yield "}"
    yield ""


def _looks(name: str, word: str, looks: dict[str, Look]) -> Iterator[str]:
    yield f"export const {name}: Readonly<Record<{word}, Look>> = {{"
    for key, look in looks.items():
        facts = ", ".join(
            f"{field}: {json.dumps(getattr(look, field), ensure_ascii=False)}" for field in Look.__dataclass_fields__
        )
        yield f"  {key}: {{ {facts} }},"
    yield "}\n"


if __name__ == "__main__":
    sys.stdout.write(wire_ts())
