import Codec
import Cryptography
import Testing

@testable import Receipts

@Suite struct EvidenceDocumentTests {
  static let keyID = SHA256.hash([1])

  static func document(_ edit: (inout EvidenceDocument) -> Void = { _ in }) throws -> EvidenceDocument {
    var document = EvidenceDocument(
      kind: .simulated, keyID: keyID, nonce: try EvidenceNonce(fromUnixMs: 1000, toUnixMs: 2000), evidence: [1, 2, 3])
    edit(&document)
    return document
  }

  @Test func `report data is SHA-512 over tag, nonce and thumbprint, and the nonce of an epoch is of its times`() throws
  {
    let document = try Self.document()
    let hash = SHA256.hash(
      Array("colophon/evidence/epoch/v1\0".utf8) + [0, 0, 0, 0, 0, 0, 3, 0xe8] + [0, 0, 0, 0, 0, 0, 7, 0xd0])
    #expect(document.nonce.bytes == Array("epoch/v1".utf8) + hash.bytes.prefix(24))
    let data = SHA2.sha512(Array("colophon/evidence/v1\0".utf8) + document.nonce.bytes + Self.keyID.bytes)
    #expect(document.reportData == data && data.count == 64)
    let epoch = try #require(document.nonce.epoch)
    #expect(epoch.contains(1000) && epoch.contains(1999) && !epoch.contains(999) && !epoch.contains(2000))
  }

  @Test func `a document reads back as it was written, with an epoch or for somebody's nonce`() throws {
    let asked = try EvidenceNonce(asked: Array(1...32))
    for document in [
      try Self.document(), try Self.document { $0.nonce = asked },
      try Self.document { ($0.kind, $0.collateral) = (.nitro, [[1], [2, 3]]) },
      try Self.document { $0.kind = .sevSNP },
    ] {
      #expect(try EvidenceDocument(document.encoded()) == document)
    }
  }

  @Test func `nobody can ask with a nonce that looks like an epoch's, nor with one of another length`() {
    for bytes in [Array("epoch/v1".utf8) + Array(repeating: 7, count: 24), Array(1...31), Array(1...33), []] {
      #expect(throws: ReceiptError.self) { try EvidenceNonce(asked: bytes) }
    }
    #expect(throws: ReceiptError.self) { try EvidenceNonce(fromUnixMs: 5, toUnixMs: 5) }
    #expect(throws: ReceiptError.self) { try EvidenceNonce(fromUnixMs: 6, toUnixMs: 5) }
  }

  @Test(arguments: [
    ("\"type\":\"urn:colophon:evidence:v1\"", "\"type\":\"urn:colophon:evidence:v2\""),
    ("\"kind\":\"simulated\"", "\"kind\":\"sgx\""), ("\"kind\":\"simulated\"", "\"kind\":1"),
    ("\"key\":\"sha256:", "\"key\":\"sha256:0"), ("\"nonce\":\"65", "\"nonce\":\"64"),
    ("\"nonce\":\"65", "\"nonce\":\""), ("65706f63682f7631", "65706F63682F7631"),
    ("\"to_unix_ms\":\"2000\"", "\"more\":1,\"to_unix_ms\":\"2000\""),
    ("\"epoch\":{\"from_unix_ms\":\"1000\"", "\"epoch\":{\"from_unix_ms\":\"1001\""),
    ("\"to_unix_ms\":\"2000\"", "\"to_unix_ms\":\"2001\""), ("\"to_unix_ms\":\"2000\"", "\"to_unix_ms\":2000"),
    ("\"to_unix_ms\":\"2000\"", "\"to_unix_ms\":\"1000\""),
    ("\"epoch\":{\"from_unix_ms\":\"1000\",\"to_unix_ms\":\"2000\"},", ""),
    ("\"evidence\":\"AQID\"", "\"evidence\":\"\""), ("\"evidence\":\"AQID\"", "\"evidence\":\"AQI\""),
    ("{\"epoch\"", "{\"a\":1,\"epoch\""),
    ("{\"epoch\"", "{ \"epoch\""),
  ])
  func `a document with one thing wrong is refused`(from: String, to: String) throws {
    let text = String(decoding: try Self.document().encoded(), as: UTF8.self)
    let edited = text.replacing(from, with: to, maxReplacements: 1)
    #expect(edited != text, "\(from) is not in \(text)")
    #expect(throws: ReceiptError.self) { try EvidenceDocument(Array(edited.utf8)) }
  }

  @Test func `simulated evidence has no collateral, and of others it is never empty`() throws {
    #expect(throws: ReceiptError.self) { try Self.document { $0.collateral = [[1]] }.encoded() }
    let text = String(decoding: try Self.document { $0.kind = .tdx }.encoded(), as: UTF8.self)
    for list in ["[]", "[\"\"]", "[1]", "[\"A\"]", "1"] {
      let edited = text.replacing("{\"epoch\"", with: "{\"collateral\":\(list),\"epoch\"", maxReplacements: 1)
      #expect(throws: ReceiptError.self, "\(list)") { try EvidenceDocument(Array(edited.utf8)) }
    }
  }

  @Test func `a document of more than a MiB, or with too many pieces, is not made`() throws {
    #expect(throws: ReceiptError.self) {
      try Self.document { $0.evidence = Array(repeating: 1, count: 1 << 20) }.encoded()
    }
    let pieces = Array(repeating: [UInt8(1)], count: 65)
    #expect(throws: ReceiptError.limit(name: "evidence.collateral", limit: 64, got: 65)) {
      try Self.document { ($0.kind, $0.collateral) = (.tdx, pieces) }.encoded()
    }
    let most = try Self.document { ($0.kind, $0.collateral) = (.tdx, Array(pieces.dropLast())) }
    #expect(try EvidenceDocument(most.encoded()).collateral.count == 64)
  }

  @Test func `a document is read to a MiB, and to four levels`() throws {
    func why(_ text: String) -> String {
      do {
        _ = try EvidenceDocument(Array(text.utf8))
        return ""
      } catch { return "\(error)" }
    }
    // Of a spelling that is not canonical the size is seen first.
    let space = String(repeating: " ", count: 1 << 20)
    #expect(why(space + " ").contains("limit") && !why(space).contains("limit"), "\(why(space + " "))")
    #expect(why(#"{"a":[[[1]]]}"#).contains("no member") || why(#"{"a":[[[1]]]}"#).contains("is missing"))
    #expect(why(#"{"a":[[[[1]]]]}"#).contains("nest"), "\(why(#"{"a":[[[[1]]]]}"#))")
  }
}
