"""Bytes that are read from front to back, and never past their end."""

from .values import require


class Reader:
    def __init__(self, data: bytes, what: str) -> None:
        self.data, self.what, self.at = data, what, 0

    def take(self, count: int) -> bytes:
        require(count <= len(self.data) - self.at, f"{self.what} ends too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def little(self, count: int) -> int:
        return int.from_bytes(self.take(count), "little")

    def big(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def rest(self) -> bytes:
        return self.take(len(self.data) - self.at)

    def end(self, padded: bool = False) -> None:
        """Nothing follows; where `padded`, zeros may."""
        left = self.rest()
        require(not left or padded and not any(left), f"{self.what} has bytes behind its end")
