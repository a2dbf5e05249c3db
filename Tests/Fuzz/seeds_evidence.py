"""Seeds of evidence: the real pieces below Tests/Vectors/evidence are the beginning of a search (`run` gives them)."""

ACCEPTED = {}
REFUSED = {
    "nothing": b"", "zeros": bytes(2048), "ones": b"\xff" * 2048, "json-open": b'{"a":' * 5000,
    # Lengths that lie, at the first place where each kind has one.
    "tdx-v4-signature-length": b"\4\0\2\0\x81\0\0\0" + bytes(40) + bytes(584) + b"\xff\xff\xff\xff",
    "tdx-v5-body-length": b"\5\0\2\0\x81\0\0\0" + bytes(40) + b"\3\0" + b"\xff\xff\xff\x7f",
    "sgx-v3-signature-length": b"\3\0\2\0\0\0\0\0" + bytes(40) + bytes(384) + b"\xff\xff\xff\xff",
    "nitro-array-length": b"\x84\x44\xa1\x01\x38\x22\xa0\x5b" + b"\xff" * 8, "nitro-map-length": b"\x84\x44\xa1\x01\x38\x22\xbb" + b"\xff" * 8,
    "nitro-open": b"\x9f" * 4096, "tagged": b"\xd2" * 4096, "snp-short": bytes(1183), "vtpm-magic": b"\xff\x54\x43\x47" * 32,
    "hcl-length": b"HCLA" + b"\xff" * 28 + bytes(1184) + b"\xff" * 20,
}
