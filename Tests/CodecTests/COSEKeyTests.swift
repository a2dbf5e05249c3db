import Codec
import Cryptography
import Testing

@Suite struct COSEKeyTests {
  /// RFC 9679 section 6.
  @Test func theThumbprintOfRFC9679ComesOut() throws {
    let raw = try hex(
      "0465eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d"
        + "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c")
    let key = try VerifyingKey(algorithm: .es256, raw: raw)
    #expect(COSEKey.thumbprint(of: key).hex == "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec")
  }

  @Test func anEd25519ThumbprintHashesItsRequiredParametersAlone() throws {
    let key = try SigningKey.generate().publicKey
    let required: CBOR = [1: 1, -1: 6, -2: .bytes(key.raw)]
    #expect(try COSEKey.thumbprint(of: key) == SHA256.hash(required.encoded()))
    #expect(COSEKey(key).keyID == COSEKey.thumbprint(of: key).bytes)
    #expect(COSEKey(key, keyID: [1]).thumbprint == COSEKey.thumbprint(of: key))
  }

  @Test func keysAndSetsRoundTrip() throws {
    let ed = try COSEKey(SigningKey.generate().publicKey)
    let ec = try COSEKey(VerifyingKey(pem: COSEVectors.text("scitt-cose-v1/valid-es256/issuer-key.pub")), keyID: [9])
    for key in [ed, ec] { #expect(try COSEKey(decoding: key.encoded(), rules: .deterministic) == key) }
    #expect(try COSEKeySet.decode(COSEKeySet.encode([ed, ec])) == [ed, ec])
    #expect(ed.value[3] == -8)
    #expect(ec.value[3] == -7)
  }

  @Test func aKeyWithoutAnIdGetsItsThumbprint() throws {
    let key = try SigningKey.generate().publicKey
    #expect(try COSEKey([1: 1, -1: 6, -2: .bytes(key.raw)]) == COSEKey(key))
  }

  @Test func unusableKeysAreRefused() throws {
    let raw = try SigningKey.generate().publicKey.raw
    let x = CBOR.bytes(raw)
    let bad: [CBOR] = [
      [], [:], [1: 1, -1: 6], [1: 1, -1: 6, -2: .bytes([UInt8](raw.dropLast()))], [1: 1, -1: 6, -2: "x"],
      [1: 1, -1: 4, -2: x], [1: 2, -1: 6, -2: x], [1: 4, -1: 6, -2: x], [1: 1, 3: -7, -1: 6, -2: x],
      [1: 1, 2: "kid", -1: 6, -2: x], [1: 1, -1: 6, -2: x, -4: x], [1: 2, -1: 1, -2: x, -3: true],
      [1: 2, -1: 1, -2: x, -3: x], [1: 1, -1: 6, -2: .bytes([UInt8](repeating: 0, count: 32))],
    ]
    for value in bad { #expect(throws: COSEError.self, "\(value)") { try COSEKey(value) } }
  }

  @Test func setsOfOtherShapesAreRefused() throws {
    let key = try COSEKey(SigningKey.generate().publicKey)
    let bad: [CBOR] = [[], [:], key.value, [key.value, [:]], .array([CBOR](repeating: key.value, count: 1025))]
    for value in bad {
      let bytes = try value.encoded()
      #expect(throws: COSEError.self) { try COSEKeySet.decode(bytes) }
    }
    #expect(throws: COSEError.self) { try COSEKeySet.decode([]) }
  }
}
