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

  private static let other = Array(
    """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgIDgnCaf+BlQ8KQyl
    C9ONxBMPtK8FiJMRBnmtByNMK+ahRANCAAQ1z8h5J8/eJ0ztpZWwbIEWmxBzuuMi
    CTsRjhF2GUkLqBHt6Rj2lnS+ddeucAZ84mYQYsXszk1nfvpBZHyB8aIl
    -----END PRIVATE KEY-----
    """.utf8)

  private let key: ECSigningKey
  private let resources: ModelResources

  init() throws {
    key = try ECSigningKey(pem: Array(Self.pem.utf8))
    resources = try ModelResources(
      model: "m",
      resources: ["a-b", "a/b", "a/b.c/d", "z"].map { .init(path: $0, digest: SHA256.hash(Array($0.utf8)).bytes) })
  }

  /// A signed bundle of an edited statement, so that only what it says is wrong.
  private func signed(
    _ edit: (inout String) -> Void = { _ in }, envelope change: (JSON) -> JSON = { $0 }
  ) throws -> [UInt8] {
    var text = String(decoding: try resources.statement(), as: UTF8.self)
    edit(&text)
    let signature = try key.sign(DSSE.preAuthenticated(Array(text.utf8)))
    let json: JSON = [
      "mediaType": .string(ModelEnvelope.mediaType), "verificationMaterial": ["publicKey": [:]],
      "dsseEnvelope": [
        "payload": .string(Base64.encode(Array(text.utf8))), "payloadType": .string(DSSE.payloadType),
        "signatures": [["sig": .string(Base64.encode(signature))]],
      ],
    ]
    return change(json).serialized()
  }

  @Test("an envelope of another form is refused; a hint may be absent, and must not be another key's")
  func envelopes() throws {
    func read(_ path: [String], _ value: JSON) throws -> ModelResources {
      try ModelSignature.verify(signed(envelope: { $0.with(path, value) }), key: key.publicKey)
    }
    let hint = ["verificationMaterial", "publicKey", "hint"]
    for value in [JSON.string(ModelSignature.hint(key.publicKey)), "", 1] {
      #expect(try read(hint, value) == resources)
    }
    let envelope = try #require(JSON(parsing: signed())["dsseEnvelope"])
    let signature = try #require(envelope["signatures"]?[0])
    let wrong: [([String], JSON)] = [
      (hint, "another"), (["mediaType"], "application/json"), (["mediaType"], 1), (["verificationMaterial"], [:]),
      (["dsseEnvelope", "payloadType"], "text/plain"), (["dsseEnvelope", "signatures"], []),
      (["dsseEnvelope", "signatures"], [signature, signature]), (["dsseEnvelope", "signatures"], [["sig": "*"]]),
      (["dsseEnvelope", "payload"], "*"), (["dsseEnvelope"], [:]),
    ]
    for (path, value) in wrong {
      #expect(throws: ReceiptError.self, "\(path): \(value.text)") { try read(path, value) }
    }
    #expect(throws: ReceiptError.self) {
      try ModelSignature.verify(signed(), key: ECSigningKey(pem: Self.other).publicKey)
    }
  }

  @Test("what was ignored and whether links were followed is signed too; a file by itself is named by a dot")
  func options() throws {
    let digest = SHA256.hash([]).bytes
    let all = try ModelResources(
      model: "m", resources: [.init(path: ".", digest: digest)], ignored: [".git", "x"], followsLinks: true)
    #expect(try ModelSignature.verify(ModelSignature.sign(all, with: key), key: key.publicKey) == all)
    let plain = try ModelResources(model: "m", resources: [.init(path: "a", digest: digest)])
    #expect(!String(decoding: try plain.statement(), as: UTF8.self).contains("ignore_paths"))
    for names in [[".", "a"], [".."], ["." + "/"], ["a/.."], ["a\0"]] {
      #expect(throws: ReceiptError.self, "\(names)") {
        try ModelResources(model: "m", resources: names.map { .init(path: $0, digest: digest) })
      }
    }
    #expect(
      ModelResources.precedes("a", "a/b") && !ModelResources.precedes("a/b", "a") && !ModelResources.precedes("a", "a"))
    #expect(ModelResources.precedes("a/b", "a/c") && !ModelResources.precedes("a/c", "a/b"))
    #expect(ModelResources.precedes("a/c", "b/a") && !ModelResources.precedes("b/a", "a/c"))
    func files(_ count: Int) throws -> ModelResources {
      try ModelResources(model: "m", resources: (0..<count).map { .init(path: "f\($0)", digest: digest) })
    }
    // The first eight are named, the others counted.
    for (count, more) in [(9, nil), (10, "and 1 more")] as [(Int, String?)] {
      let said = try #require(files(1).difference(from: files(count)))
      #expect(said.contains("more") == (more != nil) && said.contains(more ?? "f8"))
    }
    #expect(try files(2).difference(from: files(2)) == nil)
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
      model: "n", resources: names.map { .init(path: $0.key, digest: SHA256.hash(Array($0.value.utf8)).bytes) })
    let said = try #require(resources.difference(from: found))
    for part in ["new is not in the signature", "a/b.c/d is missing", "z is missing", "a-b has another digest"] {
      #expect(said.contains(part))
    }
    #expect(!said.contains("a/b has"))
  }

  @Test("limits: no file, and none twice")
  func limits() throws {
    let one = ModelResources.Resource(path: "a", digest: SHA256.hash([]).bytes)
    #expect(throws: ReceiptError.self) { try ModelResources(model: "m", resources: []) }
    #expect(throws: ReceiptError.self) { try ModelResources(model: "m", resources: [one, one]) }
    #expect(throws: ReceiptError.self) {
      try ModelResources(
        model: "m", resources: [.init(path: String(repeating: "a", count: 5000), digest: one.digest)])
    }
    #expect(throws: X509Error.self) { try ECSigningKey(pem: []) }
  }
}
