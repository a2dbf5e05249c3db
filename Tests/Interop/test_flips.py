"""One changed byte is refused: all of statements, receipts and proofs, samples of the tiles."""

import pytest

import verifiers
from export import Export

# Each file with the verifiers that read it. The entry is recomputed from the flipped statement (`Export.entry`), so that
# a wrong outer digest can never hide an inner check that does nothing.
FILES = {
    "receipt/statement.cose": [verifiers.statement, verifiers.statement_by_pycose],
    "receipt/payload.json": [verifiers.statement],
    "receipt/statement_es256.cose": [verifiers.statement_es256],
    "receipt/hash_envelope.cose": [verifiers.hash_envelope],
    "receipt/statement.dsse.json": [verifiers.dsse],
    "receipt/receipt.cose": [verifiers.cose_receipt, verifiers.cose_receipt_path],
    "receipt/transparent.cose": [verifiers.transparent_statement],
    "receipt/receipt.tlog-proof": [verifiers.tlog_proof],
    "log/checkpoint": [verifiers.checkpoint],
    "old/checkpoint": [verifiers.consistency],
    "keys/scitt-keys.cbor": [verifiers.key_set],
}


def accepted(export: Export, checks) -> bool:
    try:
        for check in checks:
            check(export)
    except Exception:
        return False
    return True


@pytest.mark.parametrize("path", FILES)
def test_each_flipped_byte_is_refused(first, seeded, path):
    export = first.export
    assert accepted(export, FILES[path])
    passed = [
        (at, mask)
        for at in range(len(export[path]))
        for mask in (1, 1 << seeded.randrange(1, 8))
        if accepted(export.flipped(path, at, mask), FILES[path])
    ]
    assert not passed, f"{path}: accepted with these bytes changed (offset, mask): {passed}"


def test_the_signature_itself_covers_statement_and_receipt(first, seeded):
    """Without the entry, the tree or the payload to compare with, the signature alone must refuse."""
    export = first.export
    for path, check in (
        ("receipt/statement.cose", verifiers.statement_by_pycose), ("receipt/receipt.cose", verifiers.cose_receipt),
        ("receipt/statement_es256.cose", verifiers.statement_es256),
        ("receipt/hash_envelope.cose", verifiers.hash_envelope),
    ):
        for at in range(len(export[path]) - 64, len(export[path])):
            assert not accepted(export.flipped(path, at, 1 << seeded.randrange(8)), [check]), f"{path} byte {at}"


def test_flipped_bytes_of_tiles_and_entries_are_found(first, seeded, is_long):
    export = first.export
    for tile in export.tiles:
        path = "log/" + tile
        size = len(export[path])
        for at in seeded.sample(range(size), min(size, 512 if is_long else 48)):
            flipped = export.flipped(path, at, 1 << seeded.randrange(8))
            assert not accepted(flipped, [verifiers.tiles]), f"{path} byte {at}"


def test_a_missing_or_shortened_tile_is_found(first):
    export = first.export
    for tile in export.tiles:
        without = Export({path: data for path, data in export.files.items() if path != "log/" + tile})
        assert not accepted(without, [verifiers.tiles]), tile
        shortened = Export(export.files | {"log/" + tile: export["log/" + tile][:-1]})
        assert not accepted(shortened, [verifiers.tiles]), tile


def test_a_receipt_under_another_key_or_for_another_entry_is_refused(first, second):
    export = first.export
    swapped = Export(export.files | {"keys/log-receipt.pem": export["keys/issuer.pem"]})
    assert not accepted(swapped, [verifiers.cose_receipt])
    foreign = Export(export.files | {"receipt/statement.cose": second.export["receipt/statement.cose"]})
    assert not accepted(foreign, [verifiers.cose_receipt])
    assert not accepted(foreign, [verifiers.tlog_proof])
