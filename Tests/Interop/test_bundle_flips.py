"""`colophon verify` refuses a bundle with one byte changed: samples here, each byte in ReceiptsTests."""

import base64
import json

import pytest

from harness import programs


@pytest.fixture(scope="module")
def bundle(first) -> bytes:
    return first.suite.bundle(first.receipt_id)


@pytest.fixture(scope="module")
def verify(first, tmp_path_factory):
    """Runs `colophon verify --json` over some bytes: exit status and report."""
    folder = tmp_path_factory.mktemp("bundles")

    def run(data: bytes, *arguments: str):
        path = folder / "bundle.json"
        path.write_bytes(data)
        trust = str(first.suite.data / "trust.json")
        result = programs.colophon("verify", str(path), "--trust", trust, "--json", *arguments)
        return result.returncode, json.loads(result.stdout or b"null"), result.stderr.decode()

    return run


def test_the_whole_bundle_is_accepted(verify, bundle):
    status, report, stderr = verify(bundle)
    assert status == 0 and report["accepted"], (report, stderr)
    states = {check["name"]: check["state"] for check in report["checks"]}
    assert "fail" not in states.values(), report
    assert all(states[name] == "pass" for name in ("signatures", "binding", "inclusion", "model")), states


def test_each_sampled_byte_of_the_file_is_refused(verify, bundle, seeded, is_long):
    for at in seeded.sample(range(len(bundle)), 400 if is_long else 40):
        flipped = bytearray(bundle)
        flipped[at] ^= 1 << seeded.randrange(7)
        status, report, _ = verify(bytes(flipped))
        assert status == 1 and not report["accepted"], f"byte {at} became {flipped[at]:#x}: {report}"


def test_the_named_check_fails_for_each_part(verify, bundle, seeded, is_long):
    """The byte is changed below the base64, so that the file stays well formed and the inner check has to find it."""
    expected = {"statements": {"signatures", "binding", "model", "attribution", "custody", "reexecution"}}
    for part, members in (("statements", None), ("openings", None), ("log", ["cose_receipt"])):
        for name in members or json.loads(bundle)[part]:
            for _ in range(20 if is_long else 3):
                value = json.loads(bundle)
                data = bytearray(base64.b64decode(value[part][name]))
                at = seeded.randrange(len(data))
                data[at] ^= 1 << seeded.randrange(8)
                value[part][name] = base64.b64encode(bytes(data)).decode()
                status, report, stderr = verify(canonical(value))
                assert status == 1 and not report["accepted"], f"{part}.{name} byte {at}: {report} {stderr}"
                failed = {check["name"] for check in report["checks"] if check["state"] == "fail"}
                assert failed, f"{part}.{name} byte {at} is refused without naming a check: {report}"
                if part == "log":
                    assert "inclusion" in failed, failed
                elif part == "openings":
                    # Custody names each blob; within the activation list it alone sees a byte before the chain's head.
                    assert failed & {"content", "custody" if name == "activation" else "content"}, (name, failed)
                else:
                    assert failed & expected[part], (name, failed)


def test_another_answer_is_refused_as_content(verify, bundle, first, tmp_path):
    """The holder's own copy decides: the answer as received passes, another one fails the check named content."""
    text = first.answer["choices"][0]["message"]["content"]
    for copy, state in ((text, "pass"), (text + " ", "fail")):
        path = tmp_path / "answer.txt"
        path.write_text(copy, newline="")
        status, report, _ = verify(bundle, "--response", str(path))
        found = {check["name"]: check["state"] for check in report["checks"]}["content"]
        assert (found, status) == (state, 0 if state == "pass" else 1), report


def canonical(value) -> bytes:
    """The JCS form of a bundle, whose strings are plain ASCII or printable."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
