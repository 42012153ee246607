"""Card numbers: brand prefix, length and Luhn's check digit together."""

from __future__ import annotations

import re
from typing import Final

_BRANDS: Final = (
    ("visa", re.compile(r"4\d{15}")),
    ("mastercard", re.compile(r"(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}")),
    ("amex", re.compile(r"3[47]\d{13}")),
    ("discover", re.compile(r"6(?:011|5\d{2}|4[4-9]\d)\d{12}")),
    ("diners", re.compile(r"3(?:0[0-5]|[68]\d)\d{11}")),
    ("jcb", re.compile(r"35(?:2[89]|[3-8]\d)\d{12}")),
    ("unionpay", re.compile(r"62\d{14,17}")),
)
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def brand_of(digits: str) -> str | None:
    """Brand of a card number given as bare digits, or `None` where it is no card number."""
    for brand, shape in _BRANDS:
        if shape.fullmatch(digits):
            return brand if _luhn(digits) else None
    return None


def _luhn(digits: str) -> bool:
    numbers = [ord(digit) - 48 for digit in reversed(digits)]
    return (sum(numbers[::2]) + sum(_DOUBLED[number] for number in numbers[1::2])) % 10 == 0


def facts_of(digits: str) -> dict[str, str]:
    """What stays known of a card: brand, where recognised, and the last four digits."""
    brand = brand_of(digits)
    return {"last4": digits[-4:]} | ({"brand": brand} if brand else {})
