"""Moments that end in a log line, and files that are read by methods."""

from __future__ import annotations

import pytest

from tests.analysis.lint.test_lint import rules

TOLD = [
    "logging.info('now %s', time.time())",
    "print(f'{datetime.now():%H:%M}')",
    "logging.getLogger('x').debug('in %s', os.environ['HOME'])",
    "began = time.time()\nlogging.info(round(time.time() - began))",
    "logger.warning(datetime.now().isoformat())",
]
USED = [
    "began = time.time()\nlogging.info(began)\nprice(began)",
    "price(str(time.time()))",
    "if logging.info(time.time()) or time.time() > 5:\n    price(1)",
    "log = [time.time()]",
    "logging.info(random.random())",
]
FILES = [
    "(pathlib.Path('a') / 'b.json').read_text()",
    "path = pathlib.Path('a')\npath.with_suffix('.ini').open()",
    "pathlib.Path('a').exists()",
    "parser = configparser.ConfigParser()\nparser.read('a.ini')",
    "tomllib.load(order)",
    "order.read_bytes()",
]
NO_FILES = [
    "order.open()",
    "order.read()",
    "order.exists()",
    "json.loads(order)",
    "json.load(io.StringIO(order))",
    "pathlib.PurePath('a').with_suffix('.ini')",
]
IMPORTS = "import configparser, io, json, logging, pathlib, tomllib\n"


@pytest.mark.parametrize("body", TOLD)
def test_what_is_only_told_is_left_alone(body: str) -> None:
    assert rules(IMPORTS + body, arguments="order, logger") == []


@pytest.mark.parametrize("body", USED)
def test_what_is_told_and_used_is_found(body: str) -> None:
    assert rules(IMPORTS + body, arguments="order, logger") != []


@pytest.mark.parametrize("body", FILES)
def test_files_are_read_by_methods(body: str) -> None:
    assert rules(IMPORTS + body, arguments="order, logger") == ["WB110"]


@pytest.mark.parametrize("body", NO_FILES)
def test_methods_of_other_things_are_left_alone(body: str) -> None:
    assert rules(IMPORTS + body, arguments="order, logger") == []
