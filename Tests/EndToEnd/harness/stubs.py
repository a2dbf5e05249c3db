"""Python clients of every service, generated from Proto/ when the tests start: a drift of the contract cannot hide."""

import importlib
import os
import sys
from pathlib import Path

from grpc_tools import protoc

from harness.programs import ROOT, SERVICES


class Stubs:
    """Messages, Connect clients and gRPC stubs of the five services."""

    def __init__(self, folder: Path) -> None:
        protos = ROOT / "Proto"
        files = sorted(str(file.relative_to(protos)) for file in protos.rglob("*.proto"))
        outputs = [f"--{kind}_out={folder}" for kind in ("python", "grpc_python", "connect-python")]
        # The plugin is a program of the same virtual environment as this interpreter.
        path = os.environ["PATH"]
        os.environ["PATH"] = str(Path(sys.executable).parent) + os.pathsep + path
        try:
            status = protoc.main(["protoc", f"-I{protos}", *outputs, *files])
        finally:
            os.environ["PATH"] = path
        assert status == 0, "protoc could not generate the stubs from Proto/"
        sys.path.insert(0, str(folder))
        self.common = importlib.import_module("colophon.common.v1.identity_pb2")

    def messages(self, service: str):
        assert service in SERVICES
        return importlib.import_module(f"colophon.{service}.v1.{service}_pb2")

    def connect(self, service: str, url: str, token: str | None):
        """A synchronous Connect client with its defaults, gzip among them. Close it as a context manager."""
        module = importlib.import_module(f"colophon.{service}.v1.{service}_connect")
        return Authorized(getattr(module, f"{service.capitalize()}ServiceClientSync")(url), token)

    def grpc(self, service: str, channel):
        module = importlib.import_module(f"colophon.{service}.v1.{service}_pb2_grpc")
        return getattr(module, f"{service.capitalize()}ServiceStub")(channel)


class Authorized:
    """A Connect client that shows the installation's token with every call."""

    def __init__(self, client, token: str | None) -> None:
        self._client = client
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    def __getattr__(self, method: str):
        call = getattr(self._client, method)
        return lambda request, **options: call(request, headers=self._headers, timeout_ms=120_000, **options)
