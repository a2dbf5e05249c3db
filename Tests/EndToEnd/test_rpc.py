"""connect-python calls every service on its HTTP/1.1 port, grpcio one over plaintext HTTP/2."""

import hashlib
import json
import os

import grpc
import pytest
from connectrpc.code import Code
from connectrpc.errors import ConnectError

from harness.evidence import Bundle, Statement
from harness.programs import SERVICES
from harness.service import LoneService
from harness.suite import chat

RECEIPT_ID = "0192e4a0-7c00-7000-8000-000000000001"


@pytest.fixture
def client(suite, stubs):
    return lambda service, token=suite.token: stubs.connect(service, suite.urls[service], token)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_says_who_it_is(client, stubs, suite, service):
    identity = client(service).get_identity(stubs.common.IdentityRequest())
    listed = {issuer["iss"]: issuer for issuer in suite.trust["issuers"]}
    assert listed[identity.issuer]["kid"] == "sha256:" + identity.key_id.hex()
    # Each key speaks for itself too: the suite that starts the services says so, not they.
    assert sorted(listed[identity.issuer]["kinds"]) == sorted([*identity.kinds, "key"])


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("token", [None, "not the token"])
def test_no_service_serves_a_stranger(client, stubs, service, token):
    with pytest.raises(ConnectError) as caught:
        client(service, token).get_identity(stubs.common.IdentityRequest())
    assert caught.value.code == Code.UNAUTHENTICATED


def test_inference_lists_models_and_streams_an_answer(client, stubs):
    messages = stubs.messages("inference")
    inference = client("inference")
    model = inference.list_models(messages.ListModelsRequest()).models[0]
    assert Statement(model.model_statement).kind == "model"
    salts = {name: os.urandom(32) for name in ("request", "content", "tokens", "activation")}
    request = messages.GenerateRequest(
        receipt_id=RECEIPT_ID, request_body=json.dumps(chat("Name a colour.", max_tokens=8)).encode(),
        salts=messages.Salts(messages=[os.urandom(32)], **salts))
    events = list(inference.generate(request))
    finished = events[-1].finished
    assert [event.WhichOneof("event") for event in events] == ["delta"] * (len(events) - 1) + ["finished"]
    content = json.loads(finished.content)["choices"]
    assert ["".join(event.delta.text for event in events[:-1])] == [choice["text"] for choice in content]
    assert sum(event.delta.tokens for event in events) in (finished.completion_tokens, finished.completion_tokens - 1)
    execution = Statement(finished.execution_statement)
    assert (execution.kind, execution.subject) == ("execution", RECEIPT_ID)
    assert execution.predicate["model"]["manifest"] == "sha256:" + model.manifest_digest.hex()
    assert len(finished.activation_list) == 32 * int.from_bytes(finished.token_ids[:4], "big")
    assert not inference.cancel(messages.CancelRequest(receipt_id=RECEIPT_ID)).found


def test_storage_keeps_blobs_and_publishes_the_log(client, stubs):
    messages = stubs.messages("storage")
    storage = client("storage")
    blobs = [os.urandom(size) for size in (0, 1, 100_000)]
    kept = storage.keep(
        messages.KeepRequest(
            receipt_id=RECEIPT_ID, subject_digest=os.urandom(32),
            blobs=[messages.Blob(retention=messages.RETENTION_OPENING, data=blob) for blob in blobs]))
    assert [hashlib.sha256(blob).digest() for blob in blobs] == list(kept.digests)
    assert Statement(kept.custody_statement).kind == "custody"
    for blob, digest in zip(blobs, kept.digests):
        assert storage.get_blob(messages.GetBlobRequest(digest=digest)).data == blob
    note = storage.get_checkpoint(messages.GetCheckpointRequest()).note
    assert note.startswith(storage.get_log_keys(messages.GetLogKeysRequest()).origin + "\n")
    with pytest.raises(ConnectError) as caught:
        storage.get_blob(messages.GetBlobRequest(digest=os.urandom(32)))
    assert caught.value.code == Code.NOT_FOUND


def test_storage_refuses_what_the_registration_policy_does_not_name(client, stubs, suite):
    """A statement that is signed, and whose key the log does not know for its kind."""
    messages = stubs.messages("storage")
    answer = suite.post(chat("Name a river.", max_tokens=4)).json()
    execution = Bundle(suite.bundle(answer["receipt"]["id"])).statements["execution"].raw
    for statement in (execution[:-1] + bytes([execution[-1] ^ 1]), b"", b"no statement"):
        with pytest.raises(ConnectError) as caught:
            client("storage").append(messages.AppendRequest(statement=statement))
        assert caught.value.code in (Code.INVALID_ARGUMENT, Code.PERMISSION_DENIED), caught.value


def test_attribution_answers_for_a_contributor(client, stubs, suite):
    suite.post(chat("Name a mountain.", max_tokens=4)).raise_for_status()
    messages = stubs.messages("attribution")
    balance = client("attribution").get_balance(messages.GetBalanceRequest(contributor="HuggingFaceTB"))
    assert balance.settled_nano > 0


def test_the_orchestrator_finds_a_receipt(client, stubs, suite):
    answer = suite.post(chat("Name a lake.", max_tokens=4)).json()
    messages = stubs.messages("orchestrator")
    for name in (answer["id"], answer["receipt"]["id"]):
        receipt = client("orchestrator").get_receipt(messages.GetReceiptRequest(id=name))
        assert receipt.receipt_id == answer["receipt"]["id"] and receipt.outcome == "answered"
        assert Statement(receipt.statement).digest == answer["receipt"]["statement_digest"]
    with pytest.raises(ConnectError) as caught:
        client("orchestrator").get_receipt(messages.GetReceiptRequest(id=RECEIPT_ID))
    assert caught.value.code == Code.NOT_FOUND


def test_verification_refuses_what_does_not_fit_together(client, stubs):
    messages = stubs.messages("verification")
    with pytest.raises(ConnectError) as caught:
        client("verification").reexecute(messages.ReexecuteRequest(execution_statement=b"\xd2\x84"))
    assert caught.value.code == Code.INVALID_ARGUMENT


def test_grpc_calls_a_service_over_plaintext_http2(stubs, tmp_path):
    """Real gRPC needs real trailers: a status on success, and the right one on an error."""
    with LoneService("storage", tmp_path, "--h2c-port", "0") as service:
        authorized = [("authorization", f"Bearer {service.token}")]
        messages = stubs.messages("storage")
        with grpc.insecure_channel(f"127.0.0.1:{service.listening['h2c_port']}") as channel:
            storage = stubs.grpc("storage", channel)
            identity = storage.GetIdentity(stubs.common.IdentityRequest(), metadata=authorized, timeout=20)
            assert "custody" in identity.kinds and len(identity.public_key) == 32
            expected = [
                (grpc.StatusCode.NOT_FOUND, authorized, messages.GetBlobRequest(digest=os.urandom(32))),
                (grpc.StatusCode.INVALID_ARGUMENT, authorized, messages.GetBlobRequest(digest=b"short")),
                (grpc.StatusCode.UNAUTHENTICATED, [], messages.GetBlobRequest(digest=os.urandom(32))),
            ]
            for code, metadata, request in expected:
                with pytest.raises(grpc.RpcError) as caught:
                    storage.GetBlob(request, metadata=metadata, timeout=20)
                assert caught.value.code() == code and caught.value.details()
