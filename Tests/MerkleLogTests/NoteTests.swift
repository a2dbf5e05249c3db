import Cryptography
import Testing

@testable import MerkleLog

@Suite struct NoteTests {
  static let neumann = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  static let neumannNote = """
    If you think cryptography is the answer to your problem,
    then you don't know what your problem is.

    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

    """

  @Test func theExampleNoteOfGoVerifies() throws {
    let key = try NoteVerifierKey(Self.neumann)
    let note = try SignedNote(parsing: Array(Self.neumannNote.utf8))
    #expect(try note.verify(with: [key], refusingUnknown: true).map(\.key) == [key])
    #expect(note.encoded == Array(Self.neumannNote.utf8))
  }

  @Test(arguments: [neumann, "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"])
  func verifierKeysReadBack(text: String) throws { #expect(try NoteVerifierKey(text).description == text) }

  @Test func everyFlippedBitOfAVerifierKeyIsRefused() throws {
    for place in Self.neumann.utf8.indices {
      for bit in 0..<8 {
        var bytes = Array(Self.neumann.utf8)
        bytes[Self.neumann.utf8.distance(from: Self.neumann.startIndex, to: place)] ^= 1 << UInt8(bit)
        guard let text = String(validating: bytes, as: UTF8.self) else { continue }
        #expect(throws: NoteError.self) { try NoteVerifierKey(text) }
      }
    }
  }

  @Test(arguments: [
    "", "+", "++", "a+b", "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n", "PeterNeumann+c74f20a3+",
    "PeterNeumann+c74f20a3+AQ==", "PeterNeumann+c74f20a3+AhpcAA==",
  ])
  func aMalformedVerifierKeyIsRefused(text: String) { #expect(throws: NoteError.self) { try NoteVerifierKey(text) } }

  @Test func everyFlippedBitOfANoteIsRefused() throws {
    let bytes = Array(Self.neumannNote.utf8)
    let key = try NoteVerifierKey(Self.neumann)
    for place in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << UInt8(bit)
        #expect(throws: NoteError.self) {
          try SignedNote(parsing: damaged).verify(with: [key], refusingUnknown: true)
        }
      }
    }
  }

  @Test func malformedNotesAreRefusedByName() throws {
    let line = "\u{2014} a AAAAAAE=\n"
    func parse(_ text: String) throws -> SignedNote { try SignedNote(parsing: Array(text.utf8)) }
    #expect(try parse("t\n\n\(line)").signatures.count == 1)
    #expect(try parse("t\n\nu\n\n\(line)").text == "t\n\nu\n")
    #expect(throws: NoteError.noSignatures) { try parse("") }
    #expect(throws: NoteError.noSignatures) { try parse("t\n") }
    #expect(throws: NoteError.noSignatures) { try parse("t\n\(line)") }
    #expect(throws: NoteError.noSignatures) { try parse("t\n\n") }
    #expect(throws: NoteError.signatureLine(1, why: "does not end in a newline")) {
      try parse("t\n\n\(line.dropLast())")
    }
    #expect(throws: NoteError.noSignatures) { try parse("t\n\n\(line)\n") }
    #expect(throws: NoteError.signatureLine(2, why: "does not begin with an em dash")) { try parse("t\n\n\(line)x\n") }
    for bad in [
      "- a AAAAAAE=\n", "\u{2013} a AAAAAAE=\n", "\u{2014}a AAAAAAE=\n", "\u{2014} a\n", "\u{2014} a  AAAAAAE=\n",
      "\u{2014} a AAAAAAE= \n", "\u{2014} a AAAAAA==\n", "\u{2014} a AAAAAAF=\n", "\u{2014} a AAAAAAE\n",
      "\u{2014} a \n",
      "\u{2014} a AAAA AAE=\n", "\u{2014}  AAAAAAE=\n",
    ] {
      #expect(throws: NoteError.self) { try parse("t\n\n\(bad)") }
    }
    for name in ["a+b", "a\u{2003}b", "a\u{85}b", "a\u{7f}", String(repeating: "n", count: 256)] {
      #expect(throws: NoteError.keyName(name)) { try parse("t\n\n\u{2014} \(name) AAAAAAE=\n") }
    }
    #expect(throws: NoteError.controlCharacter(13)) { try parse("t\r\n\n\(line)") }
    #expect(throws: NoteError.controlCharacter(0)) { try parse("t\u{0}\n\n\(line)") }
    #expect(throws: NoteError.notUTF8) { try SignedNote(parsing: [0xff] + Array("\n\n\(line)".utf8)) }
  }

  @Test func aNoteWithinTheLimitsIsReadAndOneBeyondIsNot() throws {
    let line = "\u{2014} a AAAAAAE=\n"
    let most = "t\n\n" + String(repeating: line, count: SignedNote.signaturesMax)
    #expect(try SignedNote(parsing: Array(most.utf8)).signatures.count == SignedNote.signaturesMax)
    #expect(throws: NoteError.tooManySignatures(max: SignedNote.signaturesMax)) {
      try SignedNote(parsing: Array((most + line).utf8))
    }
    let long = String(repeating: "t", count: SignedNote.bytesMax) + "\n"
    #expect(throws: NoteError.self) { try SignedNote(parsing: Array((long + "\n" + line).utf8)) }
    let signature = try NoteSignature(name: "a", keyID: NoteKeyID(1), bytes: [1])
    #expect(throws: NoteError.self) { try SignedNote(text: long, signatures: [signature]) }
    #expect(throws: NoteError.textEnd) { try SignedNote(text: "t", signatures: [signature]) }
    #expect(throws: NoteError.noSignatures) { try SignedNote(text: "t\n", signatures: []) }
  }

  @Test func unknownSignaturesArePassedOverOrRefusedAndNeverExported() throws {
    let (a, b) = (try NoteSigner(name: "a.example", key: key("a")), try NoteSigner(name: "b.example", key: key("b")))
    let note = try SignedNote(text: "t\n", signatures: [a.sign("t\n"), b.sign("t\n")])
    #expect(try note.verify(with: [a.verifierKey]).map(\.key) == [a.verifierKey])
    #expect(throws: NoteError.unknownSignature("b.example")) {
      try note.verify(with: [a.verifierKey], refusingUnknown: true)
    }
    let kept = try note.keeping(only: [a.verifierKey])
    #expect(kept.signatures == [note.signatures[0]])
    #expect(try kept.verify(with: [a.verifierKey], refusingUnknown: true).count == 1)
    #expect(throws: NoteError.noKnownSignature) { try note.verify(with: []) }
    let other = try NoteSigner(name: "c.example", key: key("c")).verifierKey
    #expect(throws: NoteError.noKnownSignature) { try note.keeping(only: [other]) }
  }

  @Test func aBadOrRepeatedSignatureByAKnownKeyRefusesTheNote() throws {
    let (a, b) = (try NoteSigner(name: "a.example", key: key("a")), try NoteSigner(name: "b.example", key: key("b")))
    let keys = [a.verifierKey, b.verifierKey]
    let wrong = try SignedNote(text: "t\n", signatures: [a.sign("t\n"), b.sign("u\n")])
    #expect(throws: NoteError.badSignature("b.example")) { try wrong.verify(with: keys) }
    #expect(throws: NoteError.badSignature("b.example")) { try wrong.keeping(only: keys) }
    let twice = try SignedNote(text: "t\n", signatures: [a.sign("t\n"), a.sign("t\n")])
    #expect(throws: NoteError.repeatedSignature("a.example")) { try twice.verify(with: keys) }
    #expect(throws: NoteError.sameKeyTwice("a.example")) { try twice.verify(with: [keys[0], keys[0]]) }
  }

  @Test func aKeyUnderAnotherNameOrTypeIsAnotherKey() throws {
    let signer = try NoteSigner(name: "a.example", key: key("a"))
    let note = try SignedNote(text: "t\n", signatures: [signer.sign("t\n")])
    let renamed = try NoteVerifierKey(name: "b.example", kind: .ed25519, key: key("a").publicKey)
    let retyped = try NoteVerifierKey(name: "a.example", kind: .cosignature, key: key("a").publicKey)
    for other in [renamed, retyped] {
      #expect(throws: NoteError.noKnownSignature) { try note.verify(with: [other]) }
    }
    #expect(throws: NoteError.keyName("a b")) { try NoteSigner(name: "a b", key: key("a")) }
    #expect(throws: NoteError.textEnd) { try signer.sign("t") }
  }
}
