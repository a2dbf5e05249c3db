"""What the command line writes of a model for other people's tools."""

import json
import subprocess

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from harness import programs


def model(suite, *words: str):
    return programs.colophon("model", *words, "--data", str(suite.data))


def test_the_bill_of_materials_is_valid_and_says_what_the_manifest_says(suite, tmp_path):
    text = programs.must(model(suite, "bom", "smollm2"))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill, manifest = json.loads(text), json.loads(programs.must(model(suite, "show", "smollm2")))
    subject = bill["metadata"]["component"]
    assert subject["hashes"] == [{"alg": "SHA-256", "content": manifest["weights"]["digest"].removeprefix("sha256:")}]
    listed = programs.must(model(suite, "list"))
    assert f"sha256:{subject['version']}" in listed
    nodes = {node["id"]: node for node in manifest["lineage"]["nodes"]}
    links = {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]}
    assert links == {f"asset:{name}": [f"asset:{parent['id']}" for parent in node["parents"]] for name, node in nodes.items()}
    for component in [subject, *bill["components"]]:
        node = nodes[component["bom-ref"].removeprefix("asset:")]
        told = {entry["name"].removeprefix("colophon:"): entry["value"] for entry in component["properties"]}
        assert (told["kind"], told["claim"], int(told["retained_bp"])) == (node["kind"], node["claim"], node["retained_bp"])
        authors = [] if node["contributor"] == "unattributed" else [{"name": node["contributor"]}]
        assert component.get("authors", []) == authors
        assert component is subject or component["name"] == node["name"]
    datasets = {entry["ref"] for entry in subject["modelCard"]["modelParameters"]["datasets"]}
    assert datasets == {f"asset:{name}" for name, node in nodes.items() if node["kind"] in ("dataset", "documents", "code")}
    programs.must(model(suite, "bom", "smollm2", "--output", str(tmp_path / "bom.json")))
    assert (tmp_path / "bom.json").read_text() == text
    assert model(suite, "bom", "nothing").returncode == 66


def test_a_model_is_signed_by_its_id_and_its_manifest_has_to_agree(suite, tmp_path):
    key, signature = tmp_path / "key", tmp_path / "sig"
    subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key], check=True)
    subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", tmp_path / "pub"], check=True)
    words = ("smollm2", "--signature", str(signature))
    programs.must(model(suite, "sign", *words, "--private-key", str(key)))
    programs.must(model(suite, "verify-signature", *words, "--public-key", str(tmp_path / "pub")))
    # The same file by its path, wherever it is linked from.
    weights = (suite.data / "inference/models/smollm2/model.gguf").resolve()
    checked = programs.colophon(
        "model", "verify-signature", str(weights), "--signature", str(signature), "--public-key", str(tmp_path / "pub"))
    programs.must(checked)
