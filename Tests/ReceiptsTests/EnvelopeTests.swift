import Codec
import Cryptography
import MerkleLog
import Testing

@testable import Receipts

/// Envelopes that are well signed and not of the one form that a statement, or a COSE Receipt, has.
@Suite struct EnvelopeTests {
  private static let key = Result { try World.key("k") }

  private func refused(_ what: String, _ work: () throws -> Void) {
    #expect(throws: ReceiptError.self, "\(what)") { try work() }
  }

  @Test func `a statement has its headers and claims and no others`() throws {
    let key = try Self.key.get()
    let honest = try #require(World().sealed().statements[.model])
    let claims = CWTClaims(
      issuer: honest.statement.issuer, subject: honest.statement.subject, issuedAt: honest.statement.issuedAt)
    let header = ProtectedHeader(
      algorithm: key.algorithm, contentType: Statement.contentType, keyID: COSEKey(key.publicKey).keyID, claims: claims)
    func read(detached: Bool = false, _ edit: (inout ProtectedHeader) -> Void = { _ in }) throws -> SignedStatement {
      var edited = header
      edit(&edited)
      return try SignedStatement(
        COSESign1.sign(honest.payload, protected: edited, detached: detached, with: key).encoded())
    }
    let good = try read()
    let other = try World.key("other").publicKey
    #expect(good.isSigned(by: key.publicKey) && !good.isSigned(by: other))
    refused("another content type") { _ = try read { $0.contentType = "application/json" } }
    refused("no content type") { _ = try read { $0.contentType = nil } }
    refused("no kid") { _ = try read { $0.keyID = nil } }
    refused("no claims") { _ = try read { $0.claims = nil } }
    refused("another header") { _ = try read { $0.other = [CBORPair(.int(99), .null)] } }
    refused("another claim") { _ = try read { $0.claims?.other = [CBORPair(.int(99), .null)] } }
    refused("no issuer") { _ = try read { $0.claims?.issuer = nil } }
    refused("no subject") { _ = try read { $0.claims?.subject = nil } }
    refused("no time") { _ = try read { $0.claims?.issuedAt = nil } }
    refused("before 1970") { _ = try read { $0.claims?.issuedAt = -1 } }
    for seconds in [0, Int64.max] {
      #expect(try read { $0.claims?.issuedAt = seconds }.statement.issuedAt == seconds)
    }
    refused("another subject") { _ = try read { $0.claims?.subject = "other" } }
    for (count, isRead) in [(0, false), (1, true), (1024, true), (1025, false)] {
      let read = try? read { $0.claims?.issuer = String(repeating: "i", count: count) }
      #expect((read != nil) == isRead, "an issuer of \(count) bytes")
    }
    refused("no payload") { _ = try read(detached: true) }
    // The kid is of one key, the signature of another.
    let claimed = try read { $0.keyID = COSEKey(other).keyID }
    #expect(!claimed.isSigned(by: other) && !claimed.isSigned(by: key.publicKey))
  }

  @Test func `a payload is spoilt by a change anywhere in it, and a predicate is of its kind`() throws {
    let honest = try #require(World().sealed().statements[.model])
    let claims = CWTClaims(
      issuer: honest.statement.issuer, subject: honest.statement.subject, issuedAt: honest.statement.issuedAt)
    let json = try JCS.parse(honest.payload)
    for (place, spoilt) in json.spoilt("payload") where !place.contains(".predicate") || place.contains("predicateType")
    {
      refused(place) { _ = try Statement(payload: JCS.encode(spoilt), claims: claims) }
    }
    for (member, value) in [("_type", "https://in-toto.io/Statement/v0.1"), ("predicateType", "urn:other:model:v1")] {
      refused(member) { _ = try Statement(payload: JCS.encode(json.with([member], .string(value))), claims: claims) }
    }
    refused("another format of weights") {
      _ = try ModelManifest(honest.statement.predicate.with(["weights", "format"], "onnx"))
    }
    let subject = try #require(json["subject"]?[0])
    for (what, value) in [("no subject", []), ("two subjects", [subject, subject])] as [(String, JSON)] {
      refused(what) { _ = try Statement(payload: JCS.encode(json.with(["subject"], value)), claims: claims) }
    }
    for kind in StatementKind.allCases where kind != .tombstone {
      refused("\(kind)") {
        try Statement(
          kind: kind, issuer: "i", subject: "s", subjectDigest: SHA256.hash([]), issuedAt: 0, predicate: ["x": 1]
        ).checkPredicate()
      }
    }
  }

