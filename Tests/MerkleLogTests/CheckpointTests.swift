import Cryptography
import Testing

@testable import MerkleLog

@Suite struct CheckpointTests {
  static let origin = "log.example/1"
  static let root = TreeHash.leaf([1])

  static func policy(quorum: Int, witnesses: Int = 3) throws -> CheckpointPolicy {
    try CheckpointPolicy(
      origin: origin, logKey: NoteSigner(name: origin, key: key("log")).verifierKey,
      witnesses: (0..<witnesses).map { try witness($0).verifierKey }, quorum: quorum)
  }

  static func witness(_ number: Int) throws -> Cosigner {
    try Cosigner(name: "witness\(number).example", key: key("witness \(number)"))
  }

  /// Signed by the log and cosigned at these times by witnesses 0, 1, ...
  static func note(times: [UInt64] = []) throws -> SignedNote {
    let checkpoint = try Checkpoint(origin: origin, size: 1, root: root)
    var note = try checkpoint.signed(by: NoteSigner(name: origin, key: key("log")))
    for (number, time) in times.enumerated() {
      note = try note.adding(witness(number).cosign(checkpoint, timeSeconds: time))
    }
    return note
  }

  @Test func aCheckpointReadsBack() throws {
    for size in [1, 20_852_163, UInt64.max] {
      let checkpoint = try Checkpoint(origin: Self.origin, size: size, root: Self.root)
      #expect(try Checkpoint(text: checkpoint.text) == checkpoint)
    }
    let empty = try Checkpoint(origin: Self.origin, size: 0, root: TreeHash.empty)
    #expect(empty.text == "log.example/1\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
    #expect(throws: CheckpointError.emptyTreeRoot) { try Checkpoint(origin: Self.origin, size: 0, root: Self.root) }
  }

