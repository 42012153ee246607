"""Histories of AWS Lambda durable functions, read without their SDK and without asking AWS.

One command saves one:

    aws lambda get-durable-execution-history --include-execution-data --durable-execution-arn … > history.json

What a history cannot show is said: the name of the function, unless the execution's ARN stands beside the events; what
steps were called with; which step began just before a crash, because by default the SDKs do not wait until that is
stored. Without `--include-execution-data` payloads are left out, and stand there as such.
A step that was started and has no end is in doubt.
"""

from __future__ import annotations

import re
from pathlib import Path

from workbench.engines.aws.document import tellings_of
from workbench.engines.aws.translate import translate
from workbench.engines.jsons import BLANK, read
from workbench.engines.loaded import Loaded
from workbench.engines.rows import Body, Rows
from workbench.journal import OpenMode
from workbench.model import Unsaid, uncollected

__all__ = ["SUFFIXES", "SYSTEM", "load", "sniff"]

SYSTEM = "aws"
"""Name of the engine in frames."""

SUFFIXES = (".json",)
"""How its files end; a folder may hold other files of this ending, so their first bytes decide."""

UNSAID = frozenset({Unsaid.WORKER, Unsaid.CODE, Unsaid.ATTEMPTS, Unsaid.ARGUMENTS})

_EVENT = re.compile(rb'"EventType"\s*:\s*"(?:Execution|Step|Wait|Context|Callback|ChainedInvoke|Invocation)[A-Z]')
_DUMP = b'"DurableExecutionArn"'


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the shape that all engines share
    """Whether a file holds a history, by its first bytes.

    Args:
        path: The file.
        head: Its first bytes.
    """
    if head.lstrip(BLANK)[:1] not in {b"{", b"["}:
        return False
    return _EVENT.search(head) is not None or _DUMP in head


def load(path: Path, mode: OpenMode | str = OpenMode.PREFIX) -> Loaded:  # noqa: ARG001 - JSON is whole or is none
    """Read every history in a file.

    Args:
        path: The file.
        mode: Makes no difference: a document that ends in the middle is an error in every mode.

    Raises:
        LogNotFoundError: No such file.
        EmptyLogError: It holds no event.
        TornLogError: It ends in the middle.
        NotALogError: It is no history.
        LogError: It cannot be read.
    """
    raw = read(path)
    rows = Rows()
    bodies: list[Body] = []
    with uncollected():
        for telling in tellings_of(raw, path):
            bodies += translate(rows, telling, path.stem)
    return Loaded(rows.history(lambda row: bodies[row], SYSTEM, str(path), UNSAID), None, path)
