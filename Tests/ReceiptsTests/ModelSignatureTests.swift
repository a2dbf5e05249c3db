import Codec
import Cryptography
import Testing

@testable import Receipts

/// OpenSSF model signatures; Tests/Interop/test_model_signing.py holds them against the model-signing package.
@Suite struct ModelSignatureTests {
  /// Made for this test, and good for nothing else.
  static let pem = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgEXipSx5v1woJmDKn
    upxqI9fHMgQBHUUc8XXqyt1kMMihRANCAAQWBOpCXhfg0upwVUbgRxouOOU4kQ97
    XaqPmAL38S3+P66GVeaw/GJqdMrK5VZlYUKYGOi7Yh11OjQtc74ppoQb
    -----END PRIVATE KEY-----
    """

  private let key: ECSigningKey
  private let resources: ModelResources

  init() throws {
    key = try ECSigningKey(pem: Array(Self.pem.utf8))
    resources = try ModelResources(
      model: "m",
      resources: ["a-b", "a/b", "a/b.c/d", "z"].map { .init(name: $0, digest: SHA256.hash(Array($0.utf8))) })
  }

  /// A signed bundle of an edited statement, so that only what it says is wrong.
  private func signed(_ edit: (inout String) -> Void) throws -> [UInt8] {
    var text = String(decoding: try resources.statement(), as: UTF8.self)
    edit(&text)
    let signature = try key.sign(ModelSignature.preAuthenticated(Array(text.utf8)))
    let json: JSON = [
      "mediaType": .string(ModelSignature.mediaType), "verificationMaterial": ["publicKey": [:]],
      "dsseEnvelope": [
        "payload": .string(Base64.encode(Array(text.utf8))), "payloadType": .string(ModelSignature.payloadType),
        "signatures": [["sig": .string(Base64.encode(signature))]],
      ],
    ]
    return json.serialized()
  }

  @Test("a signature gives back what was signed, in the order of the parts of paths")
  func roundTrip() throws {
    let read = try ModelSignature.verify(ModelSignature.sign(resources, with: key), key: key.publicKey)
    #expect(read == resources && read.difference(from: resources) == nil)
    #expect(read.resources.map(\.name) == ["a/b", "a/b.c/d", "a-b", "z"])
    #expect(try ModelSignature.verify(signed { _ in }, key: key.publicKey) == resources)
  }

  @Test(
    "a signed statement that is none of this standard's is refused",
    arguments: [
      ("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"), ("signature/v1.0", "signature/v2.0"),
      ("\"method\":\"files\"", "\"method\":\"shards\""), ("\"hash_type\":\"sha256\"", "\"hash_type\":\"blake3\""),
      ("\"allow_symlinks\":false", "\"allow_symlinks\":\"no\""), ("\"name\":\"z\"", "\"name\":\"../z\""),
      ("\"name\":\"z\"", "\"name\":\"/z\""), ("\"name\":\"z\"", "\"name\":\"\""), ("\"name\":\"z\"", "\"name\":\".\""),
      ("\"name\":\"z\"", "\"name\":\"a//z\""), ("\"name\":\"z\"", "\"name\":\"a/./z\""),
      ("\"name\":\"z\"", "\"name\":\"a-b\""),
      ("\"name\":\"z\"", "\"name\":\"z\\u0000\""), ("\"name\":\"z\"", "\"name\":1"),
      ("\"algorithm\":\"sha256\"", "\"algorithm\":\"md5\""),
      ("\"subject\":[", "\"subject\":[{\"name\":\"x\",\"digest\":{}},"), ("\"subject\":[", "\"subjects\":["),
      ("\"resources\":[", "\"resources\":[],\"more\":["), ("{\"_type\"", "[{\"_type\""),
    ])
  func statements(from: String, to: String) throws {
    let bundle = try signed { text in
      #expect(text.contains(from))
      text = text.replacing(from, with: to, maxReplacements: 1)
    }
    #expect(throws: ReceiptError.self) { try ModelSignature.verify(bundle, key: key.publicKey) }
  }

  @Test("a root that is not of the listed digests is refused, and so is every flipped byte of the envelope")
  func flips() throws {
    let wrong = try signed { $0 = $0.replacing(resources.root.hex, with: SHA256.hash([]).hex) }
    #expect(throws: ReceiptError.self) { try ModelSignature.verify(wrong, key: key.publicKey) }
    let good = try ModelSignature.sign(resources, with: key)
    let text = String(decoding: good, as: UTF8.self)
    let envelope = try #require(text.firstRange(of: "dsseEnvelope"))
    let start = text.utf8.distance(from: text.utf8.startIndex, to: envelope.lowerBound)
    for at in start..<good.count {
      var flipped = good
      flipped[at] ^= UInt8(1 << (at % 7))
      // A bundle that says less than it might is none of ours; what it says must be what was signed.
      if let read = try? ModelSignature.verify(flipped, key: key.publicKey) { #expect(read == resources, "byte \(at)") }
    }
  }

  @Test("each difference between what was signed and what is there is named")
  func differences() throws {
    let names = ["a/b": "a/b", "a-b": "changed", "new": "new"]
    let found = try ModelResources(
      model: "n", resources: names.map { .init(name: $0.key, digest: SHA256.hash(Array($0.value.utf8))) })
    let said = try #require(resources.difference(from: found))
    for part in ["new is not in the signature", "a/b.c/d is missing", "z is missing", "a-b has another digest"] {
      #expect(said.contains(part))
    }
    #expect(!said.contains("a/b has"))
  }

  @Test("limits: no file, and none twice")
  func limits() throws {
    let one = ModelResources.Resource(name: "a", digest: SHA256.hash([]))
    #expect(throws: ReceiptError.self) { try ModelResources(model: "m", resources: []) }
    #expect(throws: ReceiptError.self) { try ModelResources(model: "m", resources: [one, one]) }
    #expect(throws: ReceiptError.self) {
      try ModelResources(
        model: "m", resources: [.init(name: String(repeating: "a", count: 5000), digest: one.digest)])
    }
    #expect(throws: X509Error.self) { try ECSigningKey(pem: []) }
  }
}
