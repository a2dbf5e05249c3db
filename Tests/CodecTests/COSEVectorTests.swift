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

  @Test(arguments: [
    "valid-eddsa", "valid-es256", "valid-ccf-vds2", "fail-bad-statement-sig", "fail-tampered-path",
    "fail-unsupported-vds",
  ])
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

  /// The root that a receipt's own path leads to from the statement's digest (RFC 9162 section 2.1.3.2).
  private func root(of statement: [UInt8], _ proof: CBOR) throws -> [UInt8] {
    var (index, last) = (try #require(proof.arrayValue?[1].intValue), try #require(proof.arrayValue?[0].intValue) - 1)
    var hash = SHA256.hash([0] + SHA256.hash(statement).bytes).bytes
    for step in try #require(proof.arrayValue?[2].arrayValue) {
      let sibling = try #require(step.bytesValue)
      let isRight = index & 1 == 1 || index == last
      hash = SHA256.hash([1] + (isRight ? sibling + hash : hash + sibling)).bytes
      while isRight, index & 1 == 0, index != 0 { (index, last) = (index >> 1, last >> 1) }
      (index, last) = (index >> 1, last >> 1)
    }
    #expect(last == 0)
    return hash
  }

  @Test(arguments: [
    "valid-eddsa", "valid-es256", "fail-bad-statement-sig", "fail-tampered-path", "fail-unsupported-vds",
  ])
  func receiptsOfOthersHaveTheExpectedPathRootAndStructure(name: String) throws {
    let vector = try Vector(name)
    let log = try VerifyingKey(pem: COSEVectors.text(vector.folder + "log-key.pub"))
    let receipt = try COSESign1(decoding: vector.receipt, rules: .wellFormed)
    let proofs = try #require(receipt.unprotected[.int(COSELabel.verifiableDataProofs)]?[-1]?.arrayValue)
    let proof = try CBOR(decoding: try #require(proofs.first?.bytesValue))
    #expect(proof.arrayValue?[0].intValue == vector.expected["tree_size"]?.intValue)
    #expect(proof.arrayValue?[1].intValue == vector.expected["leaf_index"]?.intValue)
    let path = try #require(proof.arrayValue?[2].arrayValue).compactMap { $0.bytesValue.map(Hex.encode) }
    #expect(path == vector.expected["inclusion_path"]?.arrayValue?.compactMap(\.stringValue))
    #expect(SHA256.hash(vector.statement).hex == vector.expected["leaf_entry"]?.stringValue)
    let root = try root(of: vector.statement, proof)
    if let expected = vector.expected["reconstructed_root"]?.stringValue { #expect(Hex.encode(root) == expected) }
    let structure = receipt.protectedHeader[COSELabel.verifiableDataStructure]?.intValue
    #expect(structure == vector.expected["protected_header"]?["receipt"]?["vds"]?.intValue)
    let isSigned = (try? receipt.verify(key: log, detachedPayload: root)) != nil
    // The one of another structure is signed as it must be: only the header tells that it is not to be believed.
    #expect(isSigned == (vector.expected["failure_code"]?.stringValue != "TAMPERED_INCLUSION_PATH"))
    #expect((isSigned && structure == 1) == vector.expected["receipt_valid"]?.boolValue)
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

  @Test(arguments: [
    "cosesign1tool-scitt-a3be7e5", "cts-hashv-cwtclaims-b64url", "manifest.spdx.json.sha384.digest", "uvm_0.2.10",
  ])
  func largeStatementsOfALedgerAreReadAndWrittenAgain(name: String) throws {
    let message = try COSESign1(decoding: COSEVectors.bytes("ccf/\(name).cose"), rules: .wellFormed)
    #expect(message.protectedHeader.algorithmCode != nil)
    #expect(try COSESign1(decoding: message.encoded(), rules: .wellFormed).protectedBytes == message.protectedBytes)
  }

  @Test(arguments: ["20250617", "20250812", "20250925", "20260302"])
  func statementsOfALedgerThatDemandAnExtensionAreRefusedForIt(date: String) throws {
    let bytes = try COSEVectors.bytes("ccf/css-attested-cosesign1-\(date).cose")
    let why = "it demands extensions that are not understood here"
    #expect(throws: COSEError.forbiddenHeader(label: COSELabel.critical, why: why)) {
      try COSESign1(decoding: bytes, rules: .wellFormed)
    }
    // Nothing else is wrong with them: what they demand is there, a report of hardware.
    guard case .tag(18, let parts) = try CBOR(decoding: bytes, rules: .wellFormed) else {
      Issue.record("no tag 18")
      return
    }
    let header = try CBOR(decoding: try #require(parts.arrayValue?.first?.bytesValue), rules: .wellFormed)
    let name = try #require(header[.int(COSELabel.critical)]?.arrayValue?.first)
    #expect(header[name]?["attestation"]?.bytesValue?.count == 1184)
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

  @Test func everyFlippedByteOfAReceiptsHeaderOrSignatureIsRefused() throws {
    for name in ["valid-eddsa", "valid-es256"] {
      let vector = try Vector(name)
      let log = try VerifyingKey(pem: COSEVectors.text(vector.folder + "log-key.pub"))
      let root = try hex(try #require(vector.expected["reconstructed_root"]?.stringValue))
      let receipt = try COSESign1(decoding: vector.receipt, rules: .wellFormed)
      // Tag, array and the protected header; behind what nothing signs, the payload's absence and the signature.
      let signed = 0..<3 + receipt.protectedBytes.count
      for at in Array(signed) + Array(vector.receipt.indices.suffix(64 + 3)) {
        for mask in [UInt8(0x01), 0x20, 0x80, 0xff] {
          var bad = vector.receipt
          bad[at] ^= mask
          #expect(throws: COSEError.self, "\(name) at \(at)") {
            try COSESign1(decoding: bad, rules: .wellFormed).verify(key: log, detachedPayload: root)
          }
        }
      }
    }
  }
}
