"""Measurements of NVIDIA GPUs and NVSwitches, signed under a device's own certificate. Every device must pass every check."""

from typing import Any

from .. import der, jcs
from ..values import from_base64, require
from .certificate import Certificate
from .collateral import Collateral, blocks
from .sheet import Sheet
from .signature import P384, is_ecdsa
from .spdm import FIRMWARE, Device
from .written import from_hex

PLANNED = ("format", "chain", "validity", "revocation", "signature", "identity", "measurements", "nonce", "report_data")
# NVIDIA says online what is revoked.
OPTIONAL = frozenset({"revocation"})
DEVICES_MAX = 16
# TCG DICE: of Hopper and switches the composite device id, of Blackwell DiceTcbInfo.
DEVICE_ID, TCB_INFO = "2.23.133.5.4.1", "2.23.133.5.4.1.1"
FWIDS = 0xa6


def _devices(raw: bytes, collateral: Collateral) -> list[Device]:
    """The JSON of NVIDIA's attestation SDK, or one device's measurements, with its chain handed in."""
    if raw.lstrip(b" \t\r\n")[:1] not in (b"[", b"{"):
        return [Device.read(raw, collateral.certificates)]
    value = jcs.parse(raw, "the devices")
    if isinstance(value, dict):
        value = value["evidences"] if isinstance(value.get("evidences"), list) else [value]
    require(1 <= len(value) <= DEVICES_MAX, "there are not 1 to 16 devices")
    return [_device(item) for item in value]


def _device(value: Any) -> Device:
    require(isinstance(value, dict), "a device is no object")
    evidence, chain = (_from_base64(value.get(name)) for name in ("evidence", "certificate"))
    device = Device.read(evidence, [Certificate.parse(raw) for name, raw in blocks(chain) if name == b"CERTIFICATE"])
    nonce = value.get("nonce")
    if isinstance(nonce, str) and not isinstance(nonce, jcs.Number):
        require(from_hex(nonce) == device.nonce, "the nonce is not the one that the device signed")
    return device


def _from_base64(text: Any) -> bytes:
    require(not isinstance(text, jcs.Number), "a device lacks its evidence or its certificate")
    return from_base64(text, "evidence or certificate of a device")


def appraise(sheet: Sheet, raw: bytes) -> None:
    devices = sheet.check("format", lambda: _devices(raw, sheet.collateral)) or []
    for index, device in enumerate(devices):
        sheet.claims |= device.claims("" if len(devices) == 1 else f"device{index}.")
    for device in devices:
        _appraise(sheet, device)
        sheet.check_fresh(device.nonce, None)


def _appraise(sheet: Sheet, device: Device) -> None:
    if not device.certificates:
        sheet.lack(("chain", "validity", "signature", "identity"), "the device's certificate was not handed in")
        return
    leaf = device.certificates[0]
    sheet.check_path(leaf, device.certificates[1:])
    sheet.check("signature", lambda: require(
        is_ecdsa(leaf.key, device.signature, device.signed, P384), "the signature is not the device's"))
    sheet.check("identity", lambda: _identity(leaf, device))


def _identity(leaf: Certificate, device: Device) -> None:
    """The signer is a device, and runs the firmware that its key was derived from. A switch does not report its own."""
    certified = _firmware(leaf)
    reported = device.opaque.get(FIRMWARE)
    require(reported is None or any(reported) and reported in certified, "the firmware is not the certificate's")


def _firmware(leaf: Certificate) -> list[bytes]:
    value = leaf.extension(DEVICE_ID)
    if value is not None:
        fields = der.parse(value, "the device id").parts()
        require([field.tag for field in fields[:3]] == [der.INTEGER, der.SEQUENCE, der.SEQUENCE], "the device id is none")
        return [_digest(fields[2])]
    value = leaf.extension(TCB_INFO)
    require(value is not None, "the signer is no device: it names no firmware")
    lists = [field for field in der.parse(value, "DiceTcbInfo").parts() if field.tag == FWIDS]
    return [_digest(item) for field in lists for item in field.parts()]


def _digest(fwid: der.Value) -> bytes:
    require(fwid.tag == der.SEQUENCE, "a digest of firmware is none")
    parts = fwid.parts()
    require([part.tag for part in parts[:2]] == [der.OID, der.OCTETS], "a digest of firmware is none")
    return parts[1].body
