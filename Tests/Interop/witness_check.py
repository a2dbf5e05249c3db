"""A real C2SP witness of somebody else, over HTTP, as a check of what a suite exports."""

import tempfile
import threading

import aics_tlog
import aics_witness
import requests
from aics_witness.config import LogConfig
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from export import Export, Refused, require


def witness_refuses_fork(export: Export) -> None:
    """aics-witness: cosigns the old head and the new one by its proof, then refuses the way back and, with 422, a fork."""
    origin, log_key = export.meta["origin"], export["keys/log.vkey"].decode().strip()
    with tempfile.TemporaryDirectory() as folder:
        store = aics_witness.WitnessStore(folder + "/w.db", create=True)
        witness = aics_witness.Witness(
            "w.example", Ed25519PrivateKey.generate(), store, [LogConfig.from_strings(origin, [log_key])])
        server = aics_witness.make_server(witness)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            def submit(note: bytes, old: int) -> str:
                return aics_witness.submit_checkpoint(
                    server.url, note, lambda start, _: export.consistency if start else [],
                    witness_vkey=witness.vkey, old_size=old)

            submit(export["old/checkpoint"], 0)
            old = aics_tlog.parse_checkpoint(aics_tlog.parse_note(export["old/checkpoint"]).text)
            line = submit(export["log/checkpoint"], old.size)
            note = aics_tlog.parse_note(aics_witness.merge_cosignatures(export["log/checkpoint"], line))
            merged = aics_tlog.verify_checkpoint(
                note, aics_tlog.parse_vkey(log_key), [witness.vkey], 1, expected_origin=origin)
            require(merged.ok, f"merged checkpoint: {merged.error}")
            try:
                submit(export["old/checkpoint"], 0)
            except aics_witness.FeederError:
                pass
            else:
                raise Refused("the way back was cosigned")
            if "fork/checkpoint" in export.files:
                body = aics_witness.protocol.format_add_checkpoint_request(
                    export.meta["size"], [], export["fork/checkpoint"])
                answer = requests.post(server.url.rstrip("/") + "/add-checkpoint", data=body, timeout=30)
                require(answer.status_code == 422, f"the fork was answered {answer.status_code}")
        finally:
            server.shutdown()
