"""Amounts of money in payloads: found by the name of their field, with the currency beside it, and no further.

Which convention was assumed is said in words. Whole numbers named `…_cents` or `…_minor` are minor units (ISO 4217
says how many make one). A whole number named `amount` beside a lower-case currency is in minor units as Stripe's API
writes it, one named `value` beside a currency as Adyen's; any other whole number is taken as it stands.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from workbench.journal.codec import EnumValue, Record, Redacted

__all__ = ["Amount", "amount_in", "minor_digits", "words_of"]


def words_of(text: str) -> frozenset[str]:
    """A set of words."""
    return frozenset(text.split())


_NAMES: Final = ("amount", "total", "price", "value")
"""Words that an amount is called by, the surest first."""
_MINOR: Final = frozenset({"cents", "minor", "pence"})
_OTHER: Final = words_of(
    "refunded remaining captured received unit max maximum min minimum limit tax fee fees discount count "
    "number index type id currency balance before after tip shipping net due"
)
"""Words of fields that hold another amount than the one that was moved, or none."""
_CURRENCY: Final = frozenset({"currency", "currency_code", "currencycode", "ccy"})
_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_CODE: Final = re.compile(r"[A-Za-z]{3}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_NO_DIGITS: Final = words_of("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF")
_THREE_DIGITS: Final = words_of("BHD IQD JOD KWD LYD OMR TND")
"""Currencies whose minor unit is not a hundredth (ISO 4217)."""
_MAX_VISITED: Final = 500
_MAX_DEPTH: Final = 8
_MOST_PLACES: Final = 15
_MOST_DIGITS: Final = 6
"""Digits before and behind the point of an amount."""
_LONGEST_NUMBER: Final = 24


class Amount(NamedTuple):
    """An amount of money.

    Attributes:
        value: In major units (euros, not cents).
        currency: ISO code in capitals; `""` where none stands beside it.
        assumed: Which convention was taken for granted; `""` for none.
    """

    value: Decimal
    currency: str
    assumed: str = ""


class _Found(NamedTuple):
    rank: tuple[int, int, int]
    amount: Amount


def amount_in(value: Any) -> Amount | str | None:
    """The amount that a payload speaks of.

    Args:
        value: A payload or a part of one.

    Returns:
        The amount; a sentence where several stand side by side; `None` where none is recognised.
    """
    found = sorted(_amounts(value), key=lambda item: item.rank)
    if not found:
        return None
    best = [item.amount for item in found if item.rank == found[0].rank]
    if len({(amount.value, amount.currency) for amount in best}) > 1:
        listed = ", ".join(f"{amount.value} {amount.currency}".strip() for amount in best[:4])
        return f"several amounts stand side by side: {listed}"
    return best[0]


def minor_digits(currency: str) -> int:
    """Decimal digits of a currency's minor unit (ISO 4217)."""
    return 0 if currency in _NO_DIGITS else 3 if currency in _THREE_DIGITS else 2


def _amounts(value: Any) -> Iterator[_Found]:
    """Every field that may be an amount, ranked by depth, by name, and by what its name says besides."""
    pending: deque[tuple[Any, int, str, str]] = deque([(value, 0, "", "")])
    left = _MAX_VISITED
    while pending and left > 0:
        left -= 1
        part, depth, currency, above = pending.popleft()
        fields = part.fields if isinstance(part, Record) else part
        if depth > _MAX_DEPTH:
            continue
        if isinstance(fields, Mapping):
            currency = _currency_of(fields) or currency
            for name, inner in list(fields.items())[:_MAX_VISITED]:
                found = _field(str.__str__(name), inner, depth, currency, above) if isinstance(name, str) else None
                if found is not None:
                    yield found
                elif not isinstance(inner, (str, int, float, bytes)):
                    pending.append((inner, depth + 1, currency, str(name)[:80]))
        elif isinstance(fields, (list, tuple)):
            pending.extend((inner, depth + 1, currency, above) for inner in fields[:_MAX_VISITED])


def _field(name: str, value: Any, depth: int, currency: str, above: str) -> _Found | None:
    words, rank = _words_in(name[:80])
    if rank is None or _OTHER.intersection(words) or _OTHER.intersection(_words_in(above)[0]):
        return None
    code = currency or _currency_in(words)
    number = _number(value)
    if number is None or (rank > 0 and not (code or _MINOR & set(words) or isinstance(value, Decimal))):
        return None
    if _NAMES[rank] == "value" and not code:
        return None
    extra = len(words) - 1 - len(_MINOR & set(words))
    return _Found((depth, rank, extra), _scaled(number, value, words, code))


@lru_cache(4096)
def _words_in(name: str) -> tuple[Sequence[str], int | None]:
    """The words of a field's name, and which word for an amount is among them: every payload of a kind has the same."""
    words = [word.lower() for word in _WORDS.findall(name)]
    return words, next((rank for rank, known in enumerate(_NAMES) if known in words), None)


def _scaled(number: Decimal, value: Any, words: Sequence[str], currency: str) -> Amount:
    """In major units, with the convention that was assumed."""
    code = currency.upper()
    said = [] if code else ["no currency is recorded"]
    whole = isinstance(value, int)
    minor = bool(_MINOR & set(words))
    if minor and not code:
        said.append("hundredths")
    elif whole and not minor and "value" in words:
        minor, said = True, ["minor units, as Adyen writes them"]
    elif whole and not minor and currency.islower():
        minor, said = True, ["minor units, as Stripe writes them"]
    elif whole and not minor:
        said.append("a whole number without a unit in its name is taken as it stands")
    return Amount(number.scaleb(-minor_digits(code)) if minor else number, code, "; ".join(said))


def _number(value: Any) -> Decimal | None:
    """A finite number of a size that money has."""
    if isinstance(value, (bool, Redacted)):
        return None
    if isinstance(value, str):
        return Decimal(value) if _NUMBER.fullmatch(value[:_LONGEST_NUMBER]) else None
    if isinstance(value, float):
        return _sized(Decimal(repr(round(value, _MOST_DIGITS))))
    if isinstance(value, Decimal):
        return _sized(value)
    return Decimal(value) if isinstance(value, int) and abs(value) < 10**_MOST_PLACES else None


def _sized(number: Decimal) -> Decimal | None:
    """Looked at by its digits: arithmetic with a hostile exponent overflows."""
    if not number.is_finite() or number.adjusted() >= _MOST_PLACES:
        return None
    exponent = number.as_tuple().exponent
    return number if isinstance(exponent, int) and exponent >= -_MOST_DIGITS else None


def _currency_of(fields: Mapping[Any, Any]) -> str:
    """The currency that stands among the fields."""
    for name in fields:
        if isinstance(name, str) and not isinstance(name, Redacted) and name.lower() in _CURRENCY:
            value = fields[name]
            code = (value.name or value.value) if isinstance(value, EnumValue) else value
            if isinstance(code, str) and not isinstance(code, Redacted) and _CODE.fullmatch(code):
                return code
    return ""


def _currency_in(words: Sequence[str]) -> str:
    """`amount_eur` says it in its name."""
    known = {"eur", "usd", "gbp", "chf", "jpy", "aud", "cad", "sek", "nok", "dkk", "pln", "inr", "brl", "cny"}
    return next((word.upper() for word in words if word in known), "")
