"""What the log has by itself about a receipt's verification: a later verdict, and the draw of sampled verification."""

from dataclasses import dataclass, field
from typing import Any

from . import drawn, later
from .bundle import Bundle
from .merkle import root_of_path
from .note import Checkpoint, LogProof, Note
from .statement import Statement
from .trust import Trust
from .values import digest_text, from_base64, require, sha256

DRAW = b"colophon/draw/v1\0"


@dataclass(frozen=True)
class Proven:
    """A statement that is in the log, the tree that has it, and how many witnesses cosigned that."""

    name: str
    index: int
    checkpoint: Checkpoint
    cosigned: int


@dataclass(frozen=True)
class Entries:
    """Log indices by kind, and all that the bundle proves; nothing where the check `inclusion` failed."""

    index: dict[str, int] = field(default_factory=dict)
    superseding: tuple[int, ...] = ()
    proven: tuple[Proven, ...] = ()

    @property
    def size(self) -> int:
        """Of the largest tree."""
        return max(one.checkpoint.size for one in self.proven)


def included(bundle: Bundle, trust: Trust, own: Proven) -> Entries:
    """What stands beside the receipt, whose own proof is given."""
    receipt, proven = own.index, [own]
    for kind, (statement, text) in bundle.registered.items():
        proven.append(_proven(kind, statement, text, trust))
    index = {one.name: one.index for one in proven[1:]}
    trees = []
    require(index.get("verdict", receipt + 1) > receipt, "a verdict stands before its receipt")
    require(index.get("draw", -1) < receipt, "a draw stands behind the receipt")
    require(all(index.get(kind, receipt + 1) > receipt for kind in later.KINDS), "what came later stands before its receipt")
    if reveal := bundle.registered_statement("reveal"):
        checkpoint, last = _checkpoint(reveal, trust), int(reveal.predicate["last"])
        trees.append(checkpoint)
        require(receipt <= last < checkpoint.size <= index["reveal"], "the reveal is of another time")
    superseding: list[int] = []
    for number, (statement, text) in enumerate(bundle.superseding, 1):
        proven.append(_proven(f"verdict {number}", statement, text, trust))
        before = superseding[-1] if superseding else index.get("verdict", receipt)
        require(proven[-1].index > before, "a verdict stands before the one that it supersedes")
        superseding.append(proven[-1].index)
    _one_log(proven, trees + [one.checkpoint for one in proven])
    return Entries(index, tuple(superseding), tuple(proven))


def _one_log(proven: list[Proven], trees: list[Checkpoint]) -> None:
    """A log has one tree of each size and one entry at each index."""
    sizes, roots = {tree.size for tree in trees}, {(tree.size, tree.root) for tree in trees}
    require(len(sizes) == len(roots), "two trees of one size: the log is forked")
    require(len({one.index for one in proven}) == len(proven), "two statements at one index: the log is forked")


def _proven(kind: str, statement: Statement, text: str, trust: Trust) -> Proven:
    proof = LogProof.parse(text)
    require(proof.checkpoint.origin == trust.origin, f"{kind}: the checkpoint is of another origin")
    cosigned = proof.note.verify(trust.checkpoint_key, trust.witnesses)
    root = root_of_path(_raw(statement), proof.index, proof.checkpoint.size, proof.path)
    require(root == proof.checkpoint.root, f"{kind}: the path does not lead to the checkpoint's root")
    return Proven(kind, proof.index, proof.checkpoint, len(cosigned))


def _raw(statement: Statement) -> bytes:
    return bytes.fromhex(statement.digest.removeprefix("sha256:"))


def _checkpoint(reveal: Statement, trust: Trust) -> Checkpoint:
    note = Note.parse(reveal.predicate["checkpoint"])
    checkpoint = Checkpoint.parse(note.text)
    require(checkpoint.origin == trust.origin, "the reveal's checkpoint is of another origin")
    note.verify(trust.checkpoint_key, [])
    return checkpoint


