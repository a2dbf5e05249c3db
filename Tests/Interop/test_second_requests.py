"""Which parameters a request leads to (REQUEST.md), and how a price is divided (FORMAT section 7): sampled by the seed."""

import random
from collections import Counter
from typing import Any

import pytest

import mint
from both import failed, part
from recipes import DOCUMENTS, MANIFEST, POLICY, Recipe
from second import credit, jcs
from second.request import read, slices, without_receipt
from second.values import Refused, binary32

BASE = b'{"model":"tiny","messages":[{"role":"user","content":"x"}]}'
TOOL = '{"type":"function","function":{"name":"%s"%s}}'
NESTED = TOOL % ("deep", ',"parameters":' + '{"a":' * 58 + "1" + "}" * 58)
# One member each; where it is not offered or breaks a rule, the request is refused.
MEMBERS = """
temperature 0 | 0.7 | 2 | 2.1 | -0.0 | 1e0 | 1E-3 | "1" | true | null | 1e-400 | 1e400 | 1.000000059604644775390625000000000000000001 | 7e-46 | 0e9999999999999999999 | 1e-9999999999999999999 | 1e9999999999999999999
top_p 1 | 0 | 1e-50 | 1.0000001 | 1.00000001
min_p 0 | 1 | -0 | -1e-50
top_k 0 | 1048576 | 1048577 | 1.0 | "4" | 1e2
max_tokens 3 | 64 | 100 | 0 | 1048577
max_completion_tokens 3 | 5
seed 0 | -1 | -9223372036854775809 | 18446744073709551615 | 18446744073709551616 | 1.0
presence_penalty -0.0 | 0e5 | 2.00000001 | 2.1
repetition_penalty 1.0 | 0.01 | 0.00999999977648258209228515625 | 0.0099 | 100.1
logit_bias {} | {"10":1,"9":-1} | {"07":1} | {"4294967295":100} | {"4294967296":1} | {"1":101} | []
n 1 | 2 | 8 | 0 | 9
stop "a" | [] | ["a","b"] | [""] | ["a","b","c","d","e"] | "\\ud83d\\ude00" | "\\ud83d"
logprobs true | false | 1
top_logprobs 0 | 5 | 21
response_format {"type":"text"} | {"type":"json_object"} | {"type":"json_schema","json_schema":{"schema":{"a":1.5}}} | {"type":"xml"}
tools [] | [TOOL] | [TOOL,OTHER] | [TOOL,TOOL] | [NESTED] | [{"type":"x"}]
documents [] | [{"text":"x"}] | [{"text":"x","title":"t","id":"i","contributor":"a","asset":"b"},{"text":"y","id":null}] | [SEVEN] | [{"text":""}] | [{"text":"x","more":null}] | [{"text":"x","contributor":"a b"}] | [{"text":"x","asset":1}] | [{"id":"x"}] | [1] | {"text":"x"} | [{"collection":"a","count":1}] | [{"collection":null,"text":"x"}] | [{"text":"x","count":1}]
tool_choice "auto" | "none" | "required" | {"type":"function","function":{"name":"now"}} | {"type":"function","function":{"name":"no"}}
parallel_tool_calls true | false | 1
modalities ["text"] | ["audio"]
user "u" | null
metadata {"a":1.5} | {"\u00e9":1,"e\u0301":2} | {"a":1,"\\u0061":2} | FITS | NESTS
stream true | 1
stream_options {"include_usage":true} | {"x":true}
unknown 1 | null
"""
MESSAGES = """
{"role":"user","content":"x"} | {"role":"user","content":"x","name":"b"} | {"role":"user","content":"x","name":null}
{"role":"developer","content":[{"type":"text","text":"a","more":null}]} | {"role":"user","content":null}
{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"now","arguments":"{}"}}]}
{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"now","arguments":"[]"}}]}
{"role":"tool","content":"r","tool_call_id":"c"} | {"role":"tool","content":"r"} | {"role":"nobody","content":"x"} | "x"
{ "content" : "\\u0000\\"}" ,\t"role":"user" } | {"role":"user","content":"x","audio":1}
"""


def choices(text: str) -> list[str]:
    return [item for line in text.strip().split("\n") for item in line.split(" | ")]


POOL = {line.split(" ", 1)[0]: choices(line.split(" ", 1)[1]) for line in MEMBERS.strip().split("\n")}


