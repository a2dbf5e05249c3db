import Codec
import Cryptography
import Testing

@testable import Evidence

/// The parts of vTPM evidence, each wrong in one place.
@Suite struct TPMFormatTests {
  private func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  @Test("A signature by itself, with the header of RSA, or of ECDSA with numbers of up to 32 bytes")
  func signatures() throws {
    func read(_ bytes: [UInt8]) -> SignedTPMQuote? { try? SignedTPMQuote(message: [], signature: bytes, pcrs: []) }
    #expect(read(zeros(256))?.scheme == .rsaPKCS1SHA256 && read(zeros(256))?.signature.count == 256)
    for (algorithm, scheme) in [(0x14, .rsaPKCS1SHA256), (0x16, .rsaPSSSHA256)] as [(UInt8, SignatureScheme)] {
      let header: [UInt8] = [0, algorithm, 0, 0x0b, 1, 0]
      #expect(read(header + zeros(256))?.scheme == scheme && read(header + zeros(256))?.signature.count == 256)
      #expect(read(header + zeros(257)) == nil && read(header + zeros(255)) == nil)
    }
    func ecdsa(_ first: Int, _ second: Int, algorithm: UInt8 = 0x18, hash: UInt8 = 0x0b, tail: [UInt8] = []) -> [UInt8]
    {
      func number(_ count: Int) -> [UInt8] { [0, UInt8(count)] + [UInt8](repeating: 1, count: count) }
      return [0, algorithm, 0, hash] + number(first) + number(second) + tail
    }
    let whole = try #require(read(ecdsa(32, 32)))
    #expect(whole.scheme == .ecdsaP256SHA256 && whole.signature == [UInt8](repeating: 1, count: 64))
    #expect(read(ecdsa(31, 32))?.signature.first == 0 && read(ecdsa(32, 31))?.signature[32] == 0)
    for wrong in [
      ecdsa(33, 32), ecdsa(32, 33), ecdsa(32, 32, algorithm: 0x15), ecdsa(32, 32, hash: 0x0c), ecdsa(32, 32, tail: [0]),
      Array(ecdsa(32, 32).dropLast()),
    ] { #expect(read(wrong) == nil) }
    for (count, isRead) in [(31, false), (32, true), (33, false)] {
      #expect(((try? SignedTPMQuote(message: [], signature: zeros(256), pcrs: [zeros(count)])) != nil) == isRead)
    }
  }

  @Test("A quote of one bank of SHA-256, whole, and nothing behind it")
  func quotes() throws {
    func message(banks: UInt8 = 1, bank: UInt8 = 0x0b, digest: Int = 32, tail: [UInt8] = []) -> [UInt8] {
      [0xff, 0x54, 0x43, 0x47, 0x80, 0x18, 0, 1, 7, 0, 2, 4, 2] + zeros(25) + [0, 0, 0, banks, 0, bank, 3, 5, 0, 0x80]
        + [0, UInt8(digest)] + zeros(digest) + tail
    }
    let quote = try TPMQuote(message())
    #expect(quote.nonce == [4, 2] && quote.selection == [0, 2, 23] && quote.digest.count == 32)
    for wrong in [
      message(banks: 2), message(banks: 0), message(bank: 4), message(digest: 31), message(digest: 33),
      message(tail: [0]),
    ] { #expect(throws: AppraisalError.self) { try TPMQuote(wrong) } }
    for count in message().indices {
      #expect(throws: AppraisalError.self) { try TPMQuote(Array(message()[..<count])) }
    }
  }

  @Test("An HCL report of versions 1 and 2, of hardware that is known, hashed by SHA-256, with one key")
  func reports() throws {
    let report = try VTPMParts(EvidenceVector.vTPM[0]).report
    func isRead(_ at: Int, _ value: UInt8) -> Bool {
      var changed = report
      changed[at] = value
      return (try? HCLReport(changed)) != nil
    }
    #expect(isRead(4, 1) && isRead(4, 2) && !isRead(4, 0) && !isRead(4, 3) && !isRead(0, 0))
    // Behind the header and the hardware's report: sizes and versions, type, hash, length.
    #expect(isRead(1224, 2) && isRead(1224, 4) && !isRead(1224, 3) && isRead(1228, 1) && !isRead(1228, 2))
    func runtime(_ json: JSON) -> Bool {
      let runtime = json.serialized()
      let bytes = report[..<1232] + Little.bytes(UInt32(runtime.count)) + runtime
      return (try? HCLReport(Array(bytes))) != nil && (try? HCLReport(Array(bytes) + [0])) != nil
        && (try? HCLReport(Array(bytes) + [1])) == nil
    }
    let key: JSON = [
      "kid": "HCLAkPub", "kty": "RSA", "e": "AQAB", "n": .string(Base64URL.encode(try TestKey(.rsa).modulus)),
    ]
    #expect(runtime(["keys": [key]]) && runtime(["keys": [["kid": "other"], key]]) && !runtime(["keys": [key, key]]))
    #expect(!runtime(["keys": []]) && !runtime([:]) && !runtime(["keys": [["kid": "HCLAkPub", "kty": "EC"]]]))
    for name in ["kid", "kty", "e", "n"] {
      #expect(!runtime(["keys": [.object((key.objectValue ?? []).filter { $0.name != name })]]), "\(name)")
    }
    let other = JSON.object((key.objectValue ?? []).map { $0.name == "kty" ? JSONMember("kty", "EC") : $0 })
    #expect(!runtime(["keys": [other]]))
  }

  @Test("Bytes in JSON are hexadecimal, base64 of either alphabet, or an array of numbers")
  func bytes() {
    for (value, expected) in [
      ("00ff", [0, 255]), ("AP8=", [0, 255]), ("AP8", [0, 255]), ("-_8", [251, 255]), ("-_8=", [251, 255]),
      ([0, 255], [0, 255]), ([], []), ([256], nil), ([-1], nil), (["0"], nil), ("!", nil), (nil, nil), (1, nil),
    ] as [(JSON?, [UInt8]?)] {
      #expect((try? VTPMEvidence.bytes(value, "x")) == expected, "\(String(describing: value))")
    }
  }

  @Test("A bare quote: signature, message and PCRs, each with its length")
  func bare() throws {
    func long(_ value: UInt64) -> [UInt8] { Little.bytes(value) }
    func bytes(_ signature: UInt64 = 256, _ message: UInt64 = 10, _ pcrs: UInt64 = 2, tail: [UInt8] = []) -> [UInt8] {
      long(signature) + zeros(256) + long(message) + zeros(10) + long(pcrs) + zeros(64) + tail
    }
    let quote = try #require(VTPMEvidence(bytes()).quote)
    #expect(quote.signature.count == 256 && quote.message.count == 10 && quote.pcrs.count == 2)
    for wrong in [
      bytes(255), bytes(4097), bytes(.max), bytes(256, 9), bytes(256, .max), bytes(256, 10, 1), bytes(256, 10, 33),
      bytes(tail: [0]),
    ] { #expect(throws: AppraisalError.self) { try VTPMEvidence(wrong) } }
    let most = long(256) + zeros(256) + long(4096) + zeros(4096) + long(32) + zeros(1024)
    #expect(try VTPMEvidence(most).quote?.pcrs.count == 32)
    #expect(throws: AppraisalError.self) {
      try VTPMEvidence(long(256) + zeros(256) + long(4097) + zeros(4097) + long(0))
    }
    #expect(throws: AppraisalError.self) {
      try VTPMEvidence(long(256) + zeros(256) + long(0) + long(33) + zeros(33 * 32))
    }
  }
}
