"""What an address names: `POST /rooms/12/bookings` acts on what `GET /rooms/12` had read."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["address_of_one", "holds", "resource_above"]

_ADDRESS: Final = re.compile(r"(?:[A-Z]{3,7} )?(?P<place>(?:https?://[^/\s?#]+)?(?:/[^/\s?#]+)+)/?(?:[?#]\S*)?")
_NAMES_ONE: Final = re.compile(
    r"\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,64}|(?=[^\d]*\d)[A-Za-z]{1,20}[-_:]?[A-Za-z0-9-]{1,40}",
    re.IGNORECASE,
)
"""A number, an id that was drawn, or a word with digits (`inv-77`)."""
_VERSION: Final = re.compile(r"v\d+(?:\.\d+)?|v?\d{4}-\d\d(?:-\d\d)?|api\d*|oauth2?", re.IGNORECASE)
"""Which version of an interface it is: that names no resource."""
_LONGEST: Final = 300


def address_of_one(text: str) -> str:
    """The address of one thing, `/rooms/12`, without method, query and fragment; `""` for anything else."""
    place = _place(text) if "/" in text else ""
    return place if _names_one(place.rpartition("/")[2]) else ""


@lru_cache(4096)
def _place(text: str) -> str:
    found = _ADDRESS.fullmatch(text) if len(text) <= _LONGEST else None
    return found["place"] if found is not None else ""


def _names_one(part: str) -> bool:
    return _NAMES_ONE.fullmatch(part) is not None and _VERSION.fullmatch(part) is None


@lru_cache(4096)
def resource_above(text: str) -> str:
    """The address of what an address is a part of: `/rooms/12` of `/rooms/12/bookings`; `""` for nothing.

    Only what has an id counts: `/rooms` is above of all rooms, and whoever books one acts on no list.
    """
    place = _place(text) if "/" in text else ""
    scheme, mark, path = place.rpartition("://")
    parts = path.split("/")  # the first one is the host, or nothing
    last = len(parts) - 1
    for at in range(last, 0, -1):
        if _names_one(parts[at]):
            return scheme + mark + "/".join(parts[: at + 1]) if at < last else ""
    return ""


def holds(outer: str, inner: str) -> bool:
    """Whether one address names what another one is a part of."""
    above = resource_above(inner)
    return bool(above) and above == address_of_one(outer)
