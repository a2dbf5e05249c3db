import Codec
import Cryptography
import Testing

/// Statements and receipts that other implementations signed.
@Suite struct COSEVectorTests {
  struct Vector {
    var expected: JSON
    var statement, receipt: [UInt8]
    var issuer: VerifyingKey
    var payload: [UInt8]
    var folder: String

    init(_ name: String) throws {
      folder = "scitt-cose-v1/\(name)/"
      expected = try JSON(parsing: COSEVectors.bytes(folder + "expected.json"))
      statement = try COSEVectors.bytes(folder + "statement.cose")
      receipt = try COSEVectors.bytes(folder + "receipt.cose")
      issuer = try VerifyingKey(pem: COSEVectors.text(folder + "issuer-key.pub"))
      payload = try COSEVectors.bytes(folder + "payload.bin")
    }
  }

  @Test(arguments: ["valid-eddsa", "valid-es256", "valid-ccf-vds2", "fail-bad-statement-sig", "fail-tampered-path"])
  func statementsOfOthersHaveTheExpectedSignatureAndHeader(name: String) throws {
    let vector = try Vector(name)
    let message = try COSESign1(decoding: vector.statement, rules: .wellFormed)
    let header = vector.expected["protected_header"]?["statement"]
    #expect(message.payload == vector.payload)
    #expect(SHA256.hash(vector.payload).hex == vector.expected["payload_sha256"]?.stringValue)
    #expect(message.protectedHeader.algorithmCode == header?["alg_code"]?.intValue)
    #expect(message.protectedHeader.contentType == header?["content_type"]?.stringValue)
    #expect(message.protectedHeader.claims?.issuer == header?["issuer"]?.stringValue)
    #expect(message.protectedHeader.claims?.subject == header?["subject"]?.stringValue)
    let valid = vector.expected["statement_signature_valid"]?.boolValue
    if valid == true {
      try message.verify(key: vector.issuer)
    } else {
      #expect(valid == false)
      #expect(throws: COSEError.badSignature) { try message.verify(key: vector.issuer) }
    }
    // The unprotected header is empty there and every head is shortest, so the bytes come back as they were.
    #expect(try message.encoded() == vector.statement)
  }

  @Test(arguments: ["valid-eddsa", "valid-es256"])
  func receiptsOfOthersVerifyOverTheirDetachedRoot(name: String) throws {
    let vector = try Vector(name)
    let log = try VerifyingKey(pem: COSEVectors.text(vector.folder + "log-key.pub"))
    let receipt = try COSESign1(decoding: vector.receipt, rules: .wellFormed)
    let root = try hex(try #require(vector.expected["reconstructed_root"]?.stringValue))
    try receipt.verify(key: log, detachedPayload: root)
    #expect(receipt.payload == nil)
    #expect(receipt.protectedHeader[COSELabel.verifiableDataStructure] == 1)
    #expect(receipt.unprotected[.int(COSELabel.verifiableDataProofs)]?[-1]?.arrayValue?.count == 1)
    #expect(throws: COSEError.noPayload) { try receipt.verify(key: log) }
    var other = root
    other[0] ^= 1
    #expect(throws: COSEError.badSignature) { try receipt.verify(key: log, detachedPayload: other) }
    #expect(throws: COSEError.badSignature) { try receipt.verify(key: vector.issuer, detachedPayload: root) }
    #expect(try receipt.encoded() == vector.receipt)
  }

  @Test func anAlgorithmThatIsNotVerifiedHereIsNamed() throws {
    let vector = try Vector("valid-ccf-vds2")
    let receipt = try COSESign1(decoding: vector.receipt, rules: .wellFormed)
    #expect(throws: COSEError.unsupportedAlgorithm(-35)) {
      try receipt.verify(key: vector.issuer, detachedPayload: [])
    }
  }

  @Test func aKeyOfTheOtherAlgorithmIsNotTried() throws {
    let eddsa = try Vector("valid-eddsa")
    let es256 = try Vector("valid-es256")
    #expect(throws: COSEError.algorithmMismatch(header: .edDSA, key: .es256)) {
      try COSESign1(decoding: eddsa.statement, rules: .wellFormed).verify(key: es256.issuer)
    }
    #expect(throws: COSEError.algorithmMismatch(header: .es256, key: .edDSA)) {
      try COSESign1(decoding: es256.statement, rules: .wellFormed).verify(key: eddsa.issuer)
    }
  }

  @Test func aHeaderOutOfOrderIsRefusedByTheDeterministicRules() throws {
    let vector = try Vector("valid-eddsa")
    #expect(throws: COSEError.self) { try COSESign1(decoding: vector.statement) }
  }

  @Test(arguments: ["cts-hashv-cwtclaims-b64url", "manifest.spdx.json.sha384.digest", "uvm_0.2.10"])
  func largeStatementsOfALedgerAreReadAndWrittenAgain(name: String) throws {
    let message = try COSESign1(decoding: COSEVectors.bytes("ccf/\(name).cose"), rules: .wellFormed)
    #expect(message.protectedHeader.algorithmCode != nil)
    #expect(try COSESign1(decoding: message.encoded(), rules: .wellFormed).protectedBytes == message.protectedBytes)
  }

  @Test func everyFlippedByteOfAStatementOfOthersIsRefused() throws {
    for name in ["valid-eddsa", "valid-es256"] {
      let vector = try Vector(name)
      for at in vector.statement.indices {
        for mask in [UInt8(0x01), 0x20, 0x80, 0xff] {
          var bad = vector.statement
          bad[at] ^= mask
          #expect(throws: COSEError.self) {
            try COSESign1(decoding: bad, rules: .wellFormed).verify(key: vector.issuer)
          }
        }
      }
    }
  }
}
