r"""Restate's journals, read from what its admin API answers, without its SDK.

One command saves what is needed, a second and third add to the same file what is good to have (status, errors):

    for table in sys_journal sys_invocation sys_journal_events; do
      curl -s 127.0.0.1:9070/query -H 'accept: application/json' -H 'content-type: application/json' \
        -d "{\"query\": \"SELECT * FROM $table\"}"
    done > restate.json

`WHERE id = 'inv_…'` narrows it down. Answers may also stand in one document, bare or under any names. Of a server that
runs, `wb.open("http://127.0.0.1:9070")` asks the same (see `admin`).

What a journal cannot show is said: what the closures of steps were called with; which awakeables the code has taken;
when later attempts began; which step began just before a crash, because the SDKs do not wait until it is stored.
A step whose command is there without its notification is in doubt.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workbench.engines.jsons import BLANK, read
from workbench.engines.loaded import Loaded
from workbench.engines.restate.admin import answers_of, is_admin_api
from workbench.engines.restate.document import dump_of
from workbench.engines.restate.translate import translate
from workbench.engines.rows import Rows
from workbench.journal import OpenMode
from workbench.model import Unsaid, uncollected

__all__ = ["SUFFIXES", "SYSTEM", "is_admin_api", "load", "load_server", "sniff"]

SYSTEM = "restate"
"""Name of the engine in frames."""

SUFFIXES = (".json",)
"""How its files end; a folder may hold other files of this ending, so their first bytes decide."""

UNSAID = frozenset({Unsaid.WORKER, Unsaid.CODE, Unsaid.CONSUMPTION, Unsaid.ATTEMPTS, Unsaid.ARGUMENTS})

_ID = b'"inv_'
_COLUMNS = (b'"entry_type"', b'"target"')


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the shape that all engines share
    """Whether a file holds a journal or invocations, by its first bytes.

    Args:
        path: The file.
        head: Its first bytes.
    """
    if head.lstrip(BLANK)[:1] not in {b"{", b"["}:
        return False
    return _ID in head and any(column in head for column in _COLUMNS)


def load(path: Path, mode: OpenMode | str = OpenMode.PREFIX) -> Loaded:  # noqa: ARG001 - JSON is whole or is none
    """Read every invocation in a file.

    Args:
        path: The file.
        mode: Makes no difference: a document that ends in the middle is an error in every mode.

    Raises:
        LogNotFoundError: No such file.
        EmptyLogError: It holds no row.
        TornLogError: It ends in the middle.
        NotALogError: It is no journal.
        LogError: It cannot be read.
    """
    return replace(_loaded(read(path), str(path)), path=path)


def load_server(url: str, path: Path) -> Loaded:
    """Read the invocations of a server that runs; nothing is written to disk.

    Args:
        url: See `admin.is_admin_api`.
        path: What stands for a file; it is not made.

    Raises:
        EmptyLogError: It has no invocation.
        LogError: Nobody answers, not in time, or not as asked.
        TooLargeError: It has more than is taken here.
    """
    return replace(_loaded(answers_of(url), url), path=path, url=url)


def _loaded(raw: bytes, origin: str) -> Loaded:
    rows = Rows()
    with uncollected():
        bodies = translate(dump_of(raw, origin), rows)
    return Loaded(rows.history(lambda row: bodies[row], SYSTEM, origin, UNSAID), None, Path(origin))
