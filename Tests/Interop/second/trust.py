"""The trust policy (FORMAT section 5): whom its owner believes, and for what."""

import re
from dataclasses import dataclass, replace
from typing import Any

from cryptography import x509

from .certificates import parse_root
from .cose import is_key, thumbprint
from .jcs import parse
from .note import COSIGNATURE, ED25519, VerifierKey, is_key_name
from .shape import Shape, decimal, digest, exactly, integer, list_of, one_of, record, text, that
from .values import Refused, digest_text, from_base64, is_integer, require

CHECKS = (
    "signatures", "binding", "content", "inclusion", "witnesses", "time", "model", "reexecution", "tee", "proof",
    "attribution", "custody")
# One key signs at most one of these kinds; the other kinds go with any.
SEPARATE = frozenset({"execution", "custody", "attribution", "verdict", "receipt", "model"})
EVIDENCE_KINDS = ("simulated", "nitro", "tdx", "sev-snp")
# Of Intel's statuses those that a policy may list, and the parts of AMD's that have a version.
TCB_STATUSES = (
    "UpToDate", "SWHardeningNeeded", "ConfigurationNeeded", "ConfigurationAndSWHardeningNeeded", "OutOfDate",
    "OutOfDateConfigurationNeeded")
TCB_PARTS = ("boot_loader", "tee", "snp", "microcode", "fmc")
KINDS = SEPARATE | {"policy", "contribution", "key", "tombstone", "epoch", "draw", "reveal"}


@dataclass(frozen=True)
class Issuer:
    iss: str
    kid: str
    key: bytes
    kinds: frozenset[str]
    from_index: int
    to_index: int | None


def _by_kind(shape: Shape) -> Shape:
    return record(**{kind + "_": shape for kind in EVIDENCE_KINDS})


def _claims(value: Any, path: str) -> None:
    require(isinstance(value, dict) and 1 <= len(value) <= 64, f"{path} has not 1 to 64 members")
    for name, values in value.items():
        list_of(that(_is_claim, "a claim's value"), 1, 1024)(values, f"{path}.{name}")


def _is_claim(value: Any) -> bool:
    """Bytes in lower-case hexadecimal, or a number of 64 bits in decimal or, behind 0x, in hexadecimal."""
    if not isinstance(value, str):
        return False
    return bool(_HEX.fullmatch(value) or _NUMBER.fullmatch(value) and int(value, 0) < 1 << 64)


def _versions(value: Any, path: str) -> None:
    record(**{part + "_": integer(0, 255) for part in TCB_PARTS})(value, path)
    require(value, f"{path} names no part")


_HEX = re.compile(r"([0-9a-f]{2})*")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,19}|0x(0|[1-9a-f][0-9a-f]{0,15})")
_COUNT = re.compile(r"\+?0*([1-9][0-9]{0,18})")
_TEE = record(
    kinds=list_of(one_of(EVIDENCE_KINDS), 0, len(EVIDENCE_KINDS)), roots_=_by_kind(list_of(text(), 1, 64)),
    measurements_=_by_kind(_claims), tcb_statuses_=record(tdx_=list_of(one_of(TCB_STATUSES), 1, len(TCB_STATUSES))),
    tcb_minimum_=record(**{"sev-snp_": _versions}))


@dataclass(frozen=True)
class TEE:
    """What evidence of trusted hardware is worth something, by its kind."""

    kinds: frozenset[str]
    roots: dict[str, list[bytes]]
    measurements: dict[str, dict[str, list[str]]]
    tcb_statuses: dict[str, list[str]]
    tcb_minimum: dict[str, dict[str, int]]

    @classmethod
    def parse(cls, value: dict[str, Any]) -> "TEE":
        roots = {
            kind: [from_base64(root, f"trust.tee.roots.{kind}") for root in found]
            for kind, found in value.get("roots", {}).items()}
        require(all(is_key(key) for key in roots.get("simulated", [])), "trust.tee.roots.simulated has what is no key")
        for kind in roots.keys() - {"simulated"}:
            for der in roots[kind]:
                try:
                    x509.load_der_x509_certificate(der)
                except ValueError as error:
                    raise Refused(f"trust.tee.roots.{kind} has what is no certificate") from error
        said = {kind for name in value.keys() - {"kinds"} for kind in value[name]}
        require(said <= set(value["kinds"]), "trust.tee says something of a kind that it does not list")
        return cls(
            frozenset(value["kinds"]), roots,
            *(value.get(name, {}) for name in ("measurements", "tcb_statuses", "tcb_minimum")))


