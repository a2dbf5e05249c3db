"""Two exports of two installations, each after a question that nobody asked before."""

import os
import secrets
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import aics_witness
import pytest
from aics_witness.config import LogConfig
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from both import Both
from export import Export
from harness import programs
from harness.authority import Authority
from harness.suite import Suite, chat
from harness.testlog import TestLog
from harness.until import until
from harness.witness import OurWitness, write_key


@dataclass(frozen=True)
class Exported:
    folder: Path
    export: Export
    suite: Suite
    answer: dict

    @property
    def receipt_id(self) -> str:
        return self.answer["receipt"]["id"]


def exported(suite: Suite, folder: Path) -> Exported:
    """Asks, and exports the receipt of the answer together with the log, without the model's files."""
    answer = suite.post(chat(f"What could the word {secrets.token_hex(8)} mean?"))
    assert answer.status_code == 200, answer.text
    receipt = answer.json()["receipt"]["id"]
    export(suite, folder, receipt)
    return Exported(folder, Export.read(folder), suite, answer.json())


def export(suite: Suite, folder: Path, receipt: str) -> None:
    programs.must(
        programs.colophon("export", str(folder), "--receipt", receipt, "--without-model", "--data", str(suite.data)))


@pytest.fixture(scope="session")
def first(suite, tmp_path_factory) -> Exported:
    return exported(suite, tmp_path_factory.mktemp("first") / "export")


@dataclass(frozen=True)
class Witnessed:
    """An installation whose log three witnesses are asked to cosign, ours, aics-witness and one that is never there, and
    `openssl ts` to stamp."""

    suite: Suite
    key: Ed25519PrivateKey
    ours: OurWitness
    theirs_url: str
    authority: Authority

    def is_complete(self, receipt_id: str) -> bool:
        """Whether the bundle of this receipt carries two cosignatures and a timestamp by now."""
        bundle = self.suite.bundle(receipt_id)
        return bundle.count("\u2014 witness.example/".encode()) == 2 and b'"timestamp":' in bundle


@pytest.fixture(scope="session")
def witnessed(make_suite, tmp_path_factory) -> Witnessed:
    log, folder = TestLog("log.example/witnessed"), tmp_path_factory.mktemp("witnesses")
    theirs = aics_witness.Witness(
        "witness.example/theirs", Ed25519PrivateKey.generate(),
        aics_witness.WitnessStore(str(folder / "theirs.db"), create=True),
        [LogConfig.from_strings(log.origin, [log.vkey])])
    server = aics_witness.make_server(theirs)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    authority = Authority(folder / "authority")
    away = TestLog("witness.example/away").cosigner_vkey
    with OurWitness(folder / "ours", {log.origin: log.vkey}, name="witness.example/ours") as ours:
        listed = folder / "witnesses"
        listed.write_text(
            f"# three\n{ours.vkey} {ours.url}\n{theirs.vkey_text} {server.url}\n{away} http://127.0.0.1:9/away/\n")
        suite = make_suite(
            "witnessed", COLOPHON_STORAGE_WITNESSES=str(listed), COLOPHON_STORAGE_ORIGIN=log.origin,
            COLOPHON_STORAGE_WITNESS_INTERVAL="50ms", COLOPHON_STORAGE_TSA_URL=authority.url,
            COLOPHON_STORAGE_TSA_ROOTS=str(authority.root), COLOPHON_STORAGE_TSA_INTERVAL="50ms",
            COLOPHON_STORAGE_TSA_PATIENCE="1s")
        write_key(suite.data / "storage/keys/checkpoint.key", log.key)
        yield Witnessed(suite.start(), log.key, ours, server.url, authority)
        suite.stop()
    server.shutdown()


@pytest.fixture(scope="session")
def second(witnessed, tmp_path_factory) -> Exported:
    """The export of a log with witnesses, once two of three have followed, and the time is stamped."""
    answer = witnessed.suite.post(chat(f"Who saw {secrets.token_hex(8)}?"))
    assert answer.status_code == 200, answer.text
    receipt = answer.json()["receipt"]["id"]
    until(lambda: witnessed.is_complete(receipt), witnessed.suite.logs)
    folder = tmp_path_factory.mktemp("second") / "export"
    export(witnessed.suite, folder, receipt)
    return Exported(folder, Export.read(folder), witnessed.suite, answer.json())


@pytest.fixture(params=["first", "second"])
def either(request) -> Exported:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def both(tmp_path_factory) -> Both:
    return Both(tmp_path_factory.mktemp("both"))


@pytest.fixture(scope="session")
def gocheck(tmp_path_factory) -> str:
    """The checker of exported logs that is built on golang.org/x/mod."""
    program = tmp_path_factory.mktemp("go") / "gocheck"
    source = Path(__file__).parent / "gocheck/main.go"
    variables = os.environ | {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""}
    built = subprocess.run(
        ["go", "build", "-o", str(program), str(source)], env=variables, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return str(program)
