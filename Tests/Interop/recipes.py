"""One request after another: what was asked, what came of it, and the statements about it, honest unless edited."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mint
import talk
from mint import KEYS, Draft, digest
from second import credit, documents, jcs, nearest, spans
from second.bundle import Opening
from second.openings import commitment, stream_head
from second.request import read
from second.values import sha256, u64

RECEIPT_ID = "01990000-0000-7102-8304-05060708090a"
PRICE = 1_000_003
ROOM = 64
MANIFEST: dict[str, Any] = {
    "id": "tiny", "name": "Tiny", "architecture": "llama", "profile": "exact/1", "context_length": ROOM + 20,
    "licence": "Apache-2.0", "template": digest(b"template"),
    "weights": {"format": "gguf", "file": "tiny.gguf", "digest": digest(b"w"), "bytes": "1", "quantization": "Q4_1"},
    "lineage": {"root": "tiny", "nodes": [
        {"id": "tiny", "kind": "model", "name": "Tiny", "contributor": "example.org/maker", "claim": "declared",
         "retained_bp": 6000, "parents": [{"id": "corpus", "basis_points": 4000}]},
        {"id": "corpus", "kind": "dataset", "name": "Corpus", "contributor": "unattributed", "claim": "declared",
         "retained_bp": 10000, "parents": []}]}}
POLICY: dict[str, Any] = {
    "id": "default/1", "roles": [
        {"role": "lineage", "basis_points": 9500, "method": "lineage/1"},
        {"role": "operator", "basis_points": 500, "method": "operator/1"}]}
DOCUMENTS: dict[str, Any] = {
    "id": "documents/1", "roles": [
        {"role": "documents", "basis_points": 7000, "method": "context-shapley/1"},
        {"role": "operator", "basis_points": 3000, "method": "operator/1"}]}
NEAR: dict[str, Any] = {
    "id": "near/1", "roles": [
        {"role": "documents", "basis_points": 10_000, "method": "context-shapley/1", "shingle": 4, "words": 64,
         "near_bp": 8000}]}
SPANS: dict[str, Any] = {
    "id": "spans/1", "roles": [
        {"role": "texts", "basis_points": 6000, "method": "span/1", "length_min": 2, "rarity_min": 0,
         "rarity_table": digest(b"table"), "shingle": 4, "words": 64, "near_bp": 8000},
        {"role": "operator", "basis_points": 4000, "method": "operator/1"}]}
NEAREST: dict[str, Any] = {
    "id": "nearest/1", "roles": [
        {"role": "records", "basis_points": 6000, "method": "knn-shapley/1", "neighbours": 5, "negatives": "dropped",
         "shift": 8, "near_bp": 9500},
        {"role": "operator", "basis_points": 4000, "method": "operator/1"}]}
Edit = Callable[[Draft], None]


def owned(document: dict[str, Any], **changed: str) -> dict[str, str]:
    """The owner of a document that is registered."""
    return {
        "asset": "works", "class": digest(document["text"].encode()), "committed": "0", "contributor": "eve",
        "ownership": "registered"} | changed


def claimed(document: dict[str, Any]) -> dict[str, str]:
    """The owner of a document that nobody registered."""
    asset = {"asset": document["asset"]} if "asset" in document else {}
    return asset | {"contributor": document.get("contributor", "unattributed"), "ownership": "claimed"}


def ownership(*owners: dict[str, str], size: int = 1, **near: str) -> dict[str, Any]:
    return {"owners": list(owners), "registry": {"size": str(size), "root": digest(b"a log")} | near}


def span(start: int, length: int, **changed: Any) -> dict[str, Any]:
    """Words of the answer that stand in eve's text."""
    return {
        "asset": "works", "choice": 0, "class": digest(b"a text"), "committed": "0", "contributor": "eve",
        "length": length, "start": start, "tokens": length} | changed


def found(*lines: dict[str, Any], size: int = 1, **registry: str) -> dict[str, Any]:
    return {
        "registry": {"size": str(size), "root": digest(b"a log"), "records": digest(b"records")} | registry,
        "spans": list(lines)}


def earner(name: str, score: int, **changed: Any) -> dict[str, Any]:
    """A class of eve's records that is near to the answer."""
    return {
        "asset": "works", "class": digest(name.encode()), "committed": "0", "contributor": "eve", "score": str(score)
    } | changed


def near(*lines: dict[str, Any], queries: tuple[str, ...] = ("01ff7f80",), **changed: Any) -> dict[str, Any]:
    """What was found near to an answer, its lines brought into order."""
    return {
        "classes": 9, "encoder": digest(b"an encoder"), "method": "knn-shapley/1", "queries": list(queries),
        "lines": sorted(lines, key=lambda line: (int(line["committed"]), line["class"])),
        "registry": found()["registry"]} | changed


