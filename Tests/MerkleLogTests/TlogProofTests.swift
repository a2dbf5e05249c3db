import Cryptography
import Testing

@testable import MerkleLog

@Suite struct TlogProofTests {
  static let all = entries(13)

  static func proof(index: Int = 6, size: Int = 13) throws -> TlogProof {
    let leaves = all.prefix(size).map(TreeHash.leaf)
    let checkpoint = try Checkpoint(
      origin: CheckpointTests.origin, size: UInt64(size), root: MerkleTree.root(leaves[...]))
    var note = try checkpoint.signed(by: NoteSigner(name: CheckpointTests.origin, key: key("log")))
    for number in 0..<2 { note = try note.adding(CheckpointTests.witness(number).cosign(checkpoint, timeSeconds: 77)) }
    let path = try ArrayReader(leaves: leaves).inclusionProof(index: UInt64(index), size: UInt64(size)).path
    return try TlogProof(index: UInt64(index), path: path, note: note)
  }

  @Test func everyProofReadsBackAndVerifies() throws {
    let policy = try CheckpointTests.policy(quorum: 2)
    for size in 1...13 {
      for index in 0..<size {
        let proof = try Self.proof(index: index, size: size)
        let read = try TlogProof(parsing: proof.encoded)
        #expect(read == proof)
        let verified = try read.verify(entry: Self.all[index], policy: policy)
        #expect(verified.index == UInt64(index))
        #expect(verified.checkpoint.size == UInt64(size))
        #expect(verified.head.timeBoundSeconds == 77)
      }
    }
  }

  @Test func everyFlippedBitOfTheFileIsRefused() throws {
    let bytes = try Self.proof().encoded
    // Quorum 1: a cosignature that is broken must not be passed over because the other one suffices.
    let policy = try CheckpointTests.policy(quorum: 1)
    for place in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << UInt8(bit)
        #expect((try? TlogProof(parsing: damaged).verify(entry: Self.all[6], policy: policy)) == nil, "byte \(place)")
      }
    }
  }

  @Test func everyMissingOrAddedByteIsRefused() throws {
    let bytes = try Self.proof().encoded
    let policy = try CheckpointTests.policy(quorum: 1)
    func refuses(_ bytes: [UInt8]) -> Bool {
      (try? TlogProof(parsing: bytes).verify(entry: Self.all[6], policy: policy)) == nil
    }
    // A file cut after the line of the first witness is a good proof with fewer witnesses: the quorum decides.
    let good = [bytes.count, try Self.proof().note.signatures.last.map { bytes.count - $0.line.utf8.count } ?? 0]
    for count in 0...bytes.count where !good.contains(count) { #expect(refuses(Array(bytes.prefix(count)))) }
    for place in 0...bytes.count {
      for byte in [UInt8(ascii: "\n"), UInt8(ascii: "A"), UInt8(ascii: " "), 0] {
        var longer = bytes
        longer.insert(byte, at: place)
        #expect(refuses(longer), "byte \(byte) at \(place)")
      }
    }
  }

  @Test func anotherEntryIsRefused() throws {
    let policy = try CheckpointTests.policy(quorum: 2)
    for entry in Self.all where entry != Self.all[6] {
      #expect(throws: TlogProofError.self) { try Self.proof().verify(entry: entry, policy: policy) }
    }
    #expect(throws: TlogProofError.self) { try Self.proof().verify(entry: [], policy: policy) }
    #expect(throws: TlogProofError.checkpoint(.quorum(found: 2, needed: 3))) {
      try Self.proof().verify(entry: Self.all[6], policy: CheckpointTests.policy(quorum: 3))
    }
  }

  @Test func aLineByAnUnknownKeyIsRefusedUnlessTheCallerAllowsIt() throws {
    let policy = try CheckpointTests.policy(quorum: 1, witnesses: 1)
    #expect(throws: TlogProofError.checkpoint(.note(.unknownSignature("witness1.example")))) {
      try Self.proof().verify(entry: Self.all[6], policy: policy)
    }
    let verified = try Self.proof().verify(entry: Self.all[6], policy: policy, allowingUnknownSignatures: true)
    #expect(verified.head.cosignatures.count == 1)
  }

  @Test func anExtraLineIsReadAndThenRefusedByName() throws {
    let proof = try Self.proof()
    let extra = try TlogProof(index: proof.index, path: proof.path, note: proof.note, extra: [1, 2, 3])
    let read = try TlogProof(parsing: extra.encoded)
    #expect(read == extra)
    #expect(throws: TlogProofError.extra) {
      try read.verify(entry: Self.all[6], policy: CheckpointTests.policy(quorum: 1))
    }
  }

  @Test func malformedFilesAreRefusedByName() throws {
    let text = String(decoding: try Self.proof().encoded, as: UTF8.self)
    func parse(_ text: String) throws -> TlogProof { try TlogProof(parsing: Array(text.utf8)) }
    #expect(throws: TlogProofError.header) { try parse("") }
    #expect(throws: TlogProofError.header) { try parse(text.replacing("proof@v1", with: "proof@v2")) }
    #expect(throws: TlogProofError.header) { try parse(text.replacing("proof@v1\n", with: "proof@v1\r\n")) }
    #expect(throws: TlogProofError.index) { try parse("\(TlogProof.header)\n") }
    for index in ["06", "+6", "-6", "", " 6", "6 ", "0x6", "18446744073709551616"] {
      #expect(throws: TlogProofError.index) { try parse(text.replacing("index 6\n", with: "index \(index)\n")) }
    }
    #expect(throws: TlogProofError.pathLine(1)) { try parse(text.replacing("index 6\n", with: "index 6\nAA==\n")) }
    #expect(throws: TlogProofError.pathLine(1)) { try parse(text.replacing("index 6\n", with: "index 6\nindex 6\n")) }
    #expect(throws: TlogProofError.extra) { try parse(text.replacing("index 6\n", with: "extra A\nindex 6\n")) }
    #expect(throws: TlogProofError.index) { try parse(text.replacing("index 6\n", with: "extra \nextra \nindex 6\n")) }
    #expect(throws: TlogProofError.noCheckpoint) { try parse("\(TlogProof.header)\nindex 6\n") }
    let hash = Base64Line.encode(TreeHash.empty.bytes) + "\n"
    let long = text.replacing("index 6\n", with: "index 6\n" + String(repeating: hash, count: 65))
    #expect(throws: TlogProofError.pathTooLong(max: 64)) { try parse(long) }
    #expect(throws: TlogProofError.self) { try parse(text + String(repeating: "x", count: 400_000)) }
    #expect(throws: TlogProofError.pathTooLong(max: 64)) {
      try TlogProof(index: 0, path: Array(repeating: TreeHash.empty, count: 65), note: Self.proof().note)
    }
  }
}
