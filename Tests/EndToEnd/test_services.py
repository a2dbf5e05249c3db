"""Each service alone: started by flags, by environment or by a file; watched, asked, and stopped."""

import json
import re
import socket
import stat
import subprocess

import pytest
import requests

from harness import programs
from harness.programs import SERVICES, environment
from harness.service import LoneService

each_service = pytest.mark.parametrize("name", SERVICES)
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="[^"\n]*"'
SERIES = re.compile(rf"^[a-zA-Z_:][a-zA-Z0-9_:]*(\{{{LABEL}(,{LABEL})*\}})? \S+$")


def alone(name: str, folder, way: str) -> LoneService:
    """The same two settings given in one of the three ways, and nothing else."""
    settings = {"data": str(folder / "data"), "port": "0"}
    if way == "flags":
        return LoneService(name, folder)
    if way == "environment":
        variables = {f"COLOPHON_{name.upper()}_{setting.upper()}": value for setting, value in settings.items()}
        return LoneService(name, folder, variables=variables, says_data=True)
    file = folder / "settings.json"
    file.write_text(json.dumps(settings))
    return LoneService(name, folder, "--config", str(file), says_data=True)


@each_service
@pytest.mark.parametrize("way", ["flags", "environment", "file"])
def test_a_service_starts_alone_answers_and_stops(name, way, tmp_path):
    with alone(name, tmp_path, way) as service:
        assert requests.get(service.url + "/healthz", timeout=10).status_code == 200
        ready = requests.get(service.url + "/readyz", timeout=30)
        assert ready.status_code in (200, 503), ready.text
        assert ready.status_code == 200 or all(reason["reason"] for reason in ready.json()["reasons"])
        keys = list((service.data / name / "keys").iterdir())
        assert keys and all(stat.S_IMODE(key.stat().st_mode) == 0o600 for key in keys)
        assert stat.S_IMODE((service.data / "token").stat().st_mode) == 0o600
        assert service.child.terminate(timeout=15) == 0


@each_service
def test_metrics_are_prometheus_text(name, tmp_path):
    with LoneService(name, tmp_path) as service:
        requests.get(service.url + "/healthz", timeout=10)
        answer = requests.get(service.url + "/metrics", timeout=10)
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        rows = [line for line in answer.text.splitlines() if not line.startswith("#")]
        assert any(row.startswith("http_requests_total") for row in rows)
        wrong = [row for row in rows if not SERIES.match(row)]
        assert not wrong, wrong


@each_service
def test_logs_are_json_lines_with_the_request_and_the_trace(name, tmp_path):
    request_id, trace = "request-of-a-test-1", "0af7651916cd43dd8448eb211c80319c"
    with LoneService(name, tmp_path, "--log-level", "debug") as service:
        answer = requests.get(
            service.url + "/no/such/path", timeout=10,
            headers={"X-Request-Id": request_id, "traceparent": f"00-{trace}-b7ad6b7169203331-01"})
        assert answer.status_code == 404 and answer.headers["X-Request-Id"] == request_id
        assert service.child.terminate(timeout=15) == 0
        lines = [json.loads(line) for line in service.child.log.read_text().splitlines()]
        assert all({"ts", "level", "service", "message"} <= set(line) for line in lines)
        assert any(line.get("request_id") == request_id and line.get("trace_id") == trace for line in lines), lines
        assert service.token not in service.child.log.read_text(), "a secret is in the log"


@each_service
def test_a_wrong_setting_stops_the_start_with_a_sentence(name, tmp_path):
    folder = ["--data", str(tmp_path / "data")]
    prefix = f"COLOPHON_{name.upper()}_"
    for arguments, variables, expected in (
        (["--prot", "0"], {}, "--port"),
        (["--port", "many"], {}, "port"),
        (["--port", "70000"], {}, "65535"),
        (["stray"], {}, "stray"),
        (["--port"], {}, "value"),
        ([], {prefix + "PROT": "0"}, prefix + "PORT"),
        (["--config", str(tmp_path / "none.json")], {}, "none.json"),
    ):
        result = subprocess.run(
            [programs.service_program(name), *folder, *arguments], env=environment(**variables), capture_output=True,
            text=True, timeout=30)
        assert result.returncode == 64 and expected in result.stderr, (arguments, variables, result)


@each_service
def test_help_names_every_setting_with_flag_and_variable(name):
    result = subprocess.run([programs.service_program(name), "--help"], capture_output=True, text=True, timeout=30)
    assert result.returncode == 0
    for setting in ("port", "h2c-port", "data", "token-file", "log-level", "config"):
        assert f"--{setting}" in result.stdout
        assert f"COLOPHON_{name.upper()}_{setting.upper().replace('-', '_')}" in result.stdout


@each_service
def test_a_second_instance_over_one_folder_is_refused(name, tmp_path):
    with LoneService(name, tmp_path) as service:
        result = subprocess.run(
            [programs.service_program(name), "--data", str(service.data), "--port", "0"], env=environment(),
            capture_output=True, text=True, timeout=30)
        assert result.returncode == 69 and str(service.child.pid) in result.stderr, result


@each_service
def test_a_busy_port_is_named(name, tmp_path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        result = subprocess.run(
            [programs.service_program(name), "--data", str(tmp_path / "data"), "--port", port], env=environment(),
            capture_output=True, text=True, timeout=60)
        assert result.returncode == 69 and port in result.stderr and "--port" in result.stderr, result


@each_service
def test_a_key_that_others_may_read_stops_the_start(name, tmp_path):
    with LoneService(name, tmp_path) as service:
        assert service.child.terminate(timeout=15) == 0
        data = service.data
    key = next((data / name / "keys").iterdir())
    key.chmod(0o644)
    result = subprocess.run(
        [programs.service_program(name), "--data", str(data), "--port", "0"], env=environment(), capture_output=True,
        text=True, timeout=30)
    assert result.returncode == 70 and key.name in result.stderr, result


def test_a_second_suite_over_one_folder_is_refused(suite):
    result = programs.colophon("up", "--data", str(suite.data), "--port-base", "0", timeout=60)
    assert result.returncode == 75 and b"lock" in result.stderr, result
    assert suite.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "command",
    [[], ["up"], ["ask"], ["verify"], ["export"], ["model"], ["model", "add"], ["model", "list"], ["model", "show"],
     ["receipt", "show"], ["keys"], ["tokenize"], ["score"]], ids=" ".join)
def test_every_command_has_help_that_teaches(command):
    text = programs.must(programs.colophon(*command, "--help"))
    assert text.startswith("OVERVIEW:") and "USAGE: colophon" in text


def test_a_model_is_listed_and_shown(suite):
    data = ["--data", str(suite.data)]
    assert "smollm2" in programs.must(programs.colophon("model", "list", *data))
    manifest = json.loads(programs.must(programs.colophon("model", "show", "smollm2", *data)))
    assert manifest["name"] == "SmolLM2-135M-Instruct"
    assert programs.colophon("model", "show", "none", *data).returncode == 66
