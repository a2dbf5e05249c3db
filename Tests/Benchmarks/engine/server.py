"""The two servers, and how each is asked: the inference service by its Generate call, llama-server by its chat endpoint
without streaming, which is its cheaper form. The same messages, and a template that both take from the same file."""

import json
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from engine import wire
from engine.peer import Peer

START_S_MAX = 120


class Server:
    """A process that serves until it is left."""

    port: int

    def __init__(self, command: list[str], log: Path) -> None:
        self.log = log
        with open(log, "wb") as file:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=file)

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def resident_mib(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    def failed(self) -> SystemExit:
        return SystemExit(f"error: {self.process.args[0]}: {self.log.read_text(errors='replace')[-2000:]}")

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        """A request to be sent as it is. The server closes the connection after its answer."""
        lines = {"Host": f"127.0.0.1:{self.port}", "Connection": "close", "Content-Length": str(len(body)), **headers}
        head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {text}\r\n" for name, text in lines.items())
        return head.encode() + b"\r\n" + body


class Ours(Server):
    party = "ours"

    def __init__(self, service: str, models: Path, folder: Path, threads: int) -> None:
        data = folder / "inference"
        super().__init__(
            [service, "--data", str(data), "--port", "0", "--models", str(models), "--threads", str(threads)],
            folder / "inference.log")
        self.data = data

    def __enter__(self) -> "Ours":
        for line in self.process.stdout:
            if b'"listening"' in line:
                self.port = json.loads(line)["listening"]["port"]
                self.token = (self.data / "token").read_text().strip()
                return self
        raise self.failed()

    def request(self, content: str, tokens: int) -> bytes:
        body = {"model": "smollm2", "messages": [{"role": "user", "content": content}], "max_tokens": tokens,
                "temperature": 0}
        return self.post(wire.PATH, wire.generate(body), {
            "Content-Type": "application/connect+proto", "Connect-Protocol-Version": "1",
            "Authorization": f"Bearer {self.token}"})

    def counts(self, answer: bytes) -> tuple[int, int]:
        return wire.finished(body_of(answer))


class Theirs(Server):
    def __init__(self, peer: Peer, folder: Path, threads: int, context: int, slots: int) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.party = peer.name
        super().__init__(
            [peer.program("llama-server"), "-m", str(peer.model), "-t", str(threads), "-tb", str(threads), "-c",
             str(context), "-np", str(slots), "--host", "127.0.0.1", "--port", str(self.port)], folder / "llama.log")

    def __enter__(self) -> "Theirs":
        until = time.monotonic() + START_S_MAX
        while time.monotonic() < until and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5).read()
                return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise self.failed()

    def request(self, content: str, tokens: int) -> bytes:
        body = {"messages": [{"role": "user", "content": content}], "max_tokens": tokens, "temperature": 0,
                "ignore_eos": True}
        return self.post("/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"})

    def counts(self, answer: bytes) -> tuple[int, int]:
        usage = json.loads(body_of(answer))["usage"]
        return usage["prompt_tokens"], usage["completion_tokens"]


def body_of(answer: bytes) -> bytes:
    """The body of a whole HTTP/1.1 answer whose status is 200."""
    head, _, rest = answer.partition(b"\r\n\r\n")
    if head.split(b" ", 2)[1:2] != [b"200"]:
        raise SystemExit(f"error: a server answered {answer[:600].decode(errors='replace')}")
    if b"transfer-encoding: chunked" not in head.lower():
        return rest
    body = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size.split(b";")[0] or b"0", 16)
        body, rest = body + rest[:length], rest[length + 2:]
    return body
