"""Rules of the repository as a whole, over every file that git would publish."""

from __future__ import annotations

import importlib.metadata
import io
import json
import re
import subprocess
import sys
import tokenize
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
TOP_LEVEL = {
    *("README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml"),
    *("workbench", "notebooks", "tests", "labextension"),
    *(".ci", ".gitattributes", ".gitignore"),
}
REGISTRY = re.compile(r"\b(registry\.(npm|yarn)\w*\.\w+|pypi\.\w+|\w+\.pythonhosted\.\w+|deb\.debian\.\w+)\b")
MACHINE = re.compile(r"(?<![\w.~-])/(work|tmp/env[\w-]*)/")
SUPPRESSION = re.compile(r"(noqa|type: ?ignore|pyright: ?ignore)\b(?P<codes>: ?[A-Z]+\d+(, ?[A-Z]+\d+)*|\[[\w, -]+\])?")
REASON = re.compile(r"\w{2,}\W+\w{2,}")  # two words at least


def published() -> list[Path]:
    """The files that are tracked, or would be by `git add --all`."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def lines_of(path: Path) -> list[str]:
    """The lines of a text file; none of a binary one."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []


def matches(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {found[0]}"
        for path in published()
        for number, line in enumerate(lines_of(path), 1)
        if (found := pattern.search(line))
    ]


def comments_of(source: str) -> list[tuple[int, str]]:
    """The comments of Python source, each with its line number."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def unexplained(comment: str) -> bool:
    """Whether the comment silences a tool without naming the rule and giving a reason on the same line."""
    found = list(SUPPRESSION.finditer(comment))
    return bool(found) and not (all(one["codes"] for one in found) and REASON.search(SUPPRESSION.sub("", comment)))


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def package_json(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ROOT / "labextension" / name).read_text())
    return content


def test_nothing_else_lies_on_top() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in published()} <= TOP_LEVEL


def test_versions_agree() -> None:
    source = pyproject()["tool"]["hatch"]["version"]["path"]
    found = re.search(r'^__version__ = "(.+)"$', (ROOT / source).read_text(), re.MULTILINE)
    assert found
    version = found[1]
    assert package_json("package.json")["version"] == version
    assert package_json("package-lock.json")["version"] == version
    assert f"\n## {version}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_installed_version_is_the_one_of_the_sources() -> None:
    try:
        installed = importlib.metadata.version("durable-workbench")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("durable-workbench is not pip-installed in this environment")
    assert installed == package_json("package.json")["version"]


def test_the_lock_file_is_of_this_package_json() -> None:
    locked = package_json("package-lock.json")["packages"][""]
    wanted = package_json("package.json")
    assert [locked[kind] for kind in ("dependencies", "devDependencies")] == [
        wanted[kind] for kind in ("dependencies", "devDependencies")
    ]


def test_the_lock_file_pins_contents_not_places() -> None:
    packages = package_json("package-lock.json")["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_no_file_names_a_registry_or_a_path_of_this_machine() -> None:
    assert matches(REGISTRY) == []
    assert matches(MACHINE) == []
    assert matches(re.compile(re.escape(f"{ROOT}/") + "|" + re.escape(f"{sys.prefix}/"))) == []


def test_ci_runs_what_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text()
    script = (ROOT / ".ci" / "run").read_text()
    commands = ["python3 -m venv .venv", ".venv/bin/pip install -e '.[test]'", ".venv/bin/poe verify"]
    assert [command for command in commands if command not in readme or command not in script] == []


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# a comment", False),
        ("# noqa", True),
        ("# noqa: S603", True),
        ("# noqa: S603, S607 - the command is fixed", False),
        ("# type: ignore", True),
        ("# type: ignore[attr-defined]", True),
        ("# type: ignore[attr-defined]  # set by the decorator", False),
        ("# pyright: ignore[reportX]  # noqa: S101", True),
        ("# pyright: ignore because it is late", True),
    ],
)
def test_what_counts_as_unexplained(comment: str, *, expected: bool) -> None:
    assert unexplained(comment) is expected


def test_every_suppression_has_a_reason_on_its_line() -> None:
    assert [
        f"{path.relative_to(ROOT)}:{number}: {comment}"
        for path in published()
        if path.suffix == ".py"
        for number, comment in comments_of(path.read_text())
        if unexplained(comment)
    ] == []
