"""Which addresses name one thing, and what they are a part of."""

from __future__ import annotations

import pytest

from workbench.analysis.hazards.addresses import address_of_one, holds, resource_above

HOST = "https://rooms.test"


@pytest.mark.parametrize(
    ("address", "above"),
    [
        ("/rooms/12/bookings", "/rooms/12"),
        (f"{HOST}/v1/rooms/12/bookings?x=1", f"{HOST}/v1/rooms/12"),
        ("POST /tenants/7/rooms/inv-13/bookings", "/tenants/7/rooms/inv-13"),
        ("/rooms/12", ""),
        ("/rooms", ""),
        (f"{HOST}/v2/rooms", ""),
        ("/admin/api/2024-10/products", ""),
        ("a/b", ""),
        (HOST, ""),
    ],
)
def test_a_part_names_what_it_is_a_part_of(address: str, above: str) -> None:
    assert resource_above(address) == above


def test_one_thing_is_named_without_method_query_and_slash() -> None:
    assert address_of_one(f"GET {HOST}/rooms/12/?fields=free") == f"{HOST}/rooms/12"
    assert address_of_one(f"{HOST}/rooms?page=12") == ""


def test_siblings_do_not_hold_one_another() -> None:
    assert holds("/rooms/12?fields=free", "/rooms/12/bookings")
    assert not holds("/rooms/13", "/rooms/12/bookings")
    assert not holds("/rooms/12/calendar", "/rooms/12/bookings")
