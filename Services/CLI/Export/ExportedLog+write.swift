import Codec
import Cryptography
import Foundation
import MerkleLog
import Receipts

extension ExportedLog {
  /// Writes the layout that `Tests/Interop/README.md` describes.
  func write(to folder: URL) throws {
    func put(_ path: String, _ bytes: [UInt8]) throws { try Files.write(bytes, to: folder.appending(path: path)) }
    for (path, bytes) in tiles { try put("log/\(path)", bytes) }
    try put("log/checkpoint", proof.note.encoded)
    try put("old/checkpoint", old.note.encoded)
    try put("old/consistency.txt", Array(consistency.map { Base64.encode($0.bytes) + "\n" }.joined().utf8))
    try put("receipt/statement.cose", statement.bytes)
    try put("receipt/payload.json", statement.payload)
    try put("receipt/receipt.cose", inclusion.bytes)
    try put("receipt/transparent.cose", try statement.transparent(receipts: [inclusion.bytes]))
    try put("receipt/receipt.tlog-proof", proof.encoded)
    guard let issuer = policy.issuers.first(where: { $0.keyID == statement.keyID }) else {
      throw Failure("the trust policy does not list the key of this receipt", status: 65)
    }
    try put("keys/issuer.pem", Array(issuer.key.pem.utf8))
    try put("keys/log-receipt.pem", Array(policy.receiptLogKey.pem.utf8))
    try put("keys/log.vkey", Array("\(policy.log.logKey)\n".utf8))
    try put("keys/scitt-keys.cbor", try COSEKeySet.encode([COSEKey(policy.receiptLogKey)]))
    if !policy.log.witnesses.isEmpty {
      try put("keys/witnesses.vkeys", Array(policy.log.witnesses.map { "\($0)\n" }.joined().utf8))
    }
    try put("meta.json", metadata.serialized())
  }

  private var metadata: JSON {
    [
      "origin": .string(checkpoint.origin), "size": .integer(checkpoint.size), "root": .string(checkpoint.root.hex),
      "index": .integer(inclusion.index), "quorum": .integer(policy.log.quorum), "entry": "sha256",
      "issuer": .string(statement.statement.issuer), "subject": .string(statement.statement.subject),
      "log_issuer": .string(inclusion.issuer),
    ]
  }
}
