"""The `openai` package as its users use it: answers, streams, usage, the receipt's id, and its exception classes."""

import openai
import pytest

from harness.evidence import Bundle
from harness.suite import MODEL_ID

MESSAGES = [{"role": "user", "content": "What is the capital of France?"}]


@pytest.fixture(scope="module")
def client(suite):
    with openai.OpenAI(base_url=suite.url + "/v1", api_key="none is needed", max_retries=0) as client:
        yield client


def test_a_whole_answer_carries_its_receipt_in_header_and_body(client, suite):
    raw = client.chat.completions.with_raw_response.create(
        model=MODEL_ID, messages=MESSAGES, temperature=0, max_tokens=24)
    answer = raw.parse()
    receipt = answer.model_extra["receipt"]
    assert receipt["id"] == raw.headers["x-receipt-id"]
    assert receipt["outcome"] == "answered" and int(receipt["log"]["index"]) > 0
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason in ("stop", "length")
    assert answer.usage.prompt_tokens > 0
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    for name in (receipt["id"], answer.id):
        assert suite.get(f"/v1/receipts/{name}").json()["id"] == receipt["id"], name


def test_a_stream_carries_its_receipt_on_the_chunk_that_finishes(client, suite):
    raw = client.chat.completions.with_raw_response.create(
        model=MODEL_ID, messages=MESSAGES, temperature=0, max_tokens=24, stream=True,
        stream_options={"include_usage": True})
    chunks = list(raw.parse())
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    finishing = [chunk for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason]
    carrying = [chunk for chunk in chunks if "receipt" in (chunk.model_extra or {})]
    assert len(finishing) == 1 and carrying == finishing
    receipt = finishing[0].model_extra["receipt"]
    assert receipt["id"] == raw.headers["x-receipt-id"]
    assert text
    assert chunks[-1].usage.total_tokens == chunks[-1].usage.prompt_tokens + chunks[-1].usage.completion_tokens
    execution = Bundle(suite.bundle(receipt["id"])).statements["execution"].predicate
    assert execution["usage"]["completion_tokens"] == chunks[-1].usage.completion_tokens


def test_greedy_answers_are_the_same_streamed_and_whole(client):
    ask = dict(model=MODEL_ID, messages=MESSAGES, temperature=0, max_tokens=24)
    whole = client.chat.completions.create(**ask).choices[0].message.content
    streamed = "".join(
        chunk.choices[0].delta.content or "" for chunk in client.chat.completions.create(**ask, stream=True))
    assert streamed == whole


def test_a_seed_repeats_a_sampled_answer(client):
    ask = dict(model=MODEL_ID, messages=MESSAGES, temperature=1.2, top_p=0.95, seed=7, max_tokens=24)
    first, second = (client.chat.completions.create(**ask).choices[0].message.content for _ in range(2))
    assert first == second


def test_models_are_listed_and_found(client):
    assert [model.id for model in client.models.list()] == [MODEL_ID]
    assert client.models.retrieve(MODEL_ID).id == MODEL_ID
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("no-such-model")


@pytest.mark.parametrize(
    ("error", "changes"),
    [
        (openai.NotFoundError, {"model": "no-such-model"}),
        (openai.BadRequestError, {"temperature": 9}),
        (openai.BadRequestError, {"max_tokens": 0}),
        (openai.BadRequestError, {"n": 2}),
        (openai.BadRequestError, {"messages": []}),
        (openai.BadRequestError, {"messages": [{"role": "nobody", "content": "x"}]}),
        (openai.BadRequestError, {"extra_body": {"no_such_parameter": 1}}),
        (openai.BadRequestError, {"messages": [{"role": "user", "content": "long " * 20_000}]}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else ",".join(value),
)
@pytest.mark.parametrize("stream", [False, True])
def test_errors_raise_the_exception_that_openai_users_catch(client, error, changes, stream):
    ask = dict(model=MODEL_ID, messages=MESSAGES, temperature=0, max_tokens=4, stream=stream) | changes
    with pytest.raises(error) as caught:
        list(client.chat.completions.create(**ask))
    assert caught.value.body["message"] and caught.value.type == "invalid_request_error"
    assert caught.value.code