@dataclass
class Recipe:
    outcome: str = "answered"
    executed: bool | None = None
    """None: as the outcome makes one expect."""
    stream: bool = False
    choices: int = 1
    calls: bool = False
    asked: dict[str, Any] = field(default_factory=dict)
    receipt_id: str = RECEIPT_ID
    retrieved: bytes | None = None
    """Data of that opening, where collections are asked for."""
    values: list[int] = field(default_factory=list)
    """Of the documents that are asked with; none: they are not scored."""
    ownership: dict[str, Any] = field(default_factory=dict)
    """Of the documents; empty: no registry was asked."""
    spans: dict[str, Any] = field(default_factory=dict)
    """Of the answer; empty: none were looked for."""
    nearest: dict[str, Any] = field(default_factory=dict)
    """To the answer; empty: none were looked for."""
    rules: dict[str, Any] = field(default_factory=lambda: POLICY)
    cosigners: list[str] = field(default_factory=list)
    statements: tuple[str, ...] = ("custody", "attribution", "verdict", "model", "policy")
    edits: dict[str, Edit] = field(default_factory=dict)
    """By kind: changes a draft before its key signs it."""
    read_as: bytes = b""
    """The body that messages and parameters are stated from, where it is not the one that is committed."""
    changed: dict[str, bytes] = field(default_factory=dict)
    """By name of an opening: data that is committed, kept and opened in place of the honest."""

    def mint(self) -> bytes:
        return _Minting(self).bundle()


