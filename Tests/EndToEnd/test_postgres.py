"""The suite over PostgreSQL, and migrations of a service's rows."""

import json
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path

import pytest

from harness import programs
from harness.database import Postgres
from harness.programs import environment
from harness.service import LoneService
from harness.suite import MODEL_ID, chat

SERVICES = ("storage", "attribution", "orchestrator", "verification")


@pytest.fixture
def postgres():
    # A socket's path has room for about a hundred bytes.
    folder = Path(tempfile.mkdtemp(prefix="colophon-pg-"))
    try:
        with Postgres(folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_suite_over_postgresql_answers_and_outlives_a_kill_of_its_database(make_suite, postgres, tmp_path):
    suite = make_suite(
        "postgres", **{f"COLOPHON_{name.upper()}_DATABASE": postgres.conninfo for name in SERVICES}).start()
    receipts = [suite.post(chat("What is a colophon?")).json()["receipt"]["id"]]
    assert not list(suite.data.rglob("*.sqlite"))
    postgres.tell("kill", "down")
    postgres.tell("start", "ready")
    receipts.append(suite.post(chat("And what is a vellum?")).json()["receipt"]["id"])
    suite.stop()
    suite.start()
    for receipt in receipts:
        suite.wait_for_log(receipt)
        bundle = tmp_path / "bundle.json"
        bundle.write_bytes(suite.bundle(receipt))
        programs.must(programs.colophon("verify", str(bundle), "--trust", str(suite.data / "trust.json")))
    refused = programs.colophon("backup", str(tmp_path / "refused"), "--data", str(suite.data))
    assert refused.returncode == 74 and b"COLOPHON_ORCHESTRATOR_DATABASE" in refused.stderr
    # The running suite's rows are copied, and a suite with its rows in files goes on from them.
    backup = [programs.program("colophon"), "backup", str(tmp_path / "backup"), "--with-keys", "--data", str(suite.data)]
    subprocess.run(backup, check=True, env=environment(**suite.variables))
    restored = make_suite("files")
    programs.must(programs.colophon("restore", str(tmp_path / "backup"), "--data", str(restored.data)))
    assert len(list(restored.data.rglob("*.sqlite"))) == 4
    # Where the schemas are full, nothing is restored.
    again = [programs.program("colophon"), "restore", str(tmp_path / "backup"), "--data", str(tmp_path / "again")]
    full = subprocess.run(again, capture_output=True, text=True, env=environment(**suite.variables))
    assert full.returncode == 65 and "DROP SCHEMA colophon_orchestrator CASCADE" in full.stderr
    assert not (tmp_path / "again").exists()
    migrate = [programs.program("colophon"), "migrate", "--service", "storage", "--data", str(suite.data)]
    busy = subprocess.run(migrate, capture_output=True, text=True, env=environment(**suite.variables))
    assert busy.returncode == 69 and "is held by the running process" in busy.stderr
    assert suite.stop() == 0
    add = ["model", "add", MODEL_ID, "--model", programs.model(), "--data", str(restored.data)]
    programs.must(programs.colophon(*add))
    restored.start()
    restored.wait_for_log(restored.post(chat("And who wrote it?")).json()["receipt"]["id"])
    for receipt in receipts:
        assert json.loads(restored.bundle(receipt))["receipt_id"] == receipt
    assert restored.stop() == 0
    done = subprocess.run(migrate, capture_output=True, text=True, env=environment(**suite.variables))
    assert done.returncode == 0 and "up to date" in done.stdout, done.stderr


def test_a_password_in_the_connection_string_is_refused_and_not_repeated(tmp_path):
    with pytest.raises(RuntimeError) as error:
        with LoneService("storage", tmp_path, "--database", "postgresql://me:hunter2@localhost/x"):
            pass
    assert "--database-password-file" in str(error.value) and "hunter2" not in str(error.value)


# Storage's database as its first schema step left it: steps never change.
FIRST_STEP = """
CREATE TABLE blob (
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  retention TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (digest, retention)
) STRICT, WITHOUT ROWID;
CREATE TABLE custody (
  receipt_id TEXT NOT NULL,
  subject BLOB NOT NULL CHECK (length(subject) = 32),
  statement BLOB NOT NULL,
  PRIMARY KEY (receipt_id, subject)
) STRICT, WITHOUT ROWID;
"""


def test_rows_of_an_earlier_version_are_refused_with_the_command_that_migrates_them(tmp_path):
    with LoneService("storage", tmp_path) as service:
        data = service.data
    path = data / "storage/storage.sqlite"
    for file in path.parent.glob("storage.sqlite*"):
        file.unlink()
    rows = sqlite3.connect(path)
    rows.executescript(FIRST_STEP + "PRAGMA user_version = 1;")
    rows.close()
    path.chmod(0o600)
    shutil.rmtree(data / "storage/log")

    def refused() -> str:
        with pytest.raises(RuntimeError) as error:
            with LoneService("storage", tmp_path):
                pass
        return str(error.value)

    assert "colophon migrate --service storage" in refused()
    migrate = ["migrate", "--service", "storage", "--data", str(data)]
    assert "step 2 log: tried, and undone" in programs.must(programs.colophon(*migrate, "--dry-run"))
    assert "colophon migrate --service storage" in refused()
    assert "step 2 log: done" in programs.must(programs.colophon(*migrate))
    assert "up to date" in programs.must(programs.colophon(*migrate))
    with LoneService("storage", tmp_path):
        pass
    rows = sqlite3.connect(path)
    rows.executescript("PRAGMA user_version = 99;")
    rows.close()
    assert "start the newer program" in refused()
    assert programs.colophon(*migrate).returncode == 70
    assert programs.colophon("migrate", "--service", "inference", "--data", str(data)).returncode == 64
