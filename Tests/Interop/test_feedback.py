"""Ratings that are sealed before an outcome and opened after it: who was right earns, and anybody computes it again."""

import json

import pytest

from harness import programs
from harness.suite import chat

POLICY = {"id": "rated/1", "roles": [
    {"role": "lineage", "basis_points": 9000, "method": "lineage/1"},
    {"role": "raters", "basis_points": 1000, "method": "feedback/1", "judge": "panel"}]}


@pytest.fixture(scope="module")
def rated(make_suite, tmp_path_factory):
    policy = tmp_path_factory.mktemp("policy") / "policy.json"
    policy.write_text(json.dumps(POLICY))
    running = make_suite("rated", COLOPHON_ATTRIBUTION_POLICY=str(policy)).start()
    yield running
    assert running.stop() == 0


def test_raters_who_were_right_earn_what_was_nobodys(rated, both, tmp_path):
    data = ("--data", str(rated.data))

    def colophon(*words: str) -> str:
        return programs.must(programs.colophon(*words, *data))

    receipt = rated.post(chat("Is bread baked?", max_tokens=4)).json()["receipt"]["id"]
    rated.wait_for_log(receipt)
    raw = rated.bundle(receipt)
    report = both(raw, rated.trust)
    assert report.accepted and report.states["attribution"] == "pass", report.table()
    shown = rated.get(f"/v1/attribution/{receipt}").json()
    paid = {share["contributor"]: int(share["amount_nano"]) for share in shown["shares"]}
    # The lineage has parts of its own that nobody claimed.
    price, before = int(shown["price_nano"]), paid["unattributed"]
    (tmp_path / "bundle").write_bytes(raw)

    files, ratings = [], (("ann", "good"), ("ben", "bad"), ("panel", "good"))
    for rater, verdict in ratings:
        path = tmp_path / rater
        programs.must(programs.colophon(
            "credit", "rate", receipt, "--contributor", rater, "--subject", "HuggingFaceTB", "--verdict", verdict,
            "--out", str(path)))
        colophon("contributor", "add", rater)
        colophon("asset", "commit", f"{rater}-1", "--kind", "feedback", "--records", str(path), "--contributor", rater,
                 "--licence", "CC0-1.0")
        files += ["--ratings", str(path)]
    for rater, _ in ratings[:2]:
        colophon("asset", "reveal", f"{rater}-1", "--contributor", rater)
    early = programs.colophon("credit", "feedback", str(tmp_path / "bundle"), *files, *data)
    assert early.returncode == 0 and b"nobody earns" in early.stderr, early.stderr
    assert json.loads(early.stdout) == shown["shares"]

    colophon("asset", "reveal", "panel-1", "--contributor", "panel")
    judged = programs.colophon("credit", "feedback", str(tmp_path / "bundle"), *files, *data)
    assert judged.returncode == 0 and judged.stderr == b"ann 1\n", judged.stderr
    due = {share["contributor"]: int(share["amount_nano"]) for share in json.loads(judged.stdout)}
    assert due["ann"] == price // 10 and "ben" not in due and before - due.get("unattributed", 0) == due["ann"]
    (tmp_path / "shares").write_bytes(judged.stdout)
    colophon("credit", "adjust", receipt, "--reason", "feedback", "--shares", str(tmp_path / "shares"), "--evidence",
             str(tmp_path / "panel"))
    balance = json.loads(colophon("credit", "balance", "ann", "--json"))
    assert int(balance["settled_nano"]) == due["ann"], balance
    # What was adjusted says nothing else of what was signed.
    assert both(rated.bundle(receipt), rated.trust).accepted

    for words, status, said in (
            (("rate", receipt, "--contributor", "ann", "--subject", "b", "--verdict", "fine", "--out", "x"), 64, "good or bad"),
            (("rate", "r", "--contributor", "ann", "--subject", "b", "--verdict", "bad", "--out", "x"), 64, "no receipt id"),
            (("feedback", str(tmp_path / "bundle"), "--ratings", str(tmp_path / "shares"), *data), 65, "line 1")):
        done = programs.colophon("credit", *words)
        assert done.returncode == status and said in done.stderr.decode(), (done.returncode, done.stderr)
