"""Intel's judgement of a platform: TCB info and enclave identities (Intel PCS API version 4), their levels, and statuses put together."""

from typing import Any

from ..values import Refused, require
from .intel import masked, number, raw, record, records, seconds, text
from .pck import COMPONENTS, Platform
from .quote import Quote
from .quote import number as little

UP_TO_DATE, REVOKED = "UpToDate", "Revoked"
HARDENING, CONFIGURATION, BOTH = "SWHardeningNeeded", "ConfigurationNeeded", "ConfigurationAndSWHardeningNeeded"
OUT_OF_DATE, OUT_OF_DATE_CONFIGURATION = "OutOfDate", "OutOfDateConfigurationNeeded"
STATUSES = {UP_TO_DATE, HARDENING, CONFIGURATION, BOTH, OUT_OF_DATE, OUT_OF_DATE_CONFIGURATION, REVOKED}


def joined(*statuses: str) -> str:
    """Of a platform and its parts: what any of them needs, all of it needs."""
    found = set(statuses)
    if REVOKED in found:
        return REVOKED
    configuration = found & {CONFIGURATION, BOTH, OUT_OF_DATE_CONFIGURATION}
    if found & {OUT_OF_DATE, OUT_OF_DATE_CONFIGURATION}:
        return OUT_OF_DATE_CONFIGURATION if configuration else OUT_OF_DATE
    if configuration:
        return BOTH if found & {HARDENING, BOTH} else CONFIGURATION
    return HARDENING if HARDENING in found else UP_TO_DATE


def enclave_status(identity: dict[str, Any], quote: Quote) -> str:
    """Requires that the quoting enclave is the one of this identity; gives the status of its version."""
    enclave = quote.enclave
    require(raw(identity, "mrsigner", 32) == enclave["mr_signer"], "the quoting enclave is not signed by Intel")
    require(number(identity, "isvprodid") == little(enclave["isv_prod_id"]), "the quoting enclave is another product")
    _require_masked(identity, "miscselect", "miscselectMask", enclave["misc_select"])
    _require_masked(identity, "attributes", "attributesMask", enclave["attributes"])
    return _reached(identity, little(enclave["isv_svn"]))


def require_identity(identity: dict[str, Any]) -> None:
    """As far as it is read before its signature is."""
    require(number(identity, "version") == 2, "the identity has another version than 2")
    for name in ("issueDate", "nextUpdate"):
        seconds(text(identity, name))


class Info:
    """The TCB info of one family of platforms; every level is read before any is compared."""

    def __init__(self, value: dict[str, Any]) -> None:
        version = number(value, "version")
        require(version in (2, 3), "the TCB info has another version than 2 and 3")
        kind = text(value, "id") if version == 3 else "SGX"
        require(kind in ("SGX", "TDX"), "the TCB info is of neither SGX nor TDX")
        self.value, self.is_tdx = value, kind == "TDX"
        require(number(value, "tcbType") == 0, "the TCB info has another type than 0")
        self.fmspc, self.pce_id = raw(value, "fmspc", 6), raw(value, "pceId", 2)
        for name in ("issueDate", "nextUpdate"):
            seconds(text(value, name))
        self.levels = [self._level(item, version) for item in records(value, "tcbLevels")]

    def _level(self, level: dict[str, Any], version: int) -> tuple[list[int], list[int], int, str]:
        tcb = record(level, "tcb")
        if version == 2:
            sgx = [number(tcb, f"sgxtcbcomp{index:02}svn") for index in range(1, COMPONENTS + 1)]
        else:
            sgx = _components(tcb, "sgxtcbcomponents")
        tdx = _components(tcb, "tdxtcbcomponents") if self.is_tdx else []
        return sgx, tdx, number(tcb, "pcesvn"), _status(level)

    def status(self, platform: Platform, quote: Quote, enclave: str) -> str:
        """Of the first level that is reached in every part, of the quoting enclave and of the TDX module together."""
        svn = list(quote.body["tee_tcb_svn"]) if quote.is_domain else []
        # Of a TDX module of major version 1 and above the first two versions are the module's own, which has its own levels.
        own = 2 if svn and svn[1] else 0
        for sgx, tdx, pce, status in self.levels:
            if (platform.pce_svn >= pce and all(map(int.__ge__, platform.components, sgx))
                    and all(map(int.__ge__, svn[own:], tdx[own:]))):
                return joined(status, enclave, *([self._module(quote)] if quote.is_domain else []))
        raise Refused("the platform reaches no level of the TCB info")

    def _module(self, quote: Quote) -> str:
        minor, major = quote.body["tee_tcb_svn"][:2]
        if not major:
            self._require_module(record(self.value, "tdxModule"), quote)
            return UP_TO_DATE
        name = f"TDX_{major:02x}"
        module = next((item for item in records(self.value, "tdxModuleIdentities") if item.get("id") == name), None)
        require(module, f"the TCB info has no module {name}")
        self._require_module(module, quote)
        return _reached(module, minor)

    def _require_module(self, module: dict[str, Any], quote: Quote) -> None:
        require(raw(module, "mrsigner", 48) == quote.body["mr_signer_seam"], "the TDX module is signed by another key")
        _require_masked(module, "attributes", "attributesMask", quote.body["seam_attributes"])


def _require_masked(value: dict[str, Any], name: str, mask_name: str, found: bytes) -> None:
    wanted, mask = raw(value, name, len(found)), raw(value, mask_name, len(found))
    require(masked(found, mask) == masked(wanted, mask), f"{name} are others")


def _components(tcb: dict[str, Any], name: str) -> list[int]:
    found = [number(item, "svn") for item in records(tcb, name)]
    require(len(found) == COMPONENTS, f"{name} has not 16 entries")
    return found


def _status(level: dict[str, Any]) -> str:
    status = text(level, "tcbStatus")
    require(status in STATUSES, "a level has a status that nobody here knows")
    return status


def _reached(value: dict[str, Any], svn: int) -> str:
    for level in records(value, "tcbLevels"):
        if svn >= number(record(level, "tcb"), "isvsvn"):
            return _status(level)
    raise Refused("no level is reached")
