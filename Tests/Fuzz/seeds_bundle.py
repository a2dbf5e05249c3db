"""Seeds of bundles: the frozen one is the beginning of a search (`run` gives it), and these lie about its form."""

from pathlib import Path

FROZEN = (Path(__file__).resolve().parents[1] / "Vectors/receipts/bundle.json").read_bytes()


def changed(old: bytes, new: bytes) -> bytes:
    assert FROZEN.count(old) >= 1, old
    return FROZEN.replace(old, new, 1)


ACCEPTED = {}
REFUSED = {
    "nothing": b"", "not-json": b"{'a'}", "array": b"[]", "empty-object": b"{}", "nested": b"[" * 20_000,
    "cut": FROZEN[: len(FROZEN) // 2], "twice": FROZEN * 2, "space-first": b" " + FROZEN, "line-last": FROZEN + b"\n",
    "space-inside": changed(b":", b": "), "member-unknown": changed(b'{"as_of"', b'{"a":0,"as_of"'),
    "member-twice": changed(b'{"as_of"', b'{"as_of":"1","as_of"'), "as-of-number": changed(b'"as_of":"', b'"as_of":1,"b":"'),
    "media-type": changed(b"vnd.colophon.bundle+json", b"vnd.colophon.bundle"), "id-cut": changed(b'"receipt_id":"', b'"receipt_id":"0'),
    "base64-unpadded": changed(b'=","', b'","'), "base64-line": changed(b'"cose_receipt":"', b'"cose_receipt":"\\n'),
    "statement-unknown": changed(b'"custody":', b'"custodz":'), "opening-unknown": changed(b'"content":', b'"contenz":'),
    "does-not-show-less": changed(b'"does_not_show":[', b'"does_not_show":[1,'),
}
