"""OpenStack Swift with its S3 interface on loopback for the tests: FOLDER PORT KEY SECRET. One replica on one folder, no
memcached. KEY is ACCOUNT:USER. Needs Debian's swift packages; ends with its standard input, and its
servers and FOLDER with it."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

COMMON = """[swift-hash]
swift_hash_path_suffix = tests
"""
SERVER = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
user = {user}
workers = 0
log_level = ERROR
log_address = {folder}/no-log
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
[{kind}-replicator]
[{kind}-updater]
[{kind}-auditor]
"""
PROXY = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
user = {user}
workers = 0
log_level = ERROR
log_address = {folder}/no-log
[pipeline:main]
pipeline = catch_errors cache listing_formats s3api tempauth copy slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
# Tempauth wants a cache to be named, and nothing here needs what would be in it: port 1 answers nobody.
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
error_suppression_limit = 0
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_{account}_{name} = {secret} .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ring(folder: Path, kind: str, port: int) -> None:
    builder = f"{kind}.builder"
    for words in (["create", "4", "1", "1"], ["add", f"r1z1-127.0.0.1:{port}/one", "1"], ["rebalance"]):
        subprocess.run(["swift-ring-builder", builder, *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def start(folder: Path, kind: str, text: str) -> subprocess.Popen:
    path = folder / f"{kind}-server.conf"
    path.write_text(text)
    environment = os.environ | {"SWIFT_CONF_DIR": str(folder)}
    return subprocess.Popen(
        [f"swift-{kind}-server", str(path)], stdin=subprocess.DEVNULL, env=environment, cwd=folder,
        preexec_fn=end_with_parent)


def end_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def main() -> None:
    folder, port, key, secret = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    account, name = key.split(":")
    (folder / "devices/one").mkdir(parents=True)
    (folder / "swift.conf").write_text(COMMON)
    user = os.environ.get("USER") or subprocess.check_output(["id", "-un"], text=True).strip()
    os.environ["USER"] = user
    values = {"folder": folder, "user": user, "account": account, "name": name, "secret": secret}
    running = []
    for kind in ("account", "container", "object"):
        own = free_port()
        ring(folder, kind, own)
        running.append(start(folder, kind, SERVER.format(kind=kind, port=own, **values)))
    running.append(start(folder, "proxy", PROXY.format(port=port, **values)))
    try:
        sys.stdin.buffer.read()
    finally:
        for process in running:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


main()
