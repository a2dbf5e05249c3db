"""The five services as `colophon up` runs them, over a data folder of their own."""

import json
import os
import signal
import socket
import time
from pathlib import Path
from urllib.parse import urlparse

import requests

from harness import programs
from harness.process import Child, processes_with

READY_SECONDS = 120
MODEL_ID = "smollm2"


class Suite:
    """One installation: made on first start, stopped and started again as a test likes."""

    def __init__(self, folder: Path, variables: dict[str, str] | None = None) -> None:
        self.data = folder / "data"
        self.variables = variables or {}
        self.urls: dict[str, str] = {}
        self._up: Child | None = None

    def start(self) -> "Suite":
        data = str(self.data)
        if not (self.data / "inference/models" / MODEL_ID).exists():
            programs.must(programs.colophon("model", "add", MODEL_ID, "--data", data, "--model", programs.model()))
        arguments = [programs.program("colophon"), "up", "--data", data, "--port-base", "0"]
        self._up = Child(arguments, self.data.parent / "up.log", self.variables)
        try:
            self.urls = self._up.json_line("ready", READY_SECONDS)
        except Exception:
            print(self.logs())
            self.end()
            raise
        return self

    def stop(self) -> int:
        """Stops everything and returns the status; a process that is left behind fails."""
        status = self._up.terminate()
        self._up = None
        left = processes_with(str(self.data))
        self.end()
        assert not left, f"left behind: {left}"
        return status

    def end(self) -> None:
        """Kills whatever still runs over this data folder, each by its id."""
        if self._up is not None:
            self._up.kill()
            self._up = None
        for pid in processes_with(str(self.data)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    @property
    def url(self) -> str:
        return self.urls["orchestrator"]

    @property
    def token(self) -> str:
        return (self.data / "token").read_text().strip()

    @property
    def trust(self) -> dict:
        return json.loads((self.data / "trust.json").read_bytes())

    def pid(self, service: str) -> int | None:
        """The process id of a service now; None while it is down."""
        for pid, words in processes_with(str(self.data)).items():
            if words[0].endswith(f"/colophon-{service}"):
                return pid
        return None

    def wait_until_ready(self, timeout: float) -> None:
        """Waits until the orchestrator and all its peers answer."""
        deadline = time.monotonic() + timeout
        last: object = None
        while time.monotonic() < deadline:
            try:
                answer = requests.get(self.url + "/readyz", timeout=5)
                if answer.status_code == 200:
                    return
                last = answer.text
            except requests.RequestException as error:
                last = error
            time.sleep(0.1)
        raise TimeoutError(f"not ready again after {timeout} s: {last}; {self.logs()}")

    def logs(self) -> str:
        """The ends of all logs, for a failure's message."""
        files = [self.data.parent / "up.log", *sorted((self.data / "logs").glob("*.jsonl"))]
        return "\n".join(f"{file.name}: {file.read_text(errors='replace')[-1500:]}" for file in files if file.exists())

    # What a client does.

    def get(self, path: str, **options) -> requests.Response:
        return requests.get(self.url + path, timeout=60, **options)

    def post(self, body: bytes | dict, path: str = "/v1/chat/completions", **options) -> requests.Response:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | options.pop("headers", {})
        return requests.post(self.url + path, data=data, headers=headers, timeout=300, **options)

    def bundle(self, receipt_id: str) -> bytes:
        answer = self.get(f"/v1/receipts/{receipt_id}/bundle")
        assert answer.status_code == 200, answer.text
        return answer.content

    def wait_for_log(self, receipt_id: str, timeout: float = 30) -> dict:
        """The view of a receipt once it is in the log."""
        deadline = time.monotonic() + timeout
        last = "nothing"
        while time.monotonic() < deadline:
            try:
                answer = self.get(f"/v1/receipts/{receipt_id}")
                last = answer.text
                if answer.status_code == 200 and answer.json()["log"]:
                    return answer.json()
            except requests.RequestException as error:
                last = str(error)
            time.sleep(0.1)
        raise TimeoutError(f"{receipt_id} is not in the log after {timeout} s: {last}; {self.logs()}")


def chat(question: str, **parameters) -> dict:
    """The body of a chat request."""
    body = {"model": MODEL_ID, "messages": [{"role": "user", "content": question}], "temperature": 0, "max_tokens": 16}
    return body | parameters


def send_raw(url: str, request_bytes: bytes) -> bytes:
    """What comes back for some bytes on a connection of their own."""
    address = urlparse(url)
    received = b""
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        try:
            connection.sendall(request_bytes)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65_536):
                received += piece
        except ConnectionError:
            pass
    return received
