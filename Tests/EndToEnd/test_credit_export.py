"""The ledger as other people's tools read it: each export adds up, by their own arithmetic, to what the service says."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data as beans
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from prov.model import ProvAttribution, ProvDocument

from harness import programs
from harness.ledger import bean_check, credit
from harness.suite import chat

FORMATS = ("beancount", "csv", "prov-json", "cyclonedx")


@pytest.fixture(scope="module")
def files(suite, tmp_path_factory) -> dict[str, Path]:
    """Every export of a ledger with a few receipts in it. Nothing is asked meanwhile."""
    folder = tmp_path_factory.mktemp("exports")
    for number in range(2):
        answer = suite.post(chat(f"Say {number}.", max_tokens=2))
        suite.wait_for_log(answer.json()["receipt"]["id"])
    found = {}
    for name in FORMATS:
        found[name] = folder / name
        programs.must(credit(suite, "export", "--format", name, "--output", str(found[name])))
    return found


def balances(suite, stubs, contributors) -> dict[str, tuple[int, int]]:
    """Pending and settled nano-units as the service itself has them."""
    messages = stubs.messages("attribution")
    client = stubs.connect("attribution", suite.urls["attribution"], suite.token)
    answers = {name: client.get_balance(messages.GetBalanceRequest(contributor=name)) for name in contributors}
    return {name: (answer.pending_nano, answer.settled_nano) for name, answer in answers.items()}


def test_bean_check_accepts_it_and_it_adds_up(suite, stubs, files):
    checked = bean_check(files["beancount"])
    assert checked.returncode == 0, checked.stderr
    entries, errors, _ = loader.load_file(str(files["beancount"]))
    assert not errors
    parties = {entry.account: entry.meta["party"] for entry in entries if isinstance(entry, beans.Open)}
    sums = Counter()
    for entry in entries:
        for posting in entry.postings if isinstance(entry, beans.Transaction) else ():
            assert posting.units.number == int(posting.units.number) and posting.units.currency == "NANO"
            sums[posting.account.split(":")[1], parties[posting.account]] -= int(posting.units.number)
    told = balances(suite, stubs, {party for kind, party in sums if kind != "Payer"})
    assert told and {party: (sums["Pending", party], sums["Settled", party]) for party in told} == told
    assert -sums["Payer", "local"] == sum(map(sum, told.values())) > 0
    one = sorted(told)[0]
    assert programs.must(credit(suite, "balance", one)) == "pending  {}\nsettled  {}\n".format(*told[one])


@pytest.mark.parametrize("pattern", [r"  Liabilities:Pending:\S+  -(\d+) NANO", r"balance \S+ -(\d+) ~"])
def test_bean_check_refuses_it_when_one_nano_unit_is_changed(files, tmp_path, pattern):
    text = files["beancount"].read_text()
    number = re.search(pattern, text)
    wrong = tmp_path / "wrong"
    wrong.write_text(text[:number.start(1)] + str(int(number[1]) + 1) + text[number.end(1):])
    assert bean_check(wrong).returncode != 0


def test_the_lines_of_csv_add_up(suite, stubs, files):
    with files["csv"].open(newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    sums, entries = Counter(), Counter()
    for row in rows:
        party = row["party"].removeprefix("'")
        sums[row["account"], party] += int(row["amount_nano"])
        entries[row["entry"]] += int(row["amount_nano"])
        assert (row["event"] == "settlement") == bool(row["log_index"]) == bool(row["receipt"])
    assert set(entries.values()) == {0}
    told = balances(suite, stubs, {party for kind, party in sums if kind != "payer"})
    assert {party: (sums["pending", party], sums["settled", party]) for party in told} == told


def test_provenance_is_read_and_adds_up(suite, stubs, files):
    document = ProvDocument.deserialize(str(files["prov-json"]), format="json")
    ids = {str(agent.identifier): one(agent, "id") for agent in document.get_records()
           if str(agent.get_type()) == "prov:Agent"}
    sums = Counter()
    for record in document.get_records(ProvAttribution):
        agent = str(dict(record.formal_attributes)[next(n for n, _ in record.formal_attributes if n.localpart == "agent")])
        sums[one(record, "state"), ids[agent]] += int(one(record, "amount_nano").value)
    told = balances(suite, stubs, {party for _, party in sums})
    for party, (pending, settled) in told.items():
        assert sums["settlement", party] == settled
        assert sums["pending", party] == pending + settled


def one(record, name: str):
    return next(value for attribute, value in record.attributes if attribute.localpart == name)


def test_the_bill_of_materials_is_valid_and_adds_up(suite, stubs, files):
    text = files["cyclonedx"].read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    sums = Counter()
    for component in json.loads(text)["components"]:
        for entry in component["properties"]:
            kind, party = entry["name"].removeprefix("colophon:").split("_nano:", 1)
            sums[kind, party] += int(entry["value"])
    told = balances(suite, stubs, {party for _, party in sums})
    assert {party: (sums["pending", party], sums["settled", party]) for party in told} == told


def test_an_unknown_format_is_refused_and_leaves_no_file(suite, tmp_path):
    refused = credit(suite, "export", "--format", "qif", "--output", str(tmp_path / "x"))
    assert refused.returncode == 64 and b"beancount, csv, prov-json, cyclonedx" in refused.stderr
    refused = credit(suite, "export", "--format", "csv", "--output", str(tmp_path / "no/such/x"))
    assert refused.returncode == 73 and not list(tmp_path.iterdir())


def test_standard_output_and_a_stopped_suite_serve_too(files, suite, tmp_path):
    assert programs.must(credit(suite, "export", "--format", "csv")).encode() == files["csv"].read_bytes()
    nothing = programs.colophon("credit", "export", "--format", "csv", "--data", str(tmp_path))
    assert nothing.returncode == 66 and b"holds nothing of attribution" in nothing.stderr
