"""The nouns: events, positions, kinds, histories. Pure values; nothing here does input or output."""

from workbench.model.declaration import UNNAMED, Declaration
from workbench.model.event import ANSWERS, ENDINGS, FOREIGN, OPENINGS, Event, EventType, instant, ns_of
from workbench.model.history import Columns, History, Payloads, Process, Source
from workbench.model.kind import Kind
from workbench.model.position import MAX_DEPTH, NOWHERE, Position, parse_position, position_text
from workbench.model.quiet import uncollected
from workbench.model.unsaid import Unsaid
from workbench.model.visible import visible

__all__ = [
    "ANSWERS",
    "ENDINGS",
    "FOREIGN",
    "MAX_DEPTH",
    "NOWHERE",
    "OPENINGS",
    "UNNAMED",
    "Columns",
    "Declaration",
    "Event",
    "EventType",
    "History",
    "Kind",
    "Payloads",
    "Position",
    "Process",
    "Source",
    "Unsaid",
    "instant",
    "ns_of",
    "parse_position",
    "position_text",
    "uncollected",
    "visible",
]
