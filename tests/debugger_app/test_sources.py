"""Rules of the app's sources: text stays text, modules stay small."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "labextension" / "src"
FORBIDDEN = re.compile(
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|DOMParser|srcdoc|eval\s*\(|new Function"
    r"|document\.write|setHTML)|(:|\bas|<)\s*any\b"
)
LONGEST = 400


def code_of(path: Path) -> str:
    """The text without comments: prose may name what code may not."""
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(), flags=re.DOTALL)


@pytest.mark.parametrize("path", sorted(SOURCES.rglob("*.ts")), ids=lambda path: path.relative_to(SOURCES).as_posix())
def test_no_module_makes_markup_of_text(path: Path) -> None:
    assert [found[0] for found in FORBIDDEN.finditer(code_of(path))] == []


def test_modules_are_small() -> None:
    long = {path.name: len(path.read_text().splitlines()) for path in SOURCES.rglob("*.ts") if path.name != "wire.ts"}
    assert {name: lines for name, lines in long.items() if lines > LONGEST} == {}


@pytest.mark.parametrize("text", ["node.innerHTML = x", "eval (x)", "let x: any = 1", "document.write(x)"])
def test_what_is_forbidden_is_found(text: str) -> None:
    assert FORBIDDEN.search(text)


def test_every_command_of_the_schema_is_one_of_ours() -> None:
    named = set(re.findall(r'"command": "([^"]+)"', (SOURCES.parent / "schema" / "plugin.json").read_text()))
    ours = set(re.findall(r"= '(durable-workbench:[^']+)'", (SOURCES / "commands.ts").read_text()))
    assert named
    assert named <= ours


def test_settings_in_code_are_those_of_the_schema() -> None:
    schema = json.loads((SOURCES.parent / "schema" / "plugin.json").read_text())
    usual = re.search(r"const USUAL: Choices = \{(.*?)\};", (SOURCES / "settings.ts").read_text())
    assert usual
    in_code = {name: value.strip("'") for name, value in re.findall(r"(\w+): ('?[\w]+'?)", usual[1])}
    in_schema = {name: str(facts["default"]) for name, facts in schema["properties"].items()}
    assert in_code == {name: value.replace("True", "true") for name, value in in_schema.items()}


def test_nothing_of_jupyterlab_is_required_so_that_notebook_7_loads_it() -> None:
    assert "requires:" not in (SOURCES / "index.ts").read_text()