def body(seeded: random.Random) -> bytes:
    space = seeded.choice(["", "", " ", "\n\t"])
    messages = seeded.choices(["{\"role\":\"user\",\"content\":\"x\"}", *choices(MESSAGES)], [9] + [1] * len(choices(MESSAGES)),
                              k=seeded.randint(1, 3))
    members = {"model": '"tiny"', "messages": f"[{space}{f'{space},'.join(messages)}{space}]"}
    for name in seeded.sample(sorted(POOL), seeded.choice([0, 1, 1, 2, 3])):
        value = seeded.choice(POOL[name]).replace("TOOL", TOOL % ("now", "")).replace("OTHER", TOOL % ("then", ""))
        value = value.replace("SEVEN", ",".join(['{"text":"x"}'] * 7))
        value = value.replace("FITS", "[" * 63 + "]" * 63).replace("NESTS", "[" * 64 + "]" * 64)
        members[name] = value.replace("NESTED", NESTED)
    pairs = [f'"{name}":{space}{value}' for name, value in members.items()]
    seeded.shuffle(pairs)
    return (space + "{" + f",{space}".join(pairs) + "}" + space).encode()


def test_both_read_the_same_parameters_from_a_request(both, seeded, is_long):
    seen: Counter[bool] = Counter()
    for _ in range(1500 if is_long else 36):
        asked = body(seeded)
        try:
            choices_asked, read_as, readable = read(asked).parameters["n"], asked, True
        except Refused:
            choices_asked, read_as, readable = 1, BASE, False
        recipe = Recipe(changed={"request": asked}, read_as=read_as, choices=choices_asked)
        report = both(recipe.mint(), mint.trust_policy(), what=asked)
        assert failed(report) == (set() if readable else {"content"}), (asked, report.checks["content"])
        seen[readable] += 1
    assert all(seen[readable] for readable in (True, False)), seen


@pytest.mark.parametrize("name, readable", [
    ('"5"', True), ("5", False), ("5.0", False), ("null", False), ('"6"', False)])
def test_the_name_of_a_chosen_tool_is_text(name, readable, both):
    choice = '{"type":"function","function":{"name":%s}}' % name
    asked = BASE[:-1] + f',"tools":[{TOOL % ("5", "")}],"tool_choice":{choice}}}'.encode()
    recipe = Recipe(changed={"request": asked}, read_as=asked if readable else BASE)
    assert failed(both(recipe.mint(), mint.trust_policy(), what=asked)) == (set() if readable else {"content"})


@pytest.mark.parametrize("sent, copy, honest", [
    (b"}", b',"receipt":5}', True), (b"}", b', \n"receipt" : {"a":[1 , 2]}}', True), (b" }", b' ,"receipt":5}', True),
    (b" }", b',"receipt":5 }', True), (b"\n\t}", b'\n, "receipt":""\t}', True), (b"}", b' ,"receipt":5}', False),
    (b"}", b',"receipt":5 }', False), (b" }", b',"receipt":5}', False), (b" }", b' ,"receipt":5 }', False)])
def test_a_body_is_cut_from_the_comma_on(sent, copy, honest, both):
    """What stands before the comma in front of `receipt` is part of the body, and was committed to."""
    wire = part(Recipe().mint(), "openings", "wire")[40:-1]
    report = both(Recipe(changed={"wire": wire + sent}).mint(), mint.trust_policy(), wire + copy)
    assert failed(report) == (set() if honest else {"content"}), report.table()


@pytest.mark.parametrize("body, rest", [
    (b'{"a":"," ,\t"receipt":1 }', b'{"a":","  }'), (b' { "receipt":5 }', b" { }"), (b"{}", None), (b"[]", None),
    (b'{"receipt":1,"a":2}', None), (b'{"a":{"receipt":1}}', None)])
def test_the_second_cuts_the_last_member_alone(body, rest):
    assert without_receipt(body) == rest


def test_a_message_is_a_slice_of_the_body():
    text = '{ "a" : [ "messages" ], "messages" : [ {"role":"user", "content":"]}\\"\u00e9" } ,{"b":[1.5,{}]}] }'
    assert slices(text.encode()) == ['{"role":"user", "content":"]}\\"\u00e9" }'.encode(), b'{"b":[1.5,{}]}']


def test_a_literal_is_rounded_once():
    """The first one lies just above the middle of two: by way of binary64 it would be rounded twice, and end lower."""
    for literal, bits in (
        ("1.000000059604644775390625000000000000000001", "3f800001"), ("1.000000059604644775390625", "3f800000"),
        ("1.000000178813934326171875", "3f800002"), ("1e-45", "00000001"), ("7.006492321624085e-46", "00000000"),
        ("3.40282356779733661637539395458142568448e38", None), ("3.4028235677973366e38", "7f7fffff"), ("-0", "80000000"), ("0.1", "3dcccccd")):
        if bits:
            assert binary32(literal).hex() == bits, literal
        else:
            with pytest.raises(Refused):
                binary32(literal)


