import Codec
import Testing

@testable import Evidence

/// What devices hand out around evidence: AMD's table of certificates, the messages of AWS's module.
@Suite struct DeviceFormatTests {
  private static func entry(_ name: UInt8, _ offset: Int, _ count: Int) -> [UInt8] {
    func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    return Array(repeating: name, count: 16) + little(offset) + little(count)
  }

  @Test("a table gives its certificates in order, whatever their names, and an empty one none")
  func table() throws {
    let bytes = Self.entry(1, 72, 3) + Self.entry(2, 75, 2) + Self.entry(0, 0, 0) + [1, 2, 3, 4, 5]
    #expect(try SNPCertificateTable.certificates(bytes) == [[1, 2, 3], [4, 5]])
    #expect(try SNPCertificateTable.certificates([]) == [])
    #expect(try SNPCertificateTable.certificates(Self.entry(0, 0, 0)) == [])
  }

  @Test("an entry outside of its table, without bytes, over the head, cut off or too many are refused")
  func badTables() {
    let end = Self.entry(0, 0, 0)
    let many = (0...SNPCertificateTable.entriesMax).flatMap { _ in Self.entry(1, 600, 1) }
    let bad: [[UInt8]] = [
      Self.entry(1, 48, 2) + end + [1], Self.entry(1, 0xffff_ffff, 0xffff_ffff) + end, Self.entry(1, 48, 0) + end + [1],
      Self.entry(1, 0, 4) + end, Array(Self.entry(1, 24, 1).dropLast()), [1], many + Array(repeating: 0, count: 400),
      Array(repeating: 0, count: SNPCertificateTable.bytesMax + 1),
    ]
    for bytes in bad { #expect(throws: AppraisalError.self) { try SNPCertificateTable.certificates(bytes) } }
  }

  @Test("a table at its largest, with as many entries as it may have, and a certificate right behind the last of them")
  func limits() throws {
    #expect(try SNPCertificateTable.certificates(Self.entry(1, 24, 24) + Array(repeating: 0, count: 24)).count == 1)
    for (count, isRead) in [(16, true), (17, false)] {
      let entries = (0..<count).flatMap { _ in Self.entry(1, 24 * (count + 1), 1) }
      let table = entries + Self.entry(0, 0, 0) + [7]
      #expect((try? SNPCertificateTable.certificates(table))?.count == (isRead ? count : nil))
    }
    let head = Self.entry(1, 48, 8) + Self.entry(0, 0, 0)
    for (count, isRead) in [(64 << 10, true), (64 << 10 + 1, false)] {
      let table = head + Array(repeating: 5, count: count - head.count)
      #expect(((try? SNPCertificateTable.certificates(table)) != nil) == isRead, "\(count)")
    }
  }

  @Test("an answer of the module of 0x3000 bytes is read, and no longer one")
  func largest() throws {
    #expect(NSMMessage.requestBytesMax == 0x1000)
    func answer(_ count: Int) throws -> [UInt8] {
      let document: CBOR = .bytes([UInt8](repeating: 1, count: count))
      return try CBOR.map([CBORPair("Attestation", .map([CBORPair("document", document)]))]).encoded()
    }
    let head = try answer(0x1000).count - 0x1000
    #expect(try NSMMessage.document(answer(0x3000 - head)).count == 0x3000 - head)
    #expect(throws: AppraisalError.self) { try NSMMessage.document(answer(0x3001 - head)) }
  }

  @Test("a request to the module is CBOR with user data alone")
  func request() throws {
    let bytes = try NSMMessage.attestation(userData: [1, 2])
    let map = try CBOR(decoding: bytes)
    #expect(map["Attestation"]?["user_data"] == .bytes([1, 2]))
    #expect(map["Attestation"]?["nonce"] == .null && map["Attestation"]?["public_key"] == .null)
    #expect(map["Attestation"]?.mapValue?.count == 3 && bytes.count < NSMMessage.requestBytesMax)
  }

  @Test("an answer gives its document; errors, other shapes and garbage are refused and named")
  func response() throws {
    func answer(_ value: CBOR) throws -> [UInt8] { try value.encoded() }
    let good: CBOR = .map([CBORPair("Attestation", .map([CBORPair("document", .bytes([9, 8]))]))])
    #expect(try NSMMessage.document(answer(good)) == [9, 8])
    let error: CBOR = .map([CBORPair("Error", "InvalidOperation")])
    #expect(throws: AppraisalError.refused("the NSM says InvalidOperation")) { try NSMMessage.document(answer(error)) }
    let bad: [CBOR] = [
      .map([CBORPair("Attestation", .map([CBORPair("document", .bytes([]))]))]), .map([CBORPair("DescribePCR", .null)]),
      .map([CBORPair("Attestation", .bytes([1]))]), .text("Attestation"), .null,
    ]
    for value in bad { #expect(throws: AppraisalError.self) { try NSMMessage.document(answer(value)) } }
    for bytes: [UInt8] in [[], [0xff], [0xa1], Array(repeating: 0, count: NSMMessage.responseBytesMax + 1)] {
      #expect(throws: AppraisalError.self) { try NSMMessage.document(bytes) }
    }
  }
}
