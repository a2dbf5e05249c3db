import Codec
import Cryptography
import Foundation
import Testing

@testable import Receipts

/// Tests/Vectors/modelsigning: what the model-signing package signed, and the certificates of a small authority.
struct ModelVectors {
  private let json: JSON
  /// The key of most of the certificates, and of the signatures by a key.
  let key: ECSigningKey
  /// A time within all certificates.
  let at: Int64

  init() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Vectors/modelsigning/signatures.json")
    json = try JSON(parsing: [UInt8](Data(contentsOf: file)))
    key = try ECSigningKey(pem: Array(#require(json["privateKey"]?.stringValue).utf8))
    at = try #require(json["at"]?.intValue)
  }

  func time(_ name: String) throws -> Int64 { try #require(json[name]?.intValue) }

  func signature(_ name: String) throws -> [UInt8] {
    try Array(#require(json["signatures"]?[name]?.stringValue).utf8)
  }

  func certificate(_ name: String) throws -> X509Certificate {
    try X509Certificate(der: Base64.decode(#require(json["certificates"]?[name]?.stringValue)))
  }

  func certificates(_ names: [String]) throws -> [X509Certificate] { try names.map { try certificate($0) } }

  /// The model's files.
  func files() throws -> [(path: String, bytes: [UInt8])] {
    try #require(json["model"]?.objectValue).map { ($0.name, try Base64.decode(#require($0.value.stringValue))) }
  }

  static func serialization(_ method: String, _ hash: ModelSerialization.Hash) throws -> ModelSerialization {
    method == "shards" ? try ModelSerialization(hash: hash, shardSize: 10) : ModelSerialization(hash: hash)
  }

  /// The list of the files after `change`, read in pieces of `count` bytes.
  func list(
    _ serialization: ModelSerialization, pieces count: Int = 7, _ change: (inout [String: [UInt8]]) -> Void = { _ in }
  ) throws -> ModelResources {
    var files = Dictionary(uniqueKeysWithValues: try self.files().map { ($0.path, $0.bytes) })
    change(&files)
    let resources = try files.flatMap { path, bytes in
      var digests = ModelFileDigests(path: path, serialization: serialization)
      for start in stride(from: 0, to: bytes.count, by: count) {
        try bytes[start..<min(start + count, bytes.count)].withUnsafeBytes { try digests.update($0) }
      }
      return try digests.finish()
    }
    return try ModelResources(model: "model", serialization: serialization, resources: resources)
  }

  /// A signature over any text, so that only what it says is wrong.
  func signed(_ statement: String, material: JSON = ["publicKey": [:]]) throws -> [UInt8] {
    let payload = Array(statement.utf8)
    let signature = try key.sign(DSSE.preAuthenticated(payload))
    let json: JSON = [
      "mediaType": .string(ModelEnvelope.mediaType), "verificationMaterial": material,
      "dsseEnvelope": [
        "payload": .string(Base64.encode(payload)), "payloadType": .string(DSSE.payloadType),
        "signatures": [["sig": .string(Base64.encode(signature))]],
      ],
    ]
    return json.serialized()
  }
}

/// What an error says; empty when there is none.
func refusal(_ work: () throws -> Void) -> String {
  do {
    try work()
    return ""
  } catch { return "\(error)" }
}
