"""The `openai` package as its users use it: answers, streams, usage, the receipt's id, and its exception classes."""

import json

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


SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string", "maxLength": 20}, "people": {"type": "integer", "minimum": 0}},
    "required": ["city", "people"],
    "additionalProperties": False,
}


def streamed(client, **ask):
    """Text, log-probabilities and finish reason of each choice of a stream."""
    found = {}
    for chunk in client.chat.completions.create(**ask, stream=True):
        for choice in chunk.choices:
            text, logprobs, _ = found.get(choice.index, ("", [], None))
            text += choice.delta.content or ""
            logprobs = logprobs + (choice.logprobs.content if choice.logprobs else [])
            found[choice.index] = (text, logprobs, choice.finish_reason)
    return [found[index] for index in sorted(found)]


def test_several_choices_differ_and_are_the_same_streamed(client, suite):
    ask = dict(model=MODEL_ID, messages=MESSAGES, temperature=1, seed=3, max_tokens=8, n=3)
    raw = client.chat.completions.with_raw_response.create(**ask)
    answer = raw.parse()
    texts = [choice.message.content for choice in answer.choices]
    assert [choice.index for choice in answer.choices] == [0, 1, 2] and len(set(texts)) > 1
    assert [text for text, _, _ in streamed(client, **ask)] == texts
    execution = Bundle(suite.bundle(raw.headers["x-receipt-id"])).statements["execution"].predicate
    assert execution["parameters"]["n"] == 3
    assert execution["usage"]["completion_tokens"] == answer.usage.completion_tokens


def test_a_stop_string_ends_the_answer_before_it(client):
    ask = dict(model=MODEL_ID, messages=MESSAGES, temperature=0, max_tokens=24)
    whole = client.chat.completions.create(**ask).choices[0].message.content
    word = whole.split()[3]
    stopped = client.chat.completions.create(**ask, stop=[word, "never said"]).choices[0]
    assert stopped.finish_reason == "stop" and stopped.message.content == whole[: whole.index(word)]
    assert streamed(client, **ask, stop=word)[0][0] == stopped.message.content


def test_log_probabilities_come_with_each_token_also_in_a_stream(client):
    ask = dict(model=MODEL_ID, messages=MESSAGES, temperature=0, max_tokens=6, logprobs=True, top_logprobs=2)
    choice = client.chat.completions.create(**ask).choices[0]
    content = choice.logprobs.content
    assert b"".join(bytes(token.bytes) for token in content).decode() == choice.message.content
    for token in content:
        assert token.logprob <= 0 and len(token.top_logprobs) == 2
        assert token.top_logprobs[0].token == token.token and token.top_logprobs[0].logprob == token.logprob
    assert [token.logprob for token in streamed(client, **ask)[0][1]] == [token.logprob for token in content]


def test_penalties_and_biases_change_the_answer(client):
    ask = dict(
        model=MODEL_ID, messages=[{"role": "user", "content": "Tell me a long story about a river."}], temperature=0,
        max_tokens=64)
    plain = client.chat.completions.create(**ask, logprobs=True).choices[0]
    assert client.chat.completions.create(**ask, frequency_penalty=2, presence_penalty=2).choices[0].message.content \
        != plain.message.content
    assert client.chat.completions.create(**ask, extra_body={"repetition_penalty": 1.8}).choices[0].message.content \
        != plain.message.content
    banned = client.chat.completions.create(**ask, logit_bias={str(token): -100 for token in range(100, 1000)})
    assert banned.choices[0].message.content


@pytest.mark.parametrize("temperature", [0, 1])
def test_an_answer_in_a_schema_is_a_value_of_it(client, temperature):
    ask = dict(
        model=MODEL_ID, messages=[{"role": "user", "content": "Name a city as JSON."}], temperature=temperature, seed=5,
        max_tokens=64,
        response_format={"type": "json_schema", "json_schema": {"name": "city", "strict": True, "schema": SCHEMA}})
    choice = client.chat.completions.create(**ask).choices[0]
    value = json.loads(choice.message.content)
    assert choice.finish_reason == "stop"
    assert set(value) == {"city", "people"} and isinstance(value["city"], str) and value["people"] >= 0
    free = client.chat.completions.create(**(ask | {"response_format": {"type": "json_object"}})).choices[0]
    assert isinstance(json.loads(free.message.content), dict)


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
        (openai.BadRequestError, {"n": 9}),
        (openai.BadRequestError, {"stop": ["a", "b", "c", "d", "e"]}),
        (openai.BadRequestError, {"logit_bias": {"49152": 1}}),
        (openai.BadRequestError, {"presence_penalty": 3}),
        (openai.BadRequestError, {"top_logprobs": 3}),
        (openai.BadRequestError, {"response_format": {"type": "xml"}}),
        (openai.BadRequestError, {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"not": {}}}}}),
        # The quickstart's model was not made for tools: its template has no place for them.
        (openai.BadRequestError, {"tools": [{"type": "function", "function": {"name": "now"}}]}),
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
