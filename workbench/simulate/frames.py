"""What a world knows, as tidy frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.simulate.ledger import LedgerEntry
from workbench.simulate.services import SERVICES, Knobs
from workbench.simulate.traffic import Asked

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ledger_frame", "requests_frame", "services_frame"]


def ledger_frame(entries: Sequence[LedgerEntry]) -> pd.DataFrame:
    """One row per effect that really happened.

    Columns: `seq` (int64), `time` (datetime64[ns, UTC]), `service`, `action`, `order`, `sku` and `key` (str, `""` for
    none), `amount_cents` and `quantity` (Int64, missing where there is none), `facts` (object, all that the service
    knows of it).
    """
    import pandas as pd

    return pd.DataFrame(
        {
            "seq": pd.array([one.seq for one in entries], dtype="int64"),
            "time": _instants([one.time_ns for one in entries]),
            "service": _texts([one.service for one in entries]),
            "action": _texts([one.action for one in entries]),
            "order": _texts([one.text("order") or one.text("customer") or one.text("to") for one in entries]),
            "sku": _texts([one.text("sku") for one in entries]),
            "amount_cents": _numbers(entries, "amount_cents"),
            "quantity": _numbers(entries, "quantity"),
            "key": _texts([one.key for one in entries]),
            "facts": pd.Series([one.facts for one in entries], dtype="object"),
        }
    )


def requests_frame(asked: Sequence[Asked]) -> pd.DataFrame:
    """One row per request.

    Columns: `number` (int64), `time` (datetime64[ns, UTC], when it was over), `service`, `method`, `path` (str), `told`
    (str: `answer refusal nothing`, or `nobody` for one that arrived when nobody waited any more), `status` (int64, 0
    where there was no answer), `entries` (object, numbers of the ledger's entries that it made), `answer` (object).
    """
    import pandas as pd

    return pd.DataFrame(
        {
            "number": pd.array([one.number for one in asked], dtype="int64"),
            "time": _instants([one.time_ns for one in asked]),
            **{name: _texts([str(getattr(one, name)) for one in asked]) for name in _TEXTS},
            "status": pd.array([one.status for one in asked], dtype="int64"),
            "entries": pd.Series([list(one.entries) for one in asked], dtype="object"),
            "answer": pd.Series([one.answer for one in asked], dtype="object"),
        }
    )


_TEXTS = ("service", "method", "path", "told")


def services_frame(entries: Sequence[LedgerEntry], asked: Sequence[Asked], knobs: Knobs) -> pd.DataFrame:
    """One row per service.

    Columns: `service` (str), `requests`, `refused`, `unanswered` and `effects` (int64), `did` (str, what it did how
    often), `knobs` (object, what was turned at it).
    """
    import pandas as pd

    rows = []
    for service in SERVICES:
        mine = [one for one in asked if one.service == service]
        did = Counter(entry.action for entry in entries if entry.service == service)
        told = Counter(str(one.told) for one in mine)
        words = ", ".join(f"{count} {action}" for action, count in did.items())
        requests = len(mine) - told["nobody"]
        rows.append(
            (service, requests, told["refusal"], told["nothing"], did.total(), words, _knobs_of(service, knobs))
        )
    columns = ["service", "requests", "refused", "unanswered", "effects", "did", "knobs"]
    return pd.DataFrame(rows, columns=columns).astype({"service": "str", "did": "str"})


def _knobs_of(service: str, knobs: Knobs) -> dict[str, Any]:
    names = {
        "token": ("token_lifetime_seconds",),
        "stock": ("stock", "purchases"),
        "payment": ("key_lifetime_seconds", "charge_errors", "caches_errors"),
        "flag": ("flags", "switches"),
    }
    return {name: getattr(knobs, name) for name in names.get(service, ())}


def _numbers(entries: Sequence[LedgerEntry], name: str) -> Any:
    import pandas as pd

    return pd.array([one.whole(name) if name in one.facts else None for one in entries], dtype="Int64")


def _texts(values: Sequence[str]) -> Any:
    import pandas as pd

    return pd.array(values, dtype="str")


def _instants(values: Sequence[int]) -> Any:
    import pandas as pd

    return pd.to_datetime(pd.Series(values, dtype="int64"), utc=True, unit="ns")
