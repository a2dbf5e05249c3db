"""Several policies on the same receipts: the table adds up, the first column is what was paid, the chart is a picture."""

import json
import xml.etree.ElementTree as xml

import pytest

from harness import programs
from harness.evidence import Bundle
from harness.suite import chat

EQUAL = {"id": "circle/1", "roles": [
    {"role": "all", "basis_points": 10_000, "method": "equal/1", "contributors": ["ada", "bob", "eve"]}]}
METERED = {"id": "metered/1", "roles": [
    {"role": "machines", "basis_points": 10_000, "method": "metered/1", "per_token": 1, "per_millisecond": 1}]}
SPANS = {"id": "spans/1", "roles": [
    {"role": "text", "basis_points": 10_000, "method": "span/1", "length_min": 8, "rarity_min": 0,
     "rarity_table": "sha256:" + "0" * 64, "shingle": 5, "words": 128, "near_bp": 8000}]}


@pytest.fixture(scope="module")
def bundles(suite, tmp_path_factory):
    folder, files = tmp_path_factory.mktemp("bundles"), []
    for number in range(2):
        receipt_id = suite.post(chat(f"Name {number}.", max_tokens=3)).json()["receipt"]["id"]
        suite.wait_for_log(receipt_id)
        files.append(folder / receipt_id)
        files[-1].write_bytes(suite.bundle(receipt_id))
    return files


def simulate(bundles, *words, code: int = 0) -> str:
    done = programs.colophon("credit", "simulate", *map(str, bundles), *map(str, words))
    assert done.returncode == code, (done.stdout, done.stderr)
    return (done.stdout + done.stderr).decode()


def written(folder, *policies: dict) -> list[str]:
    words = []
    for policy in policies:
        file = folder / policy["id"].replace("/", "-")
        file.write_text(json.dumps(policy))
        words += ["--policy", str(file)]
    return words


def test_each_policy_shares_what_was_paid(bundles, tmp_path):
    chart = tmp_path / "chart.svg"
    text = simulate(bundles, "--policy", "default/1", *written(tmp_path, EQUAL, METERED), "--svg", chart)
    table = [line.split() for line in text.split("\n\n")[1].splitlines()]
    paid, shares = 0, {}
    for file in bundles:
        predicate = Bundle(file.read_bytes()).statements["attribution"].predicate
        paid += int(predicate["price_nano"])
        for share in predicate["shares"]:
            shares[share["contributor"]] = shares.get(share["contributor"], 0) + int(share["amount_nano"])
    columns = [{row[0]: int(row[1 + 3 * policy]) for row in table[1:-1]} for policy in range(3)]
    assert {name: nano for name, nano in columns[0].items() if nano} == shares, "what the service signed"
    assert [sum(column.values()) for column in columns] == [paid] * 3
    assert columns[1]["ada"] - columns[1]["eve"] in (0, 1, 2)
    assert {name for name, nano in columns[2].items() if nano} == {"https://inference.colophon.invalid"}
    root = xml.parse(chart).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and len(root.findall(".//{*}rect")) > 10


def test_methods_that_statements_do_not_feed_take_scores(bundles, tmp_path):
    words = written(tmp_path, SPANS)
    assert "no scores of span/1" in simulate(bundles, *words, code=65)
    scores = {file.name: {"span/1": [{"contributor": "ada", "weight": "2"}, {"contributor": "bob", "weight": "1"}]}
              for file in bundles}
    file = tmp_path / "scores.json"
    file.write_text(json.dumps(scores))
    text = simulate(bundles, *words, "--scores", file)
    rows = {line.split()[0]: int(line.split()[1]) for line in text.split("\n\n")[1].splitlines()[1:]}
    assert rows["ada"] + rows["bob"] == rows["all"] and abs(rows["ada"] - 2 * rows["bob"]) < 6
    file.write_text(json.dumps({bundles[0].name: {"span/1": [{"contributor": "ada", "weight": 2}]}}))
    assert "decimal" in simulate(bundles, *words, "--scores", file, code=65)


@pytest.mark.parametrize("policy", [
    EQUAL | {"extra": 1},
    {"id": "x", "roles": [EQUAL["roles"][0] | {"near_bp": 1}]},
    {"id": "x", "roles": [METERED["roles"][0] | {"per_token": -1}]},
    {"id": "x", "roles": [METERED["roles"][0] | {"method": "metered/2"}]},
])
def test_a_policy_that_is_none_is_refused(bundles, tmp_path, policy):
    assert "is no policy" in simulate(bundles, *written(tmp_path, policy), code=65)
