import Codec
import Cryptography
import TestKit
import Testing

@Suite struct COSESign1Tests {
  static let payload = utf8(#"{"a":1}"#)
  let key: SigningKey
  let header: ProtectedHeader

  init() throws {
    key = try SigningKey(seed: [UInt8](repeating: 7, count: 32))
    header = ProtectedHeader(
      contentType: "application/json", keyID: COSEKey.thumbprint(of: key.publicKey).bytes,
      claims: CWTClaims(issuer: "https://issuer.example", subject: "urn:x", issuedAt: 1_700_000_000))
  }

  @Test func whatIsSignedDecodesAndVerifies() throws {
    let message = try COSESign1.sign(Self.payload, protected: header, with: key)
    let bytes = try message.encoded()
    #expect(bytes.starts(with: [0xd2, 0x84]))
    let read = try COSESign1(decoding: bytes)
    #expect(read == message)
    #expect(read.protectedHeader == header)
    #expect(read.payload == Self.payload)
    try read.verify(key: key.publicKey)
  }

  @Test func theSignatureCoversTheStructureOfRFC9052() throws {
    let message = try COSESign1.sign(Self.payload, protected: header, with: key)
    let structure: CBOR = ["Signature1", .bytes(message.protectedBytes), .bytes([]), .bytes(Self.payload)]
    #expect(try key.publicKey.isValid(signature: message.signature, for: structure.encoded()))
  }

  @Test func theProtectedHeaderIsTheMapOfTheDesign() throws {
    let message = try COSESign1.sign(Self.payload, protected: header, with: key)
    let map: CBOR = [
      1: -8, 3: "application/json", 4: .bytes(COSEKey.thumbprint(of: key.publicKey).bytes),
      15: [1: "https://issuer.example", 2: "urn:x", 6: 1_700_000_000],
    ]
    #expect(try message.protectedBytes == map.encoded())
  }

  @Test func everyFlippedByteIsRefused() throws {
    let bytes = try COSESign1.sign(Self.payload, protected: header, with: key).encoded()
    for rules in [CBORRules.deterministic, .wellFormed] {
      for at in bytes.indices {
        for mask in 1...UInt8.max where mask.nonzeroBitCount == 1 || mask == 0xff {
          var bad = bytes
          bad[at] ^= mask
          #expect(throws: COSEError.self) { try COSESign1(decoding: bad, rules: rules).verify(key: key.publicKey) }
        }
      }
    }
  }

  @Test func everyTruncationAndExtensionIsRefused() throws {
    let bytes = try COSESign1.sign(Self.payload, protected: header, with: key).encoded()
    for count in bytes.indices {
      #expect(throws: COSEError.self) { try COSESign1(decoding: [UInt8](bytes[..<count])) }
    }
    #expect(throws: COSEError.cbor(.trailingBytes(offset: bytes.count))) { try COSESign1(decoding: bytes + [0]) }
  }

  @Test func aDetachedPayloadIsGivenExactlyWhenItIsDetached() throws {
    let detached = try COSESign1.sign(Self.payload, protected: header, detached: true, with: key)
    #expect(detached.payload == nil)
    try COSESign1(decoding: detached.encoded()).verify(key: key.publicKey, detachedPayload: Self.payload)
    #expect(throws: COSEError.noPayload) { try detached.verify(key: key.publicKey) }
    #expect(throws: COSEError.badSignature) { try detached.verify(key: key.publicKey, detachedPayload: []) }
    let attached = try COSESign1.sign(Self.payload, protected: header, with: key)
    #expect(throws: COSEError.twoPayloads) { try attached.verify(key: key.publicKey, detachedPayload: Self.payload) }
  }

  @Test func theUnprotectedHeaderIsOutsideTheSignatureAndBareDropsIt() throws {
    let message = try COSESign1.sign(Self.payload, protected: header, with: key)
    let carrying = try message.withUnprotected([CBORPair(.int(COSELabel.receipts), [.bytes([1, 2])]), CBORPair(99, 1)])
    let read = try COSESign1(decoding: carrying.encoded())
    try read.verify(key: key.publicKey)
    #expect(read.unprotected[.int(COSELabel.receipts)] == [.bytes([1, 2])])
    #expect(try read.bare == message)
    #expect(try read.bare.encoded() == message.encoded())
  }

  @Test func anUnsortedUnprotectedHeaderIsReadButAnUnsortedFrameIsNot() throws {
    let message = try COSESign1.sign(Self.payload, protected: header, with: key)
    var bytes: [UInt8] = [0xd2, 0x84]
    bytes += try CBOR.bytes(message.protectedBytes).encoded()
    let tail = try CBOR.bytes(Self.payload).encoded() + CBOR.bytes(message.signature).encoded()
    let read = try COSESign1(decoding: bytes + [0xa2, 0x18, 0x63, 0x01, 0x18, 0x62, 0x02] + tail)
    try read.verify(key: key.publicKey)
    #expect(throws: COSEError.cbor(.duplicateKey(offset: bytes.count))) {
      try COSESign1(decoding: bytes + [0xa2, 0x18, 0x63, 0x01, 0x18, 0x63, 0x02] + tail)
    }
  }

  /// Messages built by hand around a header that must be refused; the signature would be valid.
  func message(protected: CBOR, unprotected: CBOR = [:], payload: CBOR = .bytes(COSESign1Tests.payload)) throws
    -> [UInt8]
  {
    let head = try protected.encoded()
    let structure: CBOR = ["Signature1", .bytes(head), .bytes([]), payload]
    let signature = try key.sign(structure.encoded())
    return try CBOR.tag(18, [.bytes(head), unprotected, payload, .bytes(signature)]).encoded()
  }