  @Test func `a COSE Receipt has one proof and the headers of RFC 9162, and no others`() throws {
    let key = try Self.key.get()
    let (entry, root) = ([UInt8](1...9), TreeHash.leaf([UInt8](1...9)))
    let proof: CBOR = [1, 0, []]
    func proofs(_ inner: CBOR) throws -> CBOR { .map([CBORPair(.int(-1), [.bytes(try inner.encoded())])]) }
    func read(
      _ unprotected: [CBORPair]? = nil, inner: CBOR? = nil, detached: Bool = true, signer: SigningKey? = nil,
      _ edit: (inout ProtectedHeader) -> Void = { _ in }
    ) throws -> COSEReceipt {
      var header = ProtectedHeader(
        algorithm: key.algorithm, keyID: COSEKey(key.publicKey).keyID,
        claims: CWTClaims(issuer: "i", subject: "s", issuedAt: 1), other: [CBORPair(.int(395), .int(1))])
      edit(&header)
      let carried = try unprotected ?? [CBORPair(.int(396), try proofs(inner ?? proof))]
      return try COSEReceipt(
        COSESign1.sign(
          root.bytes, protected: header, unprotected: carried, detached: detached, with: signer ?? key
        ).encoded())
    }
    #expect(try read().verify(entry: entry, key: key.publicKey) == root)
    let bytes = try read().bytes
    let at = 4 + (try COSESign1(decoding: bytes)).protectedBytes.count
    #expect(bytes[at] == 0xa1)
    refused("a longer spelling") { _ = try COSEReceipt(bytes[..<at] + [0xb8, 0x01] + bytes[(at + 1)...]) }
    let more = CBORPair(.int(99), .null)
    let good = try proofs(proof)
    refused("a payload") { _ = try read(detached: false) }
    refused("another unprotected header") { _ = try read([CBORPair(.int(396), good), more]) }
    refused("no proof") { _ = try read([more]) }
    refused("two kinds of proof") {
      let map = CBOR.map((good.mapValue ?? []) + [CBORPair(.int(-2), [])])
      _ = try read([CBORPair(.int(396), map)])
    }
    refused("two proofs") {
      let bytes = CBOR.bytes(try proof.encoded())
      _ = try read([CBORPair(.int(396), .map([CBORPair(.int(-1), [bytes, bytes])]))])
    }
    let digest = CBOR.bytes(root.bytes)
    for (what, inner) in [
      ("four parts", [1, 0, [], 0]), ("two parts", [1, 0]), ("no digest", [2, 0, [.bytes([1])]]),
      ("a text", ["1", 0, []]),
      ("a long path", [1, 0, .array(Array(repeating: digest, count: 65))]),
    ] as [(String, CBOR)] { refused(what) { _ = try read(inner: inner) } }
    #expect(try read(inner: [1, 0, .array(Array(repeating: digest, count: 64))]).path.count == 64)
    refused("another structure") { _ = try read { $0.other = [CBORPair(.int(395), .int(2))] } }
    refused("another header") { _ = try read { $0.other.append(more) } }
    refused("a content type") { _ = try read { $0.contentType = "x" } }
    refused("no kid") { _ = try read { $0.keyID = nil } }
    refused("no claims") { _ = try read { $0.claims = nil } }
    refused("another claim") { _ = try read { $0.claims?.other = [more] } }
    refused("no time") { _ = try read { $0.claims?.issuedAt = nil } }
    refused("before 1970") { _ = try read { $0.claims?.issuedAt = -1 } }
    for seconds in [0, Int64.max] { #expect(try read { $0.claims?.issuedAt = seconds }.size == 1) }
    let other = try World.key("other")
    refused("another key's id") { _ = try read().verify(entry: entry, key: other.publicKey) }
    refused("this key's signature under another's id") {
      _ = try read { $0.keyID = COSEKey(other.publicKey).keyID }.verify(entry: entry, key: key.publicKey)
    }
    refused("another key's signature") { _ = try read(signer: other).verify(entry: entry, key: key.publicKey) }
    refused("another entry") { _ = try read().verify(entry: [1], key: key.publicKey) }
    refused("another shape") { _ = try read(inner: [2, 0, []]).verify(entry: entry, key: key.publicKey) }
  }
}