def bound(bundle: Bundle) -> None:
    """The part of `binding`: they speak of this receipt, and the reveal of this draw."""
    verdict, draw, reveal = (bundle.registered_statement(kind) for kind in ("verdict", "draw", "reveal"))
    execution = bundle.statements.get("execution")
    if verdict:
        require(execution and "verdict" not in bundle.receipt["statements"], "a later verdict beside an early one")
        _about(verdict, bundle.receipt_id, bundle)
    first = bundle.first_verdict
    require(not first or "supersedes" not in first.predicate, "the first verdict supersedes another")
    require(first or not bundle.superseding, "what is superseded is not here")
    before = first
    for number, (statement, _) in enumerate(bundle.superseding, 1):
        _about(statement, f"{bundle.receipt_id}/{number}", bundle)
        named = statement.predicate.get("supersedes", {})
        require(named.get("number") == number and named["verdict"] == before.digest, "it supersedes another verdict")
        before = statement
    for kind, statement in (("draw", draw), ("reveal", reveal)):
        if statement:
            require(statement.sub == f"{kind}/{statement.predicate['number']}", f"{kind}: another sub")
            require(statement.subject_digest == statement.predicate_digest, f"{kind}: its subject is not its content")
    require(not draw or _rate(bundle) or drawn.has_draw(bundle), "a draw that has no meaning for this receipt")
    require(draw or not reveal, "a reveal without its draw")
    if draw and reveal:
        for ours, theirs in (
            (reveal.predicate["draw"], draw.digest), (reveal.predicate["number"], draw.predicate["number"]),
            (reveal.kid, draw.kid), (digest_text(sha256(_seed(reveal))), draw.predicate["seed"]),
        ):
            require(ours == theirs, "the reveal is of another draw")


def appraises_evidence_of(execution: dict[str, Any], verdict: dict[str, Any]) -> bool:
    """Whether what a verdict appraises, if anything, is the evidence that the execution names."""
    return "appraisal" not in verdict or verdict["appraisal"]["evidence"] == execution.get("evidence")


def _about(verdict: Statement, sub: str, bundle: Bundle) -> None:
    """A verdict with an entry of its own is about this receipt, and about what it binds."""
    execution, stated = bundle.statements.get("execution"), verdict.predicate
    require(execution, "a verdict where nothing was executed")
    require(verdict.sub == sub and stated["receipt_id"] == bundle.receipt_id, "the verdict is of another receipt id")
    require(verdict.subject_digest == bundle.statements["receipt"].digest, "the verdict is about another receipt")
    require(stated["execution"] == execution.digest, "the verdict is about another execution")
    require(stated["profile"] == execution.predicate["profile"], "the verdict is of another profile")
    require(appraises_evidence_of(execution.predicate, stated), "the verdict appraises other evidence than the execution names")


def is_shown(bundle: Bundle, entries: Entries) -> bool:
    """Whether it can be known by when the verdict was due; always where none is drawn."""
    return not _rate(bundle) or "draw" in entries.index


def _rate(bundle: Bundle) -> int:
    return bundle.receipt.get("verification", {}).get("rate_bp", 0)


def _seed(reveal: Statement) -> bytes:
    return from_base64(reveal.predicate["seed"], "seed")


def selects(seed: bytes, root: bytes, entry: bytes, rate_bp: int) -> bool:
    first = int.from_bytes(sha256(DRAW, seed, root, entry)[:8], "big")
    return first < rate_bp * 2**64 // 10_000


def is_overdue(bundle: Bundle, entries: Entries) -> bool:
    """Of a bundle whose check `inclusion` passes."""
    draw, reveal = bundle.registered_statement("draw"), bundle.registered_statement("reveal")
    if not draw or not _rate(bundle):
        return False
    deadline = min(entries.index["draw"] + int(draw.predicate["within"]), 2**64 - 1)
    if entries.size <= deadline or entries.index.get("verdict", deadline + 1) <= deadline:
        return False
    if not reveal:
        return True
    root = Checkpoint.parse(Note.parse(reveal.predicate["checkpoint"]).text).root
    return selects(_seed(reveal), root, _raw(bundle.statements["receipt"]), _rate(bundle))
