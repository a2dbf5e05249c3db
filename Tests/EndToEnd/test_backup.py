"""`colophon backup` and `restore` with real processes."""

import json
import shutil
import signal
import subprocess
import time

from harness import programs
from harness.log import LogCopy
from harness.programs import environment
from harness.suite import MODEL_ID, chat


def test_a_backup_of_the_running_suite_becomes_a_suite_that_goes_on(suite, make_suite, tmp_path):
    receipt = suite.post(chat("Name a colour.")).json()["receipt"]["id"]
    backup = tmp_path / "backup"
    printed = programs.must(programs.colophon("backup", str(backup), "--with-keys", "--data", str(suite.data)))
    digest = printed.rpartition("sha256:")[2].strip()
    later = suite.post(chat("Name another.")).json()["receipt"]["id"]
    suite.wait_for_log(later)
    checkpoint = tmp_path / "checkpoint"
    checkpoint.write_bytes(suite.get("/checkpoint").content)

    restored = make_suite("restored")
    arguments = ["restore", str(backup), "--data", str(restored.data)]
    behind = programs.colophon(*arguments, "--checkpoint", str(checkpoint))
    assert behind.returncode == 65 and b"new origin" in behind.stderr
    other = programs.colophon(*arguments, "--backup-sha256", "0" * 64)
    assert other.returncode == 65 and not restored.data.exists()
    assert "files verified" in programs.must(programs.colophon(*arguments, "--backup-sha256", digest))
    again = programs.colophon(*arguments)
    assert again.returncode == 65 and b"is not empty" in again.stderr

    add = ["model", "add", MODEL_ID, "--model", programs.model(), "--data", str(restored.data)]
    programs.must(programs.colophon(*add))
    restored.start()
    before = json.loads((backup / "backup.json").read_bytes())["log_size"]
    answer = restored.post(chat("Name a third.")).json()["receipt"]["id"]
    view = restored.wait_for_log(answer)
    # The keys that number receipts differ, so both may say 1.
    assert view["sequence"] in (1, "1"), view
    copy = LogCopy(restored)
    assert len(copy.entries) > int(before)
    assert copy.entries[: int(before)] == LogCopy(suite).entries[: int(before)]
    bundle = tmp_path / "bundle.json"
    bundle.write_bytes(restored.bundle(receipt))
    programs.must(programs.colophon("verify", str(bundle), "--trust", str(suite.data / "trust.json")))
    assert restored.get(f"/v1/receipts/{later}").status_code == 404
    assert restored.stop() == 0


def test_a_backup_that_is_killed_is_whole_or_refused(suite, seeded, is_long, tmp_path):
    for attempt in range(40 if is_long else 4):
        backup, data = tmp_path / f"backup{attempt}", tmp_path / f"data{attempt}"
        child = subprocess.Popen(
            [programs.program("colophon"), "backup", str(backup), "--data", str(suite.data)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
        # From before the first copy until after the last: the place is drawn, not timed.
        time.sleep(seeded.random() * 0.3)
        child.send_signal(signal.SIGKILL)
        child.wait()
        result = programs.colophon("restore", str(backup), "--data", str(data))
        assert (result.returncode == 0) == (backup / "backup.json").exists() == data.exists(), result.stderr
        if result.returncode:
            assert b"no backup" in result.stderr
        shutil.rmtree(backup, ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)
    assert suite.get("/readyz").status_code == 200
