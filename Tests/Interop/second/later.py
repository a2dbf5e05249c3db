"""An attribution that came after its receipt, and the custody of its scores, each with an entry of its own."""

from .bundle import Bundle
from .values import require

KINDS = ("attribution", "custody")


def bound(bundle: Bundle) -> None:
    """The part of `binding`: they are about this receipt, which says that its attribution is pending."""
    attribution, custody = (bundle.registered_statement(kind) for kind in KINDS)
    require(not custody or attribution, "a later custody without a later attribution")
    require(not attribution or "execution" in bundle.statements, "a later attribution where nothing was executed")
    require(not attribution or bundle.receipt.get("attribution") == "pending", "a later attribution that nobody waits for")
    for statement in (attribution, custody):
        if statement:
            same = statement.sub == statement.predicate["receipt_id"] == bundle.receipt_id
            require(same, f"{statement.kind}: is of another receipt id")
            require(statement.subject_digest == bundle.statements["receipt"].digest, f"{statement.kind}: is about another")
