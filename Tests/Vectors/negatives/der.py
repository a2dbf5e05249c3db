"""DER (X.690), and the ways to break it."""


def element(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    return bytes([tag]) + length(len(body)) + body


def length(count: int) -> bytes:
    if count < 128:
        return bytes([count])
    digits = count.to_bytes((count.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(digits)]) + digits


def sequence(*content: bytes) -> bytes:
    return element(0x30, *content)


def integer(value: int) -> bytes:
    return element(0x02, value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True))


def oid(content: bytes) -> bytes:
    return element(0x06, content)


def boolean(value: bool) -> bytes:
    return element(0x01, b"\xff" if value else b"\0")


def octets(content: bytes) -> bytes:
    return element(0x04, content)


def bits(content: bytes, unused: int = 0) -> bytes:
    return element(0x03, bytes([unused]), content)


def content(encoded: bytes) -> bytes:
    """What is inside one element."""
    return encoded[2 + (encoded[1] & 0x7F if encoded[1] & 0x80 else 0):]


def long_length(encoded: bytes) -> bytes:
    """The same element with one more byte of length than DER has."""
    body = content(encoded)
    digits = len(body).to_bytes(max(1, (len(body).bit_length() + 7) // 8) + (len(body) > 127), "big")
    return encoded[:1] + bytes([0x80 | len(digits)]) + digits + body


def indefinite(encoded: bytes) -> bytes:
    return encoded[:1] + b"\x80" + content(encoded) + b"\0\0"
