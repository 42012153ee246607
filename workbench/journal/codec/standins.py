"""What recorded values of the caller's types look like before those types are known: small inert classes.

Reading a log must not import or construct anything of the program that wrote it. So a dataclass comes back as a
`Record`, an enum member as an `EnumValue`, an exception as a `RecordedError`, and an unknown extension as `Opaque`.
`workbench.journal.codec.restore` turns them into real objects when the caller names the types.
"""

from __future__ import annotations

import reprlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_shortener: Final = reprlib.Repr()
_shortener.maxlevel = 4
_shortener.maxstring = _shortener.maxother = _shortener.maxlong = 120
_shortener.maxlist = _shortener.maxtuple = _shortener.maxdict = _shortener.maxset = 8

MAX_REPR_CHARS: Final = 1000


def bounded_repr(value: object) -> str:
    """A `repr` of at most `MAX_REPR_CHARS` that never raises: text for people, never read back."""
    try:
        text = _shortener.repr(value)
    except Exception as error:  # noqa: BLE001 - any object's own __repr__ may fail in any way; the text says so
        return f"<{type(value).__qualname__}: repr failed with {type(error).__name__}>"
    return text if len(text) <= MAX_REPR_CHARS else text[: MAX_REPR_CHARS - 1] + "…"


class Record:
    """A dataclass instance, pydantic model or named tuple, as recorded.

    Fields are read as attributes or items; where a field is called `fields`, `module` or `type_name`, only the item
    form gives it.

    Attributes:
        type_name: Qualified name of the class.
        module: Module of the class.
        fields: Field values by name, in order of declaration.
    """

    __slots__ = ("fields", "module", "type_name")

    type_name: str
    module: str
    fields: dict[str, Any]

    def __init__(self, type_name: str, module: str, fields: Mapping[str, Any]) -> None:
        set_slot = object.__setattr__
        set_slot(self, "type_name", type_name)
        set_slot(self, "module", module)
        set_slot(self, "fields", fields if type(fields) is dict else dict(fields))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """A record is a fact."""
        message = f"a recorded {self.type_name} cannot be changed"
        raise AttributeError(message)

    def __getattr__(self, name: str) -> Any:
        """A field by name."""
        if name.startswith("__") or name in Record.__slots__:  # half-made objects (copying) have no fields yet
            raise AttributeError(name)
        try:
            return self.fields[name]
        except KeyError:
            message = f"recorded {self.type_name} has no field {name!r}; it has {', '.join(map(str, self.fields))}"
            raise AttributeError(message) from None

    def __getitem__(self, name: str) -> Any:
        """A field by name."""
        return self.fields[name]

    def __iter__(self) -> Iterator[Any]:
        """Values in order, so that a recorded named tuple still unpacks."""
        return iter(self.fields.values())

    def __len__(self) -> int:
        """Number of fields."""
        return len(self.fields)

    def __bool__(self) -> bool:
        """Always true, as an object of the real class would be."""
        return True

    def __eq__(self, other: object) -> bool:
        """Equal when type and fields are."""
        if not isinstance(other, Record):
            return NotImplemented
        return (self.module, self.type_name, self.fields) == (other.module, other.type_name, other.fields)

    def __hash__(self) -> int:
        """Hashable when its fields are, so that frozen dataclasses still serve as keys."""
        return hash((self.module, self.type_name, tuple(self.fields.items())))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and crosses to worker processes as its three facts."""
        return Record, (self.type_name, self.module, self.fields)

    @reprlib.recursive_repr()
    def __repr__(self) -> str:
        """For example `Charge(id='ch_1', amount=Decimal('3'))`, bounded."""
        name = self.type_name.rpartition(".")[2]
        shown = [f"{key}={bounded_repr(value)}" for key, value in list(self.fields.items())[:20]]
        inner = ", ".join([*shown, "…"] if len(self.fields) > len(shown) else shown)
        return f"{name}({inner if len(inner) <= MAX_REPR_CHARS else inner[: MAX_REPR_CHARS - 1] + '…'})"


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A member of an enumeration, as recorded.

    Attributes:
        module: Module of the class.
        type_name: Qualified name of the class.
        name: Name of the member; `None` for a nameless combination of flags.
        value: Value of the member.
    """

    module: str
    type_name: str
    name: str | None
    value: Any

    def __hash__(self) -> int:
        """By name: the value need not be hashable."""
        return hash((self.module, self.type_name, self.name))

    def __repr__(self) -> str:
        """For example `Color.RED`."""
        return f"{self.type_name.rpartition('.')[2]}.{self.name or bounded_repr(self.value)}"


@dataclass(frozen=True, slots=True, eq=True)
class RecordedError:
    """An exception, as recorded. Not an exception itself, so that it cannot be raised by mistake.

    Attributes:
        module: Module of the class.
        type_name: Qualified name of the class.
        args: Its arguments; what could not be recorded is a bounded `repr`.
        message: `str` of the exception.
        attributes: Public instance attributes that could be recorded.
        traceback: Text of the traceback, bounded.
        cause: The `__cause__`, or `None`.
        notes: The `__notes__`.
        context: The `__context__`, where it was not suppressed.
    """

    module: str
    type_name: str
    args: tuple[Any, ...] = ()
    message: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    traceback: str = ""
    cause: Any = None
    notes: tuple[str, ...] = ()
    context: Any = None

    def __hash__(self) -> int:
        """By type and message: arguments need not be hashable."""
        return hash((self.module, self.type_name, str(self.message)))

    def __repr__(self) -> str:
        """For example `OutOfStock('sku-7')`."""
        return f"{self.type_name.rpartition('.')[2]}({', '.join(map(bounded_repr, self.args))})"


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value of an extension that this version does not know; it is kept byte for byte.

    Attributes:
        code: Extension code.
        raw: Body.
    """

    code: int
    raw: bytes


class RecordedFailure(Exception):  # noqa: N818 - stands for a foreign exception, whose name it carries
    """Raised in place of a recorded exception whose class is not loaded here.

    Attributes:
        recorded: The exception as recorded.
    """

    def __init__(self, recorded: RecordedError) -> None:
        self.recorded = recorded
        super().__init__(f"{recorded.module}.{recorded.type_name}: {recorded.message}")