  @Test func aMessageBuiltByHandVerifies() throws {
    try COSESign1(decoding: message(protected: [1: -8])).verify(key: key.publicKey)
  }

  @Test func aCriticalHeaderIsRefusedWhereverItStands() throws {
    for bytes in [
      try message(protected: [1: -8, 2: [4]]), try message(protected: [1: -8], unprotected: [2: [4]]),
    ] {
      let error = #expect(throws: COSEError.self) { try COSESign1(decoding: bytes) }
      guard case .forbiddenHeader(2, _)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test func anUnsignedAlgorithmIsRefused() throws {
    let bytes = try message(protected: [3: "x"], unprotected: [1: -8])
    #expect(
      throws: COSEError.forbiddenHeader(label: 1, why: "an algorithm must be in the protected header")
    ) { try COSESign1(decoding: bytes) }
  }

  @Test func aMessageWithoutAnAlgorithmDoesNotVerify() throws {
    #expect(throws: COSEError.noAlgorithm) {
      try COSESign1(decoding: message(protected: [3: "x"])).verify(key: key.publicKey)
    }
  }

  @Test func anotherAlgorithmInTheHeaderDoesNotVerify() throws {
    #expect(throws: COSEError.algorithmMismatch(header: .es256, key: .edDSA)) {
      try COSESign1(decoding: message(protected: [1: -7])).verify(key: key.publicKey)
    }
    #expect(throws: COSEError.unsupportedAlgorithm(-35)) {
      try COSESign1(decoding: message(protected: [1: -35])).verify(key: key.publicKey)
    }
  }

  @Test func oneLabelInBothHeadersIsRefused() throws {
    let bytes = try message(protected: [1: -8, 4: .bytes([1])], unprotected: [4: .bytes([2])])
    #expect(throws: COSEError.labelInBothHeaders) { try COSESign1(decoding: bytes) }
  }

  @Test func headersOfWrongTypesAreRefused() throws {
    let headers: [CBOR] = [
      [1: "EdDSA"], [1: -8, 3: .bytes([])], [1: -8, 4: "kid"], [1: -8, 15: "claims"], [1: -8, 15: [1: 1]],
      [1: -8, 15: [2: 1]], [1: -8, 15: [6: "now"]], [1: -8, 15: [6: .unsigned(1 << 63)]],
      [.bytes([1]): 1], [1, 2], 7,
    ]
    for header in headers {
      let bytes = try message(protected: header)
      #expect(throws: COSEError.self, "\(header)") { try COSESign1(decoding: bytes) }
    }
  }

  @Test func aTaggedDateIsReadOnlyFromOthers() throws {
    let bytes = try message(protected: [1: -8, 15: [6: .tag(1, 1_700_000_000)]])
    #expect(throws: COSEError.malformed("claim 6 (iat) is no integer")) { try COSESign1(decoding: bytes) }
    let read = try COSESign1(decoding: bytes, rules: .wellFormed)
    #expect(read.protectedHeader.claims?.issuedAt == 1_700_000_000)
    try read.verify(key: key.publicKey)
  }

  @Test func otherShapesAreRefused() throws {
    let good = try message(protected: [1: -8])
    let value = try #require(try CBOR(decoding: good).taggedArray)
    let shapes: [CBOR] = [
      .array(value), .tag(17, .array(value)), .tag(18, .array([CBOR](value.dropLast()))),
      .tag(18, .array(value + [0])), .tag(18, [value[0], [], value[2], value[3]]),
      .tag(18, [[:], value[1], value[2], value[3]]), .tag(18, [value[0], value[1], "text", value[3]]),
      .tag(18, [value[0], value[1], value[2], .null]),
    ]
    for shape in shapes {
      let bytes = try shape.encoded()
      #expect(throws: COSEError.self) { try COSESign1(decoding: bytes) }
    }
  }

  @Test func signingRefusesAHeaderThatNoVerifierAccepts() {
    #expect(throws: COSEError.noAlgorithm) {
      try COSESign1.sign([], protected: ProtectedHeader(algorithm: nil), with: key)
    }
    #expect(throws: COSEError.algorithmMismatch(header: .es256, key: .edDSA)) {
      try COSESign1.sign([], protected: ProtectedHeader(algorithm: .es256), with: key)
    }
    #expect(throws: COSEError.self) {
      try COSESign1.sign([], protected: ProtectedHeader(other: [CBORPair(2, [4])]), with: key)
    }
    #expect(throws: COSEError.self) {
      try COSESign1.sign([], protected: header, unprotected: [CBORPair(1, -8)], with: key)
    }
  }

  @Test func mutatedMessagesNeverVerifyAndNeverCrash() throws {
    let bytes = try COSESign1.sign(Self.payload, protected: header, with: key).encoded()
    var random = SplitMix64(state: 4)
    for _ in 0..<5_000 {
      let bad = random.mutate(bytes)
      guard bad != bytes, let read = try? COSESign1(decoding: bad) else { continue }
      // Only the unprotected header is outside the signature.
      if (try? read.verify(key: key.publicKey)) != nil { #expect(try read.bare.encoded() == bytes) }
    }
  }
}

extension CBOR {
  var taggedArray: [CBOR]? {
    if case .tag(_, .array(let items)) = self { items } else { nil }
  }
}
