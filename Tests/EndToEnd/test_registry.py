"""Contributors and their assets through the command line, the log and attribution; and a copier who comes too late."""

import hashlib
import json

import pytest

from harness import programs
from harness.ledger import bean_check, credit
from harness.suite import chat

HOSTILE = '=cmd|"x",\\ \u202e; 2026-01-01 open Assets:Mine'


class Registry:
    """The command line over one suite."""

    def __init__(self, suite) -> None:
        self.suite = suite

    def __call__(self, *words: str, code: int = 0) -> str:
        done = programs.colophon(*words, "--data", str(self.suite.data))
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return (done.stdout + done.stderr).decode()


@pytest.fixture(scope="module")
def registry(make_suite):
    """A suite of its own: what is in the log stays there."""
    running = Registry(make_suite("registry").start())
    yield running
    assert running.suite.stop() == 0


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    for name in ("one", "two", "three"):
        (folder / name).write_text(name * 1000)
    return folder


def test_a_copier_who_comes_later_owns_nothing_of_it(registry, files):
    one, two, three = (str(files / name) for name in ("one", "two", "three"))
    assert "contributor ada, key sha256:" in registry("contributor", "add", "ada", "--name", HOSTILE, "--payout", "$p")
    registry("contributor", "add", "eve")
    assert registry("contributor", "add", "eve") == registry("contributor", "add", "eve")
    commit = ("asset", "commit", "corpus", "--contributor", "ada", "--licence", "CC-BY-4.0", one, two)
    said = registry(*commit)
    assert said == registry(*commit), "again, it says the same and logs nothing"
    assert "nothing" not in registry("asset", "list") and "corpus" not in registry("asset", "list")
    revealed = registry("asset", "reveal", "corpus", "--contributor", "ada")
    assert "owns 2 of its 2" in revealed and revealed == registry("asset", "reveal", "corpus", "--contributor", "ada")
    registry("asset", "commit", "mine", "--contributor", "eve", "--licence", "MIT", one, three)
    assert "owns 1 of its 2" in registry("asset", "reveal", "mine", "--contributor", "eve")
    listed = registry("asset", "list")
    assert "corpus  dataset  ada  owns 2 of 2  CC-BY-4.0" in listed and "mine  dataset  eve  owns 1 of 2" in listed
    people = registry("contributor", "list")
    assert "\u202e" not in people and "\\u{202e}" in people and "$p" in people


def test_croissant_metadata_is_an_asset(registry, tmp_path):
    registry("contributor", "add", "curator")
    metadata = {
        "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.1", "name": "Digits",
        "license": "CC0-1.0", "creator": {"@type": "sc:Person", "name": "A. Person"},
        "distribution": [{"@type": "cr:FileObject", "@id": "d", "sha256": hashlib.sha256(b"digits").hexdigest()}]}
    file = tmp_path / "croissant.json"
    file.write_text(json.dumps(metadata))
    words = ("asset", "commit", "digits", "--contributor", "curator", "--croissant", str(file))
    registry(*words)
    registry("asset", "reveal", "digits", "--contributor", "curator")
    assert "digits  dataset  curator  owns 1 of 1  CC0-1.0  Digits" in registry("asset", "list")
    file.write_text(json.dumps(metadata | {"conformsTo": "http://mlcommons.org/croissant/9"}))
    assert "croissant/1.1" in registry(*words, code=65)
    file.write_text(json.dumps(metadata | {"name": "Other"}))
    assert "committed to another digits" in registry(*words, code=65)


def test_data_provenance_metadata_names_files(registry, files, tmp_path):
    registry("contributor", "add", "water")
    metadata = {
        "source": {"version": "1.0.0", "title": "River levels", "id": "7f1c", "issuer": [{"name": "Water Office"}],
                   "description": "Hourly levels"},
        "provenance": {"origin-geography": [{"country": "FI"}], "date": "2026-01-10",
                       "generation-method": [{"code": "sensor"}]},
        "use": {"license": "CC-BY-4.0"}}
    file = tmp_path / "provenance.json"
    file.write_text(json.dumps(metadata))
    levels = tmp_path / "levels.csv"
    levels.write_text("a river, 3\n")
    words = ("asset", "commit", "levels", "--contributor", "water", "--provenance", str(file))
    assert "name the files" in registry(*words, code=64)
    assert "not both" in registry(*words, "--croissant", str(file), code=64)
    registry(*words, str(levels))
    registry("asset", "reveal", "levels", "--contributor", "water")
    assert "levels  dataset  water  owns 1 of 1  CC-BY-4.0  River levels" in registry("asset", "list")
    file.write_text(json.dumps(metadata | {"use": {}}))
    assert "one licence" in registry(*words, str(levels), code=65)


def test_what_cannot_be_registered_is_refused(registry, files):
    one = str(files / "one")
    assert "no id" in registry("contributor", "add", "two words", code=64)
    assert "control characters" in registry("contributor", "add", "x", "--name", "a\nb", code=64)
    assert "colophon contributor add" in registry(
        "asset", "commit", "c", "--contributor", "nobody", "--licence", "MIT", one, code=66)
    registry("contributor", "add", "frank")
    assert "--licence" in registry("asset", "commit", "c", "--contributor", "frank", one, code=64)
    assert "--kind" in registry(
        "asset", "commit", "c", "--contributor", "frank", "--licence", "MIT", "--kind", "x", one, code=64)
    assert "no commitment" in registry("asset", "reveal", "c", "--contributor", "frank", code=66)


def test_names_stand_in_the_exports_and_break_none(registry, tmp_path):
    # The operator of the machines earns a part of every answer, under whatever name it registered.
    suite = registry.suite
    identity = "https://inference.colophon.invalid"
    registry("contributor", "add", identity, "--name", HOSTILE)
    suite.wait_for_log(suite.post(chat("Say 1.", max_tokens=2)).json()["receipt"]["id"])
    for name in ("beancount", "csv", "prov-json", "cyclonedx"):
        programs.must(credit(suite, "export", "--format", name, "--output", str(tmp_path / name)))
    checked = bean_check(tmp_path / "beancount")
    assert checked.returncode == 0, checked.stderr
    text = (tmp_path / "beancount").read_text()
    assert 'name: "=cmd|\\"x\\",\\\\\\\\ \\\\u{202e}; 2026-01-01 open Assets:Mine"' in text
    assert "'=cmd" in (tmp_path / "csv").read_text()
    bom = json.loads((tmp_path / "cyclonedx").read_text())
    assert HOSTILE in [author["name"] for author in bom["components"][0]["authors"]]


def test_the_registry_is_made_from_the_log_alone(registry):
    suite = registry.suite
    before = registry("asset", "list"), registry("contributor", "list")
    assert suite.stop() == 0
    for file in (suite.data / "attribution").glob("ledger.sqlite*"):
        file.unlink()
    suite.start()
    assert (registry("asset", "list"), registry("contributor", "list")) == before
