import Cryptography
import Foundation
import Receipts

/// A receipt's statement in the forms of others: signed again, by keys of this data folder.
struct ExportedForms {
  /// For formats that know no Ed25519: ES256, and OpenSSF model signatures.
  let operatorKey: ECSigningKey
  private let es256: (statement: SignedStatement, key: VerifyingKey)
  /// By the key that signed the receipt; nil where that is elsewhere.
  private let issued: (dsse: [UInt8], hashEnvelope: [UInt8])?

  init(_ receipt: SignedStatement, _ data: DataOption) throws {
    operatorKey = try OperatorKey.loadP256(data)
    let signer = try ES256Key(operatorKey)
    es256 = (try SignedStatement(signing: receipt.statement, with: signer), signer.publicKey)
    let key = try KeyFolder(data: data).key(of: "orchestrator")
    issued = try key.flatMap { key in
      guard receipt.isSigned(by: key.publicKey) else { return nil }
      return (try receipt.dsse(with: key), try receipt.hashEnvelope(with: key))
    }
  }

  /// What there is not, and why.
  var missing: [String] {
    guard issued == nil else { return [] }
    return [
      "receipt/statement.dsse.json, receipt/hash_envelope.cose: the key that signed the receipt is not in this data folder"
    ]
  }

  func write(to folder: URL) throws {
    func put(_ path: String, _ bytes: [UInt8]) throws { try Files.write(bytes, to: folder.appending(path: path)) }
    try put("receipt/statement_es256.cose", es256.statement.bytes)
    try put("keys/issuer_es256.pem", Array(es256.key.pem.utf8))
    guard let issued else { return }
    try put("receipt/statement.dsse.json", issued.dsse)
    try put("receipt/hash_envelope.cose", issued.hashEnvelope)
  }
}
