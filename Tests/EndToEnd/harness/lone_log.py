"""The log of one storage process, over Connect, and a copy of it that aics-tlog has audited."""

import threading

import aics_tlog
import requests
from aics_tlog.tiles import MemoryTileReader, parse_entry_bundle

from harness.log import TILE_WIDTH, bundle_path, paths
from harness.service import LoneService


class LogClient:
    """Plain HTTP, one connection a thread, no retries: what came back is what the process said."""

    def __init__(self, service: LoneService, messages) -> None:
        self._messages = messages
        self._base = service.url + "/colophon.storage.v1.StorageService/"
        self._headers = {"authorization": f"Bearer {service.token}", "content-type": "application/proto"}
        self._sessions = threading.local()

    def call(self, method: str, request, answer):
        if not hasattr(self._sessions, "value"):
            self._sessions.value = requests.Session()
        response = self._sessions.value.post(
            self._base + method, data=request.SerializeToString(), headers=self._headers, timeout=30)
        response.raise_for_status()
        return answer.FromString(response.content)

    def append(self, statement: bytes):
        return self.call("Append", self._messages.AppendRequest(statement=statement), self._messages.Inclusion)

    def checkpoint(self):
        """The verified newest checkpoint."""
        keys = self.call("GetLogKeys", self._messages.GetLogKeysRequest(), self._messages.LogKeys)
        note = self.call("GetCheckpoint", self._messages.GetCheckpointRequest(), self._messages.Checkpoint).note
        checked = aics_tlog.verify_checkpoint(
            aics_tlog.parse_note(note.encode()), aics_tlog.parse_vkey(keys.checkpoint_vkey), [], 0,
            expected_origin=keys.origin)
        assert checked.ok, checked.error
        return checked

    def tile(self, path: str) -> bytes:
        return self.call("GetTile", self._messages.GetTileRequest(path=path), self._messages.GetTileResponse).data

    def entries(self) -> list[bytes]:
        """All entries of the newest tree, after an audit of every tile."""
        head = self.checkpoint()
        tiles = {path: self.tile(path) for path in paths(head.size)}
        assert aics_tlog.audit_tiles(MemoryTileReader(tiles), head.size, head.root).size == head.size
        return [
            entry for start in range(0, head.size, TILE_WIDTH)
            for entry in parse_entry_bundle(tiles[bundle_path(start // TILE_WIDTH, head.size)])]
