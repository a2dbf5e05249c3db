"""The roots that the vendors publish, by what FORMAT section 8 says of them: the SHA-256 of their DER."""

from functools import cache
from pathlib import Path

from ..values import require, sha256
from .certificate import Certificate
from .collateral import blocks

DIGESTS = {
    "nitro": {"641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b"},
    "sev-snp": {
        "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd",
        "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1",
        "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a"},
    "tdx": {"44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3"},
    "nvidia-gpu": {"102bf659d5419614c9d8e6aecebc80454eb26b1df6a769ac720b9a690b167b48"},
    "sgx": {"44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3"},
}


@cache
def of(kind: str) -> list[Certificate]:
    found = [Certificate.parse(der) for _, der in blocks((Path(__file__).parent / "roots.pem").read_bytes())]
    mine = [root for root in found if sha256(root.der).hex() in DIGESTS[kind]]
    require(len(mine) == len(DIGESTS[kind]), f"roots.pem lacks a root of {kind}")
    return mine
