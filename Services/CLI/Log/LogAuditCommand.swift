import ArgumentParser
import Codec
import Cryptography
import Foundation
import MerkleLog

struct LogAuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Recompute a whole log from its entries and hold every tile against it.",
    discussion: """
      LOG is a folder of files as C2SP tlog-tiles names them (as DATA/storage/log), or an address that serves them. Exit
      status: 0 when every tile of every level leads to the signed root; 65 when one does not, which is then named with
      its byte; 66 when a file is missing; 69 when the address does not answer.
      """)

  @Argument(help: "Folder or address of the log.") var log: String
  @OptionGroup var key: LogKeyOption
  @Option(help: "Also make and verify the proofs of this many entries drawn by chance, and tell how long one takes.")
  var proofs: Int = 0
  @Flag(help: "Print one JSON object.") var json = false

  func run() async throws {
    try await Failure.report { try audit(LogSource(log), key.policy()) }
  }

  private func audit(_ source: LogSource, _ policy: CheckpointPolicy) throws {
    let head = try source.checkpoint(policy).checkpoint
    let clock = ContinuousClock()
    let begun = clock.now
    var told = begun
    let report: AuditReport
    do {
      report = try TreeAudit.run(
        size: head.size, root: head.root, fetch: { try source.tile($0) },
        progress: { entries in
          guard clock.now - told > .seconds(1) else { return }
          told = clock.now
          Console.error("audited \(entries) of \(head.size) entries")
        })
    } catch let failure as AuditFailure { throw Failure("\(source): \(failure)", status: 65) }
    let seconds = (clock.now - begun).seconds
    let rate = Int(Double(report.entries) / max(seconds, 1e-9))
    let proofMs = try prove(source, head)
    guard json else {
      Console.out(
        "\(source): \(report.entries) entries in \(report.tiles) tiles lead to the signed root \(report.root) "
          + "(\(rate) entries/s)")
      if proofs > 0 { Console.out("\(proofs) proofs verified, " + String(format: "%.3f ms each", proofMs)) }
      return
    }
    let object: JSON = [
      "entries": .decimal(report.entries), "tiles": .decimal(report.tiles), "root": .string(report.root.hex),
      "origin": .string(head.origin), "entries_per_second": .integer(rate),
      "proof_ms": .number(String(format: "%.4f", proofMs)),
    ]
    Console.out(object.text)
  }

  /// The median, in milliseconds: each proof reads its tiles anew.
  private func prove(_ source: LogSource, _ head: Checkpoint) throws -> Double {
    guard proofs > 0, head.size > 0 else { return 0 }
    let clock = ContinuousClock()
    let times = try (0..<proofs).map { _ in
      let index = UInt64.random(in: 0..<head.size)
      let begun = clock.now
      let proof = try TileHashReader(size: head.size) { try source.tile($0) }
        .inclusionProof(index: index, size: head.size)
      let took = clock.now - begun
      guard let tile = Tile.tile(kind: .entries, index: index / 256, inTreeOf: head.size) else { return 0.0 }
      let entry = try tile.entries(in: source.tile(tile))[Int(index % 256)]
      try proof.verify(leafHash: TreeHash.leaf(entry), root: head.root)
      return took.seconds * 1000
    }
    return times.sorted()[times.count / 2]
  }
}
