import Cryptography
import Testing

@testable import MerkleLog

/// A log written by another implementation (Python, see Tests/Vectors/merkle): we accept it, and write the same bytes.
@Suite struct ForeignLogTests {
  static func policy() throws -> CheckpointPolicy {
    let logKey = try NoteVerifierKey(String(Vectors.text("example/keys/log.vkey").dropLast()))
    let witnesses = try Vectors.text("example/keys/witnesses.vkeys").split(separator: "\n")
      .map { try NoteVerifierKey(String($0)) }
    return try CheckpointPolicy(origin: logKey.name, logKey: logKey, witnesses: witnesses, quorum: 2)
  }

  static func checkpoint(_ path: String) throws -> Checkpoint {
    try Checkpoint(text: SignedNote(parsing: Vectors.bytes(path)).text)
  }

  @Sendable static func fetch(_ tile: Tile) throws -> [UInt8] { try Vectors.bytes("example/log/\(tile.path)") }

  static func entries() throws -> [[UInt8]] {
    try TileRange(to: 700).filter { $0.kind == .entries }.flatMap { try $0.entries(in: fetch($0)) }
  }

  @Test func itsCheckpointIsWitnessedAndItsTilesPassTheAudit() throws {
    let note = try SignedNote(parsing: Vectors.bytes("example/log/checkpoint"))
    let verified = try Self.policy().verify(note, refusingUnknown: true)
    #expect(verified.checkpoint.size == 700)
    #expect(verified.cosignatures.count == 2)
    #expect(verified.timeBoundSeconds == 1_795_248_702)
    let report = try TreeAudit.run(size: 700, root: verified.checkpoint.root, fetch: Self.fetch)
    #expect(report.tiles == 7)
  }

  @Test func itsConsistencyPathIsOursAndItsForkIsRefused() throws {
    let (old, new) = (try Self.checkpoint("example/old/checkpoint"), try Self.checkpoint("example/log/checkpoint"))
    let path = try Vectors.text("example/old/consistency.txt").split(separator: "\n")
      .map { try #require(Base64Line.digest(Array($0.utf8)[...])) }
    let proof = try TileHashReader(size: 700, fetch: Self.fetch).consistencyProof(old: old.size, new: new.size)
    #expect(proof.path == path)
    try proof.verify(oldRoot: old.root, newRoot: new.root)
    let fork = try Self.checkpoint("example/fork/checkpoint")
    #expect(throws: ProofError.self) { try proof.verify(oldRoot: old.root, newRoot: fork.root) }
  }

  @Test func itsProofVerifiesOnceTheExtraLineIsGone() throws {
    let file = try Vectors.bytes("example/receipt/receipt.tlog-proof")
    let foreign = try TlogProof(parsing: file)
    #expect(foreign.encoded == file)
    let entry = try Self.entries()[695]
    #expect(throws: TlogProofError.extra) { try foreign.verify(entry: entry, policy: Self.policy()) }
    let proof = try TlogProof(index: foreign.index, path: foreign.path, note: foreign.note)
    #expect(try proof.verify(entry: entry, policy: Self.policy()).index == 695)
    let made = try TileHashReader(size: 700, fetch: Self.fetch).inclusionProof(index: 695, size: 700)
    #expect(made.path == proof.path)
  }

  @Test func theSameEntriesAndKeysGiveTheSameBytes() throws {
    let entries = try Self.entries()
    var edge = TileEdge()
    for (old, new) in [(0, 300), (300, 700)] {
      let growth = try TreeGrowth(
        edge: edge, partialEntries: Array(entries[(old - old % 256)..<old]), appending: Array(entries[old..<new]))
      edge = growth.edge
      let signer = try NoteSigner(name: "log.receipts.example/2026", key: key("log note"))
      let checkpoint = try Checkpoint(origin: signer.verifierKey.name, size: growth.size, root: growth.root)
      var note = try checkpoint.signed(by: signer)
      if old == 0 {
        #expect(try note.encoded == Vectors.bytes("example/old/checkpoint"))
        continue
      }
      for number in [1, 2] as [UInt64] {
        let witness = try Cosigner(name: "witness\(number).example", key: key("witness\(number)"))
        note = try note.adding(witness.cosign(checkpoint, timeSeconds: 1_795_248_000 + 700 + number))
      }
      #expect(try note.encoded == Vectors.bytes("example/log/checkpoint"))
      for (tile, bytes) in growth.tiles { #expect(try bytes == Self.fetch(tile)) }
    }
  }
}
