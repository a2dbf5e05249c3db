"""Says what members an object has. A shape is a function that refuses what is not of it."""

from collections.abc import Callable, Iterable
from typing import Any

from .values import from_decimal, is_digest, is_id, is_integer, is_receipt_id, require

Shape = Callable[[Any, str], None]


def record(**members: Shape) -> Shape:
    """An object with these members and no other; `name_` is optional (FORMAT writes `name`?)."""
    shapes = {name.removesuffix("_"): shape for name, shape in members.items()}
    needed = {name for name in members if not name.endswith("_")}

    def check(value: Any, path: str) -> None:
        require(isinstance(value, dict), f"{path} is no object")
        require(value.keys() <= shapes.keys(), f"{path} has unknown members: {sorted(value.keys() - shapes.keys())}")
        require(needed <= value.keys(), f"{path} lacks {sorted(needed - value.keys())}")
        for name, item in value.items():
            shapes[name](item, f"{path}.{name}")

    return check


def list_of(shape: Shape, low: int = 0, high: int = 1 << 20) -> Shape:
    def check(value: Any, path: str) -> None:
        require(isinstance(value, list) and low <= len(value) <= high, f"{path} is no list of {low} to {high}")
        for at, item in enumerate(value):
            shape(item, f"{path}[{at}]")

    return check


def that(holds: Callable[[Any], Any], what: str) -> Shape:
    def check(value: Any, path: str) -> None:
        require(holds(value), f"{path} is not {what}")

    return check


def one_of(names: Iterable[str]) -> Shape:
    allowed = frozenset(names)
    return that(lambda value: isinstance(value, str) and value in allowed, f"one of {sorted(allowed)}")


def integer(low: int = 0, high: int = 2**53 - 1) -> Shape:
    return that(lambda value: is_integer(value, low, high), f"an integer of {low} to {high}")


def text(low: int = 0, high: int = 1 << 20) -> Shape:
    return that(lambda value: isinstance(value, str) and low <= len(value.encode()) <= high, f"{low} to {high} bytes")


def decimal(limit: int = 2**64 - 1) -> Shape:
    return lambda value, path: from_decimal(value, path, limit) and None


def exactly(constant: Any) -> Shape:
    return that(lambda value: type(value) is type(constant) and value == constant, repr(constant))


digest = that(is_digest, "a digest")
receipt_id = that(is_receipt_id, "a UUIDv7 in lower case")
identifier = that(is_id, "1 to 256 printable ASCII characters")
