"""Selective disclosure: one message of a conversation is shown with its opening, and nothing else can be guessed."""

import hashlib
import json
import re
import secrets

import pytest

import mint
from both import edited, failed, with_bytes
from harness import programs
from harness.suite import chat
from recipes import Recipe
from second.bundle import Bundle
from second.disclose import WHOLE, disclosed
from second.values import Refused, u64

GUESSES = 10**6
MESSAGE_TAG = b"colophon/commitment/message/v1\0"
MESSAGE = '{"role": "user", "content": "My secret number is %06d."}'
DIGEST = re.compile(rb"[0-9a-f]{64}")


def published(bundle: bytes) -> set[bytes]:
    """Every digest that stands in a statement, and every one by which something else might be found."""
    return {
        bytes.fromhex(found.decode())
        for statement in Bundle.parse(bundle).statements.values() for found in DIGEST.findall(statement.message.payload)}


def dictionary() -> list[bytes]:
    return [(MESSAGE % number).encode() for number in range(GUESSES)]


def found(guesses: list[bytes], digests: set[bytes], before: bytes) -> list[bytes]:
    """The guesses whose hash, behind `before` and their length, is among the digests."""
    assert len({len(guess) for guess in guesses}) == 1
    start = hashlib.sha256(before + u64(len(guesses[0])) if before else b"")

    def digest(guess: bytes) -> bytes:
        state = start.copy()
        state.update(guess)
        return state.digest()

    return [guess for guess in guesses if digest(guess) in digests]


@pytest.fixture(scope="module")
def conversation(suite) -> tuple[bytes, bytes]:
    """The owner's bundle of a conversation, and its message of which all but six digits is known."""
    secret = MESSAGE % secrets.randbelow(GUESSES)
    body = chat("?", max_tokens=4)
    body["messages"] = [{"role": "system", "content": "Be brief."}, "SECRET", {"role": "user", "content": "What did I say?"}]
    answer = suite.post(json.dumps(body).replace('"SECRET"', secret).encode())
    assert answer.status_code == 200, answer.text
    return suite.bundle(answer.headers["X-Receipt-Id"]), secret.encode()


def test_one_message_is_shown_and_the_rest_stays_closed(conversation, suite, both):
    bundle, secret = conversation
    shown = disclosed(bundle, {"message/2"})
    report = both(shown, suite.trust)
    assert report.accepted and report.states["content"] == "not_checked", report.table()
    assert secret not in b"".join(Bundle.parse(shown).blobs.values()) and Bundle.parse(shown).blobs.keys() == {"message/2"}
    assert b"What did I say?" in Bundle.parse(shown).openings["message/2"].data
    # Shown as another message of the conversation, or with another text, it is a lie.
    moved = edited(shown, lambda value: value["openings"].update({"message/0": value["openings"].pop("message/2")}))
    assert failed(both(moved, suite.trust)) == {"content"}
    blob = Bundle.parse(shown).blobs["message/2"].replace(b"I say", b"we do")
    assert failed(both(with_bytes(shown, "openings", "message/2", blob), suite.trust)) == {"content", "custody"}


def test_the_command_shows_what_is_asked_for_and_nothing_else(conversation, suite, both, tmp_path):
    bundle, secret = conversation
    whole, shown = tmp_path / "whole.json", tmp_path / "shown.json"
    whole.write_bytes(bundle)
    done = programs.colophon("disclose", str(whole), "--message", "2", "--output", str(shown))
    assert done.returncode == 0, done.stderr
    assert shown.read_bytes() == disclosed(bundle, {"message/2"}), "both write the same bytes"
    again = programs.colophon("disclose", str(whole), "--message", "2", "--output", str(shown))
    assert again.returncode == 73 and b"is there already" in again.stderr
    lacking = programs.colophon("disclose", str(whole), "--message", "3", "--output", str(tmp_path / "none.json"))
    assert lacking.returncode == 65 and b"message/3" in lacking.stderr and not (tmp_path / "none.json").exists()


def test_a_million_guesses_find_nothing(conversation, is_long):
    """Not with the salt of the message that is shown, nor plain, nor without a salt. With its own salt it is found."""
    bundle, secret = conversation
    shown = disclosed(bundle, {"message/2"})
    guesses, digests = dictionary(), published(shown)
    assert secret in guesses and len(digests) > 20
    salt = Bundle.parse(shown).openings["message/2"].salt
    assert len(guesses) == GUESSES and found(guesses, digests, MESSAGE_TAG + salt) == []
    some = guesses if is_long else [*guesses[:10**5], secret]
    assert found(some, digests, b"") == found(some, digests, MESSAGE_TAG + bytes(32)) == []
    own = Bundle.parse(bundle).openings["message/1"].salt
    assert found(guesses[:1000] + [secret], digests, MESSAGE_TAG + own) == [secret], "the search itself works"


def test_no_value_that_is_published_is_a_salt(conversation):
    """As salts: all digests, key ids, the receipt id and the salt shown; as data: the message, as such and as a blob."""
    bundle, secret = conversation
    parsed = Bundle.parse(bundle)
    digests = published(bundle)
    salts = digests | {statement.message.kid for statement in parsed.statements.values()} | {b"", bytes(32)}
    salts |= {hashlib.sha256(parsed.receipt_id.encode()).digest(), hashlib.sha256(b"").digest()}
    salts |= {opening.salt for name, opening in parsed.openings.items() if name != "message/1"}
    assert len({opening.salt for opening in parsed.openings.values()}) == len(parsed.openings), "a salt for each"
    for salt in salts:
        for data in (secret, u64(len(secret)) + secret):
            forms = (MESSAGE_TAG + salt + data, salt + data, data + salt)
            assert not any(hashlib.sha256(form).digest() in digests for form in forms)


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_what_shows_more_than_a_message_is_not_disclosed_as_one(name):
    with pytest.raises(Refused):
        disclosed(Recipe(stream=name == "stream").mint(), {"message/0", name})


@pytest.mark.parametrize("names", [set(), {"message/0"}, {"message/1"}, {"message/0", "message/1"}], ids=len)
def test_any_choice_of_messages_is_checked_alike(names, both):
    report = both(disclosed(Recipe(stream=True).mint(), names), mint.trust_policy())
    assert report.accepted and report.states["content"] == "not_checked"
    with pytest.raises(Refused):
        disclosed(Recipe().mint(), {"message/2"})
