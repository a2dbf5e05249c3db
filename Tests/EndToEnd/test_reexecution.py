"""Re-execution needs neither inference nor its kernel: verification alone, elsewhere, comes to the same bits."""

import json
import shutil

import pytest
from connectrpc.code import Code
from connectrpc.errors import ConnectError

from harness import programs
from harness.evidence import Bundle, Statement
from harness.service import LoneService
from harness.suite import chat

FIELDS = ("request", "content", "tokens", "activation")


@pytest.fixture(scope="module")
def stopped(make_suite):
    """Bundles of a suite that has stopped: greedy and sampled, on inference's widest kernel and two threads."""
    suite = make_suite("executed", COLOPHON_INFERENCE_THREADS="2").start()
    asked = [
        chat("What is the tallest mountain?", max_tokens=24),
        chat("Tell me something odd.", max_tokens=24, temperature=1.3, top_p=0.9, top_k=50, seed=11),
        chat("Tell me something new.", max_tokens=12, temperature=1.0),
    ]
    answers = [suite.post(body) for body in asked]
    bundles = [Bundle(suite.bundle(answer.json()["receipt"]["id"])) for answer in answers]
    assert suite.stop() == 0
    return suite, bundles


def request(messages, bundle: Bundle, **changed: bytes):
    fields = [*FIELDS, *(field for field in bundle.blobs if field.startswith("message/"))]
    return messages.ReexecuteRequest(
        execution_statement=bundle.statements["execution"].raw, model_statement=bundle.statements["model"].raw,
        openings=[messages.Opening(field=field, blob=changed.get(field, bundle.blobs[field])) for field in fields])


@pytest.mark.parametrize("kernel", [kernel for kernel in programs.machine_kernels()])
@pytest.mark.parametrize("threads", ["1", "2"])
def test_verification_alone_agrees_on_any_kernel_and_thread_count(stopped, stubs, tmp_path, is_long, kernel, threads):
    suite, bundles = stopped
    messages = stubs.messages("verification")
    variables = {"COLOPHON_VERIFICATION_KERNEL": kernel, "COLOPHON_VERIFICATION_THREADS": threads}
    models = str(suite.data / "inference/models")
    with LoneService("verification", tmp_path, "--models", models, variables=variables) as service:
        verification = stubs.connect("verification", service.url, service.token)
        # The scalar form takes eight seconds a bundle; in a short run, the one with the fewest tokens.
        for bundle in bundles if is_long or kernel != "scalar" else bundles[-1:]:
            answer = verification.reexecute(request(messages, bundle))
            assert answer.agrees, answer.finding
            verdict = Statement(answer.verdict_statement)
            assert verdict.kind == "verdict" and verdict.predicate["result"] == "pass"


def test_an_opening_that_does_not_open_is_refused(stopped, stubs, tmp_path, seeded):
    suite, (bundle, *_) = stopped
    messages = stubs.messages("verification")
    with LoneService("verification", tmp_path, "--models", str(suite.data / "inference/models")) as service:
        verification = stubs.connect("verification", service.url, service.token)
        for field in FIELDS:
            blob = bytearray(bundle.blobs[field])
            blob[seeded.randrange(len(blob))] ^= 1
            try:
                answer = verification.reexecute(request(messages, bundle, **{field: bytes(blob)}))
                assert not answer.agrees and answer.finding, field
            except ConnectError as error:
                assert error.code == Code.INVALID_ARGUMENT, (field, error)


def test_an_answer_of_another_execution_is_not_agreed_to(stopped, stubs, tmp_path):
    """The statement of one answer with the openings of another."""
    suite, (first, second, *_) = stopped
    messages = stubs.messages("verification")
    with LoneService("verification", tmp_path, "--models", str(suite.data / "inference/models")) as service:
        verification = stubs.connect("verification", service.url, service.token)
        with pytest.raises(ConnectError) as caught:
            verification.reexecute(request(messages, first, **second.blobs))
        assert caught.value.code == Code.INVALID_ARGUMENT
        assert json.loads(second.opening("content")[1]) != json.loads(first.opening("content")[1])


def test_a_model_that_no_folder_has_is_fetched_from_storage(suite, stubs, tmp_path):
    """Verification on a machine of its own, that knows no more than where storage is."""
    answer = suite.post(chat("What is the deepest lake?", max_tokens=8))
    bundle, messages = Bundle(suite.bundle(answer.json()["receipt"]["id"])), stubs.messages("verification")
    digest = bundle.statements["model"].predicate["weights"]["digest"]
    (tmp_path / "data").mkdir()
    shutil.copy(suite.data / "token", tmp_path / "data/token")
    given = ["--models", str(tmp_path / "none"), "--storage-url", suite.urls["storage"]]
    with LoneService("verification", tmp_path, *given) as service:
        verification = stubs.connect("verification", service.url, service.token)
        with pytest.raises(ConnectError) as caught:
            verification.reexecute(request(messages, bundle))
        assert caught.value.code == Code.FAILED_PRECONDITION and f"colophon blob put (its digest is {digest})" in str(caught.value)
        put = programs.must(programs.colophon("blob", "put", programs.model(), "--data", str(suite.data)))
        assert put.split()[0] == digest
        answer = verification.reexecute(request(messages, bundle))
        assert answer.agrees, answer.finding
        assert [file.name for file in (tmp_path / "data/verification/models").iterdir()] == [f"{digest[7:]}.gguf"]
    # Nothing of the suite's is left changed: the blob goes when nobody keeps it.
    programs.must(programs.colophon("blob", "release", digest, "--data", str(suite.data)))
