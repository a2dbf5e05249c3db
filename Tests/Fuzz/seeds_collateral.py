"""Seeds of collateral; the real files are among those of evidence."""

ACCEPTED = {}
REFUSED = {
    "nothing": b"", "json-open": b"{" * 5000, "json-none": b'{"a":1}', "tcb-info-text": b'{"tcbInfo":"a","signature":"00"}',
    "signature-missing": b'{"tcbInfo":{}}', "signature-short": b'{"enclaveIdentity":{},"signature":"0011"}',
    "crl-not-hex": b'{"tcb_info":"{}","root_ca_crl":"zz"}', "pem-open": b"-----BEGIN CERTIFICATE-----\nMII",
    "pem-empty": b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "der-length": b"\x30\x84\xff\xff\xff\xff",
    "der-indefinite": b"\x30\x80" * 2000,
}
