import ArgumentParser
import Codec
import Cryptography
import Foundation
import MerkleLog

struct LogProve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove", abstract: "Make a tlog-proof of an entry, and a consistency proof, from a log's tiles.",
    discussion: """
      The proof is computed from the tiles, checked against the signed checkpoint, and written as C2SP tlog-proof. With
      --since the log must also continue that older checkpoint; --consistency writes the proof of it, one base64 hash a
      line.
      """)

  @Argument(help: "Index of the entry, or sha256:<hex>, the digest of its statement.") var entry: String
  @Option(help: "Folder or address of the log.") var log: String
  @Option(name: .shortAndLong, help: "File for the tlog-proof; by default standard output.") var output: String?
  @Option(help: "File with an older checkpoint of this log.") var since: String?
  @Option(help: "File for the consistency proof from that checkpoint.") var consistency: String?
  @OptionGroup var key: LogKeyOption

  func validate() throws {
    guard consistency == nil || since != nil else { throw ValidationError("--consistency needs --since") }
  }

  func run() async throws {
    try await Failure.report { try prove(LogSource(log), key.policy()) }
  }

  private func prove(_ source: LogSource, _ policy: CheckpointPolicy) throws {
    let (note, head) = try source.checkpoint(policy)
    let reader = TileHashReader(size: head.size) { try source.tile($0) }
    let (index, bytes) = try find(source, head)
    let path: [Digest32]
    do {
      path = try reader.inclusionProof(index: index, size: head.size).path
      let proof = try TlogProof(
        index: index, path: path, note: try note.keeping(only: [policy.logKey] + policy.witnesses))
      _ = try proof.verify(entry: bytes, policy: policy, requiringQuorum: false)
      if let output {
        try Files.write(proof.encoded, to: URL(fileURLWithPath: output))
      } else {
        Console.out(String(decoding: proof.encoded, as: UTF8.self), terminator: "")
      }
    } catch let failure as Failure { throw failure } catch {
      throw Failure("\(source) does not prove entry \(index): \(error)", status: 65)
    }
    if let since { try proveConsistency(since, reader, head, policy) }
  }

  private func proveConsistency(
    _ file: String, _ reader: TileHashReader, _ head: Checkpoint, _ policy: CheckpointPolicy
  ) throws {
    do {
      let old = try policy.verify(SignedNote(parsing: try Files.bytes(file)), requiringQuorum: false).checkpoint
      guard old.size <= head.size else { throw Failure("\(file) is newer than the log", status: 65) }
      let proof =
        old.size == 0
        ? ConsistencyProof(old: 0, new: head.size, path: [])
        : try reader.consistencyProof(old: old.size, new: head.size)
      try proof.verify(oldRoot: old.root, newRoot: head.root)
      Console.error("the tree of \(head.size) entries continues that of \(old.size)")
      guard let consistency else { return }
      let lines = proof.path.map { Base64.encode($0.bytes) + "\n" }.joined()
      try Files.write(Array(lines.utf8), to: URL(fileURLWithPath: consistency))
    } catch let failure as Failure { throw failure } catch {
      throw Failure("the log does not continue \(file): \(error)", status: 65)
    }
  }

  private func find(_ source: LogSource, _ head: Checkpoint) throws -> (index: UInt64, entry: [UInt8]) {
    if let index = UInt64(entry) {
      guard index < head.size else { throw Failure("entry \(index) is beyond the size \(head.size)", status: 64) }
      let entries = try bundle(index / 256, source, head)
      return (index, entries[Int(index % 256)])
    }
    guard entry.hasPrefix("sha256:"), let digest = try? Digest32(hex: String(entry.dropFirst(7))) else {
      throw Failure("\(entry) is neither an index nor sha256:<64 hex digits>", status: 64)
    }
    // The newest first: what is asked for was mostly just written.
    for number in (0...(head.size - 1) / 256).reversed() {
      let entries = try bundle(number, source, head)
      if let place = entries.firstIndex(of: digest.bytes) { return (number * 256 + UInt64(place), digest.bytes) }
    }
    throw Failure("no entry of the log is \(entry)", status: 66)
  }

  private func bundle(_ number: UInt64, _ source: LogSource, _ head: Checkpoint) throws -> [[UInt8]] {
    guard let tile = Tile.tile(kind: .entries, index: number, inTreeOf: head.size) else { return [] }
    return try tile.entries(in: source.tile(tile))
  }
}