@dataclass(frozen=True)
class Trust:
    origin: str
    checkpoint_key: VerifierKey
    receipt_log_key: bytes
    witnesses: list[VerifierKey]
    quorum: int
    issuers: list[Issuer]
    manifest_signers: frozenset[str]
    manifest_digests: frozenset[str]
    profiles: frozenset[str]
    attribution_policies: frozenset[str]
    required: frozenset[str]
    timestamp_roots: list[x509.Certificate]
    tee: "TEE | None"

    @classmethod
    def parse(cls, data: bytes) -> "Trust":
        value = parse(data, "trust policy", integers=True)
        issuer = record(
            iss=text(), kid=digest, key=text(), alg=exactly("EdDSA"), kinds=list_of(one_of(KINDS), 0, 32),
            from_index=decimal(), to_index_=decimal())
        record(
            origin=that(is_key_name, "an origin"), checkpoint_vkey=text(), receipt_log_key=text(),
            witnesses=list_of(text(), 0, 64),
            quorum=lambda item, path: require(is_integer(item), f"{path} is no count"), issuers=list_of(issuer),
            manifests=record(signers=list_of(digest), digests=list_of(digest)), profiles=list_of(text()),
            tee_=_TEE, timestamp_roots_=list_of(text(), 0, 64),
            attribution_policies=list_of(digest),
            required=list_of(one_of(CHECKS)))(value, "trust")
        require(len(data) <= 1 << 20, "trust policy: above 1 MiB")
        witnesses = [VerifierKey.parse(vkey, COSIGNATURE) for vkey in value["witnesses"]]
        checkpoint_key = VerifierKey.parse(value["checkpoint_vkey"], ED25519)
        keys = [checkpoint_key.raw, *(witness.raw for witness in witnesses)]
        require(len(set(keys)) == len(keys), "trust: a witness is listed twice, or is the log itself")
        require(value["quorum"] <= len(witnesses), "trust: the quorum is above the number of witnesses")
        return cls(
            value["origin"], checkpoint_key,
            _key(value["receipt_log_key"], "trust.receipt_log_key"), witnesses, value["quorum"],
            [_issuer(item) for item in value["issuers"]], frozenset(value["manifests"]["signers"]),
            frozenset(value["manifests"]["digests"]), frozenset(value["profiles"]),
            frozenset(value["attribution_policies"]), frozenset(value["required"]),
            [parse_root(from_base64(item, "a root")) for item in value.get("timestamp_roots", [])],
            TEE.parse(value["tee"]) if "tee" in value else None)

    def requiring(self, names: str) -> "Trust":
        """Asks for more: names of checks with commas between, of `witnesses` with a number, which raises the quorum."""
        quorum, required = self.quorum, set(self.required)
        for word in names.split(","):
            name, numbered, number = word.partition("=")
            name = "reexecution" if name == "re-execution" else name
            require(name in CHECKS, f"{word} is no check")
            required.add(name)
            if numbered:
                count = _COUNT.fullmatch(number)
                require(name == "witnesses" and count, f"{word}: witnesses alone takes a number, of 1 and above")
                quorum = max(quorum, int(count[1]))
                require(quorum <= len(self.witnesses), f"{word}: the policy lists {len(self.witnesses)}")
        return replace(self, quorum=quorum, required=frozenset(required))

    def issuer(self, kid: str) -> Issuer | None:
        return next((issuer for issuer in self.issuers if issuer.kid == kid), None)

    def check_roles(self) -> None:
        """No key is in two roles, and no issuer's key signs what another service has to check (FORMAT section 5)."""
        keys = [self.checkpoint_key.raw, self.receipt_log_key, *(witness.raw for witness in self.witnesses)]
        keys += [issuer.key for issuer in self.issuers]
        require(len(set(keys)) == len(keys), "trust policy: one key is in two roles")
        for issuer in self.issuers:
            require(len(issuer.kinds & SEPARATE) <= 1, f"trust policy: one key of {issuer.iss} has two kinds")


def _key(encoded: str, what: str) -> bytes:
    raw = from_base64(encoded, what)
    require(is_key(raw), f"{what} is no key of 32 bytes, or one that binds nothing")
    return raw


def _issuer(value: dict[str, Any]) -> Issuer:
    key = _key(value["key"], "the key of " + value["iss"])
    require(digest_text(thumbprint(key)) == value["kid"], f"the kid of {value['iss']} is not its key's thumbprint")
    first, last = int(value["from_index"]), int(value["to_index"]) if "to_index" in value else None
    require(last is None or first <= last, f"the interval of {value['iss']} ends before it begins")
    return Issuer(value["iss"], value["kid"], key, frozenset(value["kinds"]), first, last)