  @Test func extensionLinesAreReadOnlyWhenAskedFor() throws {
    let extended = try Checkpoint(origin: Self.origin, size: 1, root: Self.root, extensions: ["x y", "z"])
    #expect(throws: CheckpointError.extensionLine(4)) { try Checkpoint(text: extended.text) }
    #expect(try Checkpoint(text: extended.text, allowingExtensions: true) == extended)
    #expect(throws: CheckpointError.extensionLine(5)) {
      try Checkpoint(text: extended.text.replacing("z", with: ""), allowingExtensions: true)
    }
    #expect(throws: CheckpointError.extensionLine(4)) {
      try Checkpoint(origin: Self.origin, size: 1, root: Self.root, extensions: ["a\nb"])
    }
  }

  @Test func aTextThatIsNotCanonicalIsRefused() throws {
    let root = Base64Line.encode(Self.root.bytes)
    func parse(_ text: String) throws -> Checkpoint { try Checkpoint(text: text) }
    #expect(throws: Never.self) { try parse("o\n1\n\(root)\n") }
    for text in ["", "\n", "o\n1\n", "o\n1\n\(root)", "o\n1\n\n\(root)\n", "o\n\n1\n\(root)\n", "\no\n1\n\(root)\n"] {
      #expect(throws: CheckpointError.self) { try parse(text) }
    }
    for size in [
      "", "01", "00", "+1", "-1", " 1", "1 ", "1x", "0x1", "١", "18446744073709551616", "99999999999999999999",
    ] {
      #expect(throws: CheckpointError.size(size)) { try parse("o\n\(size)\n\(root)\n") }
    }
    for bad in ["", "AA==", String(root.dropLast()), root + "=", root + " ", root.replacing("=", with: "A")] {
      #expect(throws: CheckpointError.root) { try parse("o\n1\n\(bad)\n") }
    }
    for origin in ["", "a b", "a+b", "a\u{a0}b", "a\tb", "a\r", String(repeating: "o", count: 256)] {
      #expect(throws: CheckpointError.origin(origin)) { try parse("\(origin)\n1\n\(root)\n") }
      #expect(throws: CheckpointError.origin(origin)) { try Checkpoint(origin: origin, size: 1, root: Self.root) }
    }
  }

  @Test func kOfNWitnessesAreCountedAndBoundTheTime() throws {
    let note = try Self.note(times: [300, 100, 200])
    for (quorum, bound) in [(0, nil), (1, 100), (2, 200), (3, 300)] as [(Int, UInt64?)] {
      let verified = try Self.policy(quorum: quorum).verify(note, refusingUnknown: true)
      #expect(verified.cosignatures.compactMap(\.timeSeconds) == [300, 100, 200])
      #expect(verified.timeBoundSeconds == bound)
    }
    #expect(throws: CheckpointError.quorum(found: 2, needed: 3)) {
      try Self.policy(quorum: 3).verify(Self.note(times: [1, 2]))
    }
    #expect(throws: CheckpointError.quorum(found: 2, needed: 3)) {
      try Self.policy(quorum: 3, witnesses: 4).verify(Self.note(times: [1, 2]))
    }
  }

  @Test func aWitnessCountsOnce() throws {
    let note = try Self.note(times: [1])
    let again = try Self.witness(0).cosign(Checkpoint(text: note.text), timeSeconds: 2)
    #expect(throws: CheckpointError.note(.repeatedSignature("witness0.example"))) {
      try Self.policy(quorum: 2).verify(note.adding(again))
    }
    let log = try NoteSigner(name: Self.origin, key: key("log")).verifierKey
    let one = try Self.witness(0).verifierKey
    let renamed = try NoteVerifierKey(name: "other.example", kind: .cosignature, key: one.key)
    func policy(_ witnesses: [NoteVerifierKey], _ quorum: Int, _ logKey: NoteVerifierKey) throws -> CheckpointPolicy {
      try CheckpointPolicy(origin: Self.origin, logKey: logKey, witnesses: witnesses, quorum: quorum)
    }
    #expect(throws: CheckpointError.policyWitness("other.example", why: "is listed twice")) {
      try policy([one, renamed], 2, log)
    }
    let self0 = try NoteVerifierKey(name: "w.example", kind: .cosignature, key: log.key)
    #expect(throws: CheckpointError.policyWitness("w.example", why: "is the log's own key")) {
      try policy([self0], 1, log)
    }
    #expect(throws: CheckpointError.policyWitness(Self.origin, why: "is not of signature type 4")) {
      try policy([log], 1, log)
    }
    #expect(throws: CheckpointError.policyLogKey(one.name)) { try policy([], 0, one) }
    #expect(throws: CheckpointError.policyQuorum(2, witnesses: 1)) { try policy([one], 2, log) }
    #expect(throws: CheckpointError.policyQuorum(-1, witnesses: 1)) { try policy([one], -1, log) }
    #expect(throws: CheckpointError.origin("a b")) { try CheckpointPolicy(origin: "a b", logKey: log) }
  }

  @Test func aCosignatureIsNoLogSignatureAndAnotherLogIsAnotherLog() throws {
    let note = try Self.note(times: [5])
    let unsigned = try SignedNote(text: note.text, signatures: Array(note.signatures.dropFirst()))
    #expect(throws: CheckpointError.notSignedByLog(Self.origin)) { try Self.policy(quorum: 1).verify(unsigned) }
    let stranger = try Checkpoint(text: note.text).signed(by: NoteSigner(name: Self.origin, key: key("stranger")))
    #expect(throws: CheckpointError.notSignedByLog(Self.origin)) { try Self.policy(quorum: 0).verify(stranger) }
    let other = try Checkpoint(origin: "other.example", size: 1, root: Self.root)
      .signed(by: NoteSigner(name: Self.origin, key: key("log")))
    #expect(throws: CheckpointError.originMismatch(found: "other.example", expected: Self.origin)) {
      try Self.policy(quorum: 0).verify(other)
    }
  }

  @Test func everyFlippedBitOfAWitnessedCheckpointIsRefused() throws {
    let bytes = try Self.note(times: [1_795_248_000]).encoded
    let policy = try Self.policy(quorum: 1)
    for place in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << UInt8(bit)
        #expect((try? policy.verify(SignedNote(parsing: damaged), refusingUnknown: true)) == nil)
      }
    }
  }

  @Test func aTimeBeyondTheSpecificationsLimitIsRefused() throws {
    let checkpoint = try Checkpoint(origin: Self.origin, size: 1, root: Self.root)
    #expect(throws: NoteError.time(1 << 63)) { try Self.witness(0).cosign(checkpoint, timeSeconds: 1 << 63) }
    #expect(throws: Never.self) { try Self.witness(0).cosign(checkpoint, timeSeconds: 1 << 63 - 1) }
    let line = try Self.witness(0).cosign(checkpoint, timeSeconds: 1)
    let late = try NoteSignature(name: line.name, keyID: line.keyID, bytes: [0x80] + line.bytes.dropFirst())
    let short = try NoteSignature(name: line.name, keyID: line.keyID, bytes: Array(line.bytes.dropLast()))
    for (wrong, error) in [(late, NoteError.time(1 << 63 | 1)), (short, .badSignature(line.name))] {
      #expect(throws: error) {
        try SignedNote(text: checkpoint.text, signatures: [wrong]).verify(with: [Self.witness(0).verifierKey])
      }
    }
  }
}
