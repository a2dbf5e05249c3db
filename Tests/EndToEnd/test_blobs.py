"""Blobs of any size through a real storage process: resumed after kills, checked by range, released and erased."""

import hashlib
import subprocess

import pytest
import requests

from harness import programs
from harness.blobs import BlobService, Nanio

MIB = 1 << 20
GROWTH_MIB_MAX = 64


def write(path, random, size: int):
    with open(path, "wb") as file:
        for _ in range(0, size, MIB):
            file.write(random.randbytes(min(MIB, size - file.tell())))
    return path


def sha256(path) -> str:
    with open(path, "rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


@pytest.fixture(params=["filesystem", "s3"])
def place(request, tmp_path):
    """The settings of the place where blobs lie."""
    if request.param == "filesystem":
        yield ()
    else:
        with Nanio(tmp_path) as server:
            yield server.settings


def test_a_file_goes_in_and_comes_out_whole_and_by_range(place, tmp_path, seeded):
    source = write(tmp_path / "source", seeded, 11 * MIB + 17)
    with BlobService(tmp_path, *place) as storage:
        name, root = storage.put(source)
        assert name == sha256(source)
        assert storage.put(source) == (name, root)
        copy = tmp_path / "copy"
        storage.blob("get", name, "--output", str(copy))
        assert sha256(copy) == name
        storage.blob("get", name, "--output", str(copy), "--range", "1048570:3000000", "--root", root)
        assert copy.read_bytes() == source.read_bytes()[1048570:4048570]
        wrong = "sha256:" + "0" * 64
        assert "not the one" in storage.blob(
            "get", name, "--output", str(copy), "--range", "0:1", "--root", wrong, code=65).stderr
        headers = {"Authorization": f"Bearer {storage.token}"}
        whole = requests.get(f"{storage.url}/blobs/{name}", headers=headers, timeout=60)
        assert whole.status_code == 200 and whole.content == source.read_bytes()
        part = requests.get(f"{storage.url}/blobs/{name}", headers=headers | {"Range": "bytes=-5"}, timeout=60)
        assert part.status_code == 206 and part.content == source.read_bytes()[-5:]


def test_released_is_gone_and_erased_is_gone_for_good(place, tmp_path, seeded):
    released, erased = (write(tmp_path / word, seeded, 2 * MIB + 1) for word in ("released", "erased"))
    with BlobService(tmp_path, *place) as storage:
        name, _ = storage.put(released)
        storage.blob("release", name)
        storage.blob("release", name, code=66)
        assert "no blob" in storage.blob("get", name, "--output", str(tmp_path / "x"), code=66).stderr
        assert storage.put(released)[0] == name
        name, _ = storage.put(erased)
        said = storage.blob("erase", name, "--reason", "a test asked").stdout
        assert "tombstone sha256:" in said and "log index" in said
        assert "410" in storage.blob("put", str(erased), code=66).stderr
        headers = {"Authorization": f"Bearer {storage.token}"}
        gone = requests.get(f"{storage.url}/blobs/{name}", headers=headers, timeout=60)
        assert gone.status_code == 410 and gone.headers["Content-Type"] == "application/cose"
        assert b"a test asked" in gone.content


def test_an_upload_goes_on_after_the_service_was_killed(tmp_path, seeded):
    source = write(tmp_path / "source", seeded, 160 * MIB)
    with BlobService(tmp_path) as storage:
        client = subprocess.Popen(
            storage.command("put", str(source)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=programs.environment())
        while client.poll() is None and not any(file.stat().st_size >= 100 * MIB for file in storage.uploads):
            pass
        assert client.poll() is None, "the upload ended before it could be interrupted"
        storage.child.kill()
        assert client.wait(60) != 0
        left = storage.uploads
        assert len(left) == 1
    with BlobService(tmp_path) as storage:
        name, _ = storage.put(source)
        assert name == sha256(source)
        assert storage.uploads == []
        storage.blob("get", name, "--output", str(tmp_path / "copy"))
        assert sha256(tmp_path / "copy") == name


def test_memory_does_not_grow_with_the_blob(tmp_path, seeded, is_long):
    source = write(tmp_path / "source", seeded, (2048 if is_long else 128) * MIB)
    with BlobService(tmp_path, "--scrub-mib-per-second", "0") as storage:
        before = storage.peak_mib()
        name, _ = storage.put(source)
        storage.blob("get", name, "--output", str(tmp_path / "copy"))
        assert sha256(tmp_path / "copy") == name
        growth = storage.peak_mib() - before
        assert growth <= GROWTH_MIB_MAX, f"{growth:.0f} MiB"


def test_secrets_of_the_s3_store_come_from_a_private_file_alone(tmp_path):
    with Nanio(tmp_path) as server:
        server.keys.chmod(0o644)
        done = subprocess.run(
            [programs.service_program("storage"), "--data", str(tmp_path / "data"), "--port", "0", *server.settings],
            capture_output=True, text=True, timeout=60, env=programs.environment())
        assert done.returncode != 0 and "chmod 600" in done.stderr and "secret-of-the-tests" not in done.stderr
