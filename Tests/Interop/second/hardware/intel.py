"""JSON that Intel signs about platforms (Intel PCS API version 4): who signed it, for how long, and its fields."""

import calendar
import re
import time as clock
from typing import Any

from ..values import Refused, require
from . import path
from .certificate import Certificate
from .collateral import Collateral, Signed
from .sheet import Lacking
from .signature import is_ecdsa
from .written import from_hex

SIGNER = "Intel SGX TCB Signing"
LIST_MAX = 64
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII)


def require_signed(document: Signed, root: Certificate, collateral: Collateral, now: int) -> None:
    """Signed by Intel under the root at which the platform's own path ends, unrevoked, and current."""
    signers = [item for item in collateral.certificates if item.common_name == SIGNER]
    if not signers:
        raise Lacking(f"the certificate '{SIGNER}' was not handed in")
    signer = next((item for item in signers if is_ecdsa(item.key, document.signature, document.body)), None)
    require(signer, f"it is not signed by '{SIGNER}'")
    found = path.build(signer, [item for item in collateral.certificates if item != signer], [root])
    path.require_valid(found, now)
    require(_is_current(document, now), "it is not of this time")
    if not collateral.lists:
        raise Lacking("no revocation list was handed in")
    path.require_unrevoked(found, collateral.lists, now)


def newest(documents: list[Signed], now: int) -> Signed:
    """Of several that fit the newest that is current; where none is, the first."""
    current = [item for item in documents if _is_current(item, now)]
    return max(current, key=lambda item: _dates(item)[0]) if current else documents[0]


def _dates(document: Signed) -> tuple[int, int]:
    return seconds(text(document.value, "issueDate")), seconds(text(document.value, "nextUpdate"))


def _is_current(document: Signed, now: int) -> bool:
    issued, until = _dates(document)
    return issued <= now <= until


def seconds(stated: str) -> int:
    """A time of RFC 3339, without its fraction."""
    parts = _TIME.fullmatch(stated)
    require(parts, "a time of Intel's JSON is none of RFC 3339")
    day, time, sign, hours, minutes = parts.groups()
    try:
        found = calendar.timegm(clock.strptime(f"{day} {time}", "%Y-%m-%d %H:%M:%S"))
    except ValueError as error:
        raise Refused("a time of Intel's JSON is none of RFC 3339") from error
    require(not time.endswith(("60", "61")) and int(hours or 0) < 24 and int(minutes or 0) < 60, "a time of Intel's JSON is none")
    offset = int(hours or 0) * 3600 + int(minutes or 0) * 60
    return found + offset if sign == "-" else found - offset


def text(value: Any, name: str) -> str:
    found = value.get(name)
    require(isinstance(found, str), f"{name} is no text")
    return found


def number(value: Any, name: str) -> int:
    found = value.get(name)
    require(type(found) is int and 0 <= found <= 0xffff, f"{name} is no number of 0 to 65535")
    return found


def raw(value: Any, name: str, size: int) -> bytes:
    found = from_hex(text(value, name))
    require(found is not None and len(found) == size, f"{name} has not {size} bytes in hexadecimal")
    return found


def record(value: Any, name: str) -> dict[str, Any]:
    found = value.get(name)
    require(isinstance(found, dict), f"{name} is no object")
    return found


def records(value: Any, name: str) -> list[dict[str, Any]]:
    found = value.get(name)
    require(isinstance(found, list) and len(found) <= LIST_MAX and all(isinstance(item, dict) for item in found),
            f"{name} is no list of at most 64 objects")
    return found


def masked(value: bytes, mask: bytes) -> bytes:
    return bytes(one & other for one, other in zip(value, mask, strict=True))