def lineage(seeded: random.Random) -> dict[str, Any]:
    """A graph whose links go down the list, diamonds among them, up to 8 links deep."""
    count = seeded.randint(1, 9)
    nodes = []
    for at in range(count):
        below = list(range(at + 1, count))
        parents = sorted({*below[:1], *seeded.sample(below, min(len(below), seeded.randint(0, 3)))})
        parts = [seeded.randint(0, 10000 // (len(parents) + 1)) for _ in parents]
        nodes.append({
            "id": f"a{at}", "kind": "model" if at == 0 else "dataset", "name": "", "claim": "declared",
            "contributor": seeded.choice(["unattributed", f"c{at}", "c0", "Z", "~"]), "retained_bp": 10000 - sum(parts),
            "parents": [{"id": f"a{to}", "basis_points": part} for to, part in zip(parents, parts)]})
    return {"root": "a0", "nodes": nodes}


def split(seeded: random.Random, count: int) -> list[int]:
    cuts = sorted(seeded.sample(range(1, 10000), count - 1))
    return [high - low for low, high in zip([0, *cuts], [*cuts, 10000])]


def policy(seeded: random.Random) -> dict[str, Any]:
    roles = []
    for at, points in enumerate(split(seeded, seeded.randint(1, 4))):
        method = seeded.choice(["lineage/1", "operator/1", "equal/1", "fixed/1", "metered/1", "feedback/1"])
        names = seeded.sample(["c0", "c1", "c2", "Z", "~"], seeded.randint(1, 5))
        more = {"equal/1": {"contributors": names}, "fixed/1": {"parts": [
            {"contributor": name, "basis_points": part} for name, part in zip(names, split(seeded, len(names)))]},
            "metered/1": {"per_token": seeded.randrange(1 << 32), "per_millisecond": seeded.choice([1, (1 << 32) - 1])},
            "feedback/1": {"judge": "panel"}}
        roles.append({"role": f"r{at}", "basis_points": points, "method": method} | more.get(method, {}))
    return {"id": "random/1", "roles": roles}


def test_both_divide_a_price_alike(both, seeded, is_long, monkeypatch):
    for _ in range(600 if is_long else 12):
        graph, rules = lineage(seeded), policy(seeded)
        price = str(seeded.choice([0, 1, 7, 1_000_003, 2**62 - 1, 2**62, 2**62 + 1, seeded.randrange(2**62)]))
        monkeypatch.setitem(MANIFEST, "lineage", graph)
        monkeypatch.setitem(POLICY, "roles", rules["roles"])
        monkeypatch.setattr("recipes.PRICE", min(int(price), 2**62))
        report = both(Recipe().mint(), mint.trust_policy(), what=(graph, rules, price))
        assert report.accepted, report.table()


def test_both_credit_documents_alike(both, seeded, is_long):
    """Any values, negative scores among them, and contributors who brought several documents or none."""
    for _ in range(200 if is_long else 5):
        count, bits = seeded.randint(1, 6), seeded.choice([2, 20, 41])
        shown = [{"text": "x"} | seeded.choice([{}, {"contributor": "ada"}, {"contributor": "bob"}]) for _ in range(count)]
        values = [-seeded.randrange(1 << bits) for _ in range(1 << count)]
        report = both(Recipe(asked={"documents": shown}, values=values, rules=DOCUMENTS).mint(), mint.trust_policy(), what=values)
        assert report.accepted, (shown, values, report.table())


def test_apportionment_by_hand():
    assert credit.apportion(10, [("a", 1), ("b", 1), ("c", 1)]) == {"a": 4, "b": 3, "c": 3}, "ties to the smaller id"
    assert credit.apportion(1, [("b", 1), ("a", 1), ("b", -1)]) == {"a": 1}, "equal ids are added first"
    assert credit.apportion(5, [("a", 0), ("b", -3)]) == {"unattributed": 5} and credit.apportion(0, [("a", 1)]) == {}
    # Both are shifted by 2 until the larger is below 2^62, so that 3 and 1 of weight are gone.
    assert credit.apportion(2**62, [("a", 2**63 + 3), ("b", 3)]) == {"a": 2**62}
    assert sum(credit.apportion(2**62, [(f"c{at}", 2**100 + at) for at in range(7)]).values()) == 2**62
    assert jcs.canonical({"\u20ac": 1, "\U0001f600": 2, "\ufb33": 3, "1": 4}) == (
        '{"1":4,"\u20ac":1,"\U0001f600":2,"\ufb33":3}'.encode()), "RFC 8785 section 3.2.3: order of UTF-16"
