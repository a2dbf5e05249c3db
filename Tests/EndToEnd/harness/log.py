"""The log as anybody can read it over REST: checkpoint, tiles and entry bundles, checked by aics-tlog."""

import aics_tlog
from aics_tlog.tiles import MemoryTileReader, entry_bundle_path, parse_entry_bundle, tile_path

from harness.suite import Suite

TILE_WIDTH = 256


class LogCopy:
    """A copy of the whole log at its newest checkpoint; making one audits it."""

    def __init__(self, suite: Suite) -> None:
        trust = suite.trust
        note = suite.get("/checkpoint")
        assert note.status_code == 200, note.text
        key = aics_tlog.parse_vkey(trust["checkpoint_vkey"])
        checked = aics_tlog.verify_checkpoint(
            aics_tlog.parse_note(note.content), key, [], 0, expected_origin=trust["origin"])
        assert checked.ok, checked.error
        self.size, self.root = checked.size, checked.root
        tiles = {path: self._tile(suite, path) for path in paths(self.size)}
        reader = MemoryTileReader(tiles)
        audited = aics_tlog.audit_tiles(reader, self.size, self.root)
        assert audited.size == self.size
        self.entries = [
            entry
            for start in range(0, self.size, TILE_WIDTH)
            for entry in parse_entry_bundle(tiles[bundle_path(start // TILE_WIDTH, self.size)])
        ]
        assert len(self.entries) == self.size

    @staticmethod
    def _tile(suite: Suite, path: str) -> bytes:
        answer = suite.get("/" + path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.content


def bundle_path(index: int, size: int) -> str:
    width = min(TILE_WIDTH, size - index * TILE_WIDTH)
    return entry_bundle_path(index, None if width == TILE_WIDTH else width)


def paths(size: int) -> list[str]:
    """Every tile and entry bundle of a tree of this size (c2sp.org/tlog-tiles)."""
    found = [bundle_path(index, size) for index in range(-(-size // TILE_WIDTH))]
    level, count = 0, size
    while count:
        for index in range(-(-count // TILE_WIDTH)):
            width = min(TILE_WIDTH, count - index * TILE_WIDTH)
            found.append(tile_path(level, index, None if width == TILE_WIDTH else width))
        level, count = level + 1, count // TILE_WIDTH
    return found