class _Minting:
    def __init__(self, recipe: Recipe) -> None:
        self.recipe, self.signed, self.openings = recipe, {}, {}
        self.executed = recipe.outcome in ("answered", "cancelled") if recipe.executed is None else recipe.executed
        self.choices = talk.choices(recipe)

    def bundle(self) -> bytes:
        recipe = self.recipe
        request = self.open("request", talk.body(recipe))
        receipt: dict[str, Any] = {"request": request}
        if self.executed:
            execution = self.execution(request)
            about = {"execution": execution} | {
                kind: self.sign(kind, execution, getattr(self, kind)(execution))
                for kind in ("model", "policy", "custody", "attribution", "verdict") if kind in self.recipe.statements}
            receipt["statements"] = {kind: value for kind, value in about.items() if kind not in ("model", "policy")}
            receipt["delivery"] = self.delivery
        else:
            receipt["error"] = {"code": "invalid_value" if recipe.outcome == "refused" else "internal"}
        receipt |= {
            "outcome": recipe.outcome, "sequence": "41", "accepted_unix_ms": "1756999999900",
            "price_nano": str(PRICE if self.executed else 0)}
        self.sign("receipt", receipt.get("statements", {}).get("execution", request), receipt)
        return mint.sealed(recipe.receipt_id, self.signed, self.openings, recipe.cosigners)

    def open(self, name: str, data: bytes) -> str:
        data, field_, salt = self.recipe.changed.get(name, data), name.partition("/")[0], self.salt(name)
        self.openings[name] = salt + u64(len(data)) + data
        if name == "activation":
            return digest_of_list(salt, data)
        return commitment(field_, salt, data)

    def salt(self, name: str) -> bytes:
        return sha256(b"salt ", name.encode(), self.recipe.receipt_id.encode())

    def sign(self, kind: str, subject: str, predicate: dict[str, Any]) -> str:
        owner = next(name for name, kinds in mint.ISSUERS.items() if kind in kinds)
        sub = predicate["id"] if kind in ("model", "policy") else self.recipe.receipt_id
        if kind in ("model", "policy"):
            subject = digest(jcs.canonical(predicate))
        else:
            predicate = {"receipt_id": self.recipe.receipt_id} | predicate
        draft = Draft(kind, KEYS[owner], sub, subject, predicate)
        self.recipe.edits.get(kind, lambda draft: None)(draft)
        self.signed[kind] = draft.sign()
        return digest(self.signed[kind])

    def execution(self, request: str) -> str:
        asked = read(self.recipe.read_as or talk.body(self.recipe), self.recipe.retrieved)
        messages = [self.open(f"message/{at}", message) for at, message in enumerate(asked.messages)]
        tokens = [[17, 400, 2][:2 + at % 2] for at in range(self.recipe.choices)]
        flat = b"".join(b"".join(n.to_bytes(4, "big") for n in [len(made), *made]) for made in tokens)
        count = sum(map(len, tokens))
        content = self.open("content", jcs.canonical({"choices": self.choices}))
        reasons = [choice["finish_reason"] for choice in self.choices]
        self.delivery = self.delivered()
        if self.recipe.values:
            data = b"".join(value.to_bytes(8, "big", signed=True) for value in self.recipe.values)
            self.open("scores", data + (jcs.canonical(self.recipe.ownership) if self.recipe.ownership else b""))
        if self.recipe.spans:
            self.open("spans", jcs.canonical(self.recipe.spans))
        if self.recipe.nearest:
            self.open("nearest", jcs.canonical(self.recipe.nearest))
        parameters = {"seed": "77", "seed_source": "drawn", "max_tokens": ROOM} | asked.parameters
        parameters["max_tokens"] = min(parameters["max_tokens"], ROOM)
        retrieved = {}
        if self.recipe.retrieved is not None or "retrieved" in self.recipe.changed:
            retrieved = {"retrieved": self.open("retrieved", self.recipe.retrieved or b"")}
        predicate = {
            "commitments": retrieved | {
                "request": request, "messages": messages, "content": content, "tokens": self.open("tokens", flat)},
            "model": {"id": "tiny", "manifest": digest(jcs.canonical(MANIFEST))}, "profile": "exact/1",
            "engine": {"build": "minted"}, "nonce": "bm9uY2U", "parameters": parameters, "started_unix_ms": "1757000000000",
            "usage": {"prompt_tokens": 20, "completion_tokens": count}, "ended_unix_ms": "1757000000500",
            "finish_reason": "cancelled" if "cancelled" in reasons else reasons[0],
            "activation": self.open("activation", b"".join(sha256(b"a", bytes([at])) for at in range(count)))}
        self.run = predicate
        return self.sign("execution", content, predicate)

    def delivered(self) -> dict[str, Any]:
        if not self.recipe.stream:
            parts = [
                {"index": c["index"], "finish_reason": c["finish_reason"], "message": talk.part(c)} for c in self.choices]
            wire = mint.as_json({"id": "chatcmpl-1", "choices": parts})
            return {"mode": "body", "wire": self.open("wire", wire)}
        chunks = [
            mint.as_json({"choices": [{"index": c["index"], "delta": delta}]})
            for c in self.choices for delta in talk.deltas(c)]
        if self.recipe.outcome != "answered":
            chunks.pop()
        self.open("stream", b"".join(u64(len(chunk)) + chunk for chunk in chunks))
        head = stream_head(self.salt("stream"), self.recipe.receipt_id, chunks)
        return {"mode": "stream", "chunks": str(len(chunks)), "chain": head}

    def model(self, execution: str) -> dict[str, Any]:
        return MANIFEST

    def policy(self, execution: str) -> dict[str, Any]:
        return self.recipe.rules

    def custody(self, execution: str) -> dict[str, Any]:
        kept = {"statement": [self.signed["execution"]], "opening": list(self.openings.values())}
        blobs = [
            {"name": digest(blob), "bytes": str(len(blob)), "retention": retention}
            for retention, found in kept.items() for blob in found]
        return {"blobs": blobs, "kept_unix_ms": "1757000000600"}

    def attribution(self, execution: str) -> dict[str, Any]:
        stated = {
            "policy": digest(self.signed["policy"]) if "policy" in self.signed else digest(b"elsewhere"),
            "manifest": digest(jcs.canonical(MANIFEST)), "operator": KEYS["inference"].iss, "price_nano": str(PRICE)}
        said, words, earned = {}, [], []
        if self.recipe.spans:
            listed = Opening.parse(self.openings["spans"], "spans")
            tokens = sum(spans.words(choice["text"]) for choice in self.choices)
            of_answer = spans.listed(listed, found() | self.recipe.spans, tokens)
            said, words = {"spans": of_answer.stated}, of_answer.weights
        if self.recipe.nearest:
            of_answer = nearest.listed(Opening.parse(self.openings["nearest"], "nearest"), near() | self.recipe.nearest)
            said |= {"nearest": of_answer.stated}
            earned = of_answer.weights
        if not self.recipe.values:
            return stated | said | {"shares": credit.shares(stated, self.recipe.rules, MANIFEST, [], words, earned, self.run)}
        sources = read(self.recipe.read_as or talk.body(self.recipe), self.recipe.retrieved).sources
        opening, owned = Opening.parse(self.openings["scores"], "scores"), self.recipe.ownership
        # What a liar signs follows from its lie.
        scores = documents.scored(opening, owned["owners"], owned["registry"]) if owned else documents.scores(opening, sources)
        shares = credit.shares(stated, self.recipe.rules, MANIFEST, scores.weights, words, earned, self.run)
        return stated | said | {"shares": shares, "scores": scores.stated}

    def verdict(self, execution: str) -> dict[str, Any]:
        count = sum(2 + at % 2 for at in range(self.recipe.choices))
        return {
            "method": "reexecution/1", "profile": "exact/1", "execution": execution, "result": "pass",
            "positions": count, "finding": ""}


def digest_of_list(salt: bytes, data: bytes) -> str:
    return "sha256:" + data[-32:].hex() if data else digest(b"colophon/activation/v1\0" + salt)
