"""An RFC 3161 timestamping authority over HTTP: OpenSSL's own `openssl ts` behind the standard library's server."""

import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness import programs

SCRIPT = programs.ROOT / "Tests/Vectors/timestamps/authority"


class Authority:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        subprocess.run(["bash", str(SCRIPT), str(folder)], check=True, capture_output=True)
        turn, reply = threading.Lock(), self.reply

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                query = self.rfile.read(int(self.headers["Content-Length"]))
                with turn:
                    answer = reply(query)
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/tsr"

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def openssl(self, *arguments: str) -> bytes:
        done = subprocess.run(["openssl", "ts", *arguments], cwd=self.folder, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def reply(self, query: bytes) -> bytes:
        (self.folder / "q.tsq").write_bytes(query)
        self.openssl("-reply", "-queryfile", "q.tsq", "-config", "tsa.cnf", "-out", "r.tsr")
        return (self.folder / "r.tsr").read_bytes()

    def verify(self, data: bytes, token: bytes) -> None:
        """OpenSSL's own verdict on a token about these bytes."""
        (self.folder / "data").write_bytes(data)
        (self.folder / "token").write_bytes(token)
        self.openssl("-verify", "-data", "data", "-in", "token", "-token_in", "-CAfile", "root.pem")
