import ArgumentParser
import Foundation
import MerkleLog
import Receipts

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Audit, prove from, watch and load a log, and name what is overdue in it.",
    subcommands: [LogAuditCommand.self, LogProve.self, LogMonitor.self, LogOverdue.self, LogHammer.self])
}

/// Whose checkpoints a command believes.
struct LogKeyOption: ParsableArguments {
  @Option(help: "The trust policy that names the log's key and origin; by default that of the data folder.")
  var trust: String?
  @Option(help: "The log's key as a C2SP vkey, instead of a trust policy; its name is the origin.") var vkey: String?
  @OptionGroup var data: DataOption

  func policy() throws -> CheckpointPolicy {
    if let vkey {
      do {
        let key = try NoteVerifierKey(vkey)
        return try CheckpointPolicy(origin: key.name, logKey: key)
      } catch { throw Failure("--vkey: \(error)", status: 64) }
    }
    let path = trust ?? data.trust.path
    do { return try TrustPolicy(try Files.bytes(path)).log } catch let error as ReceiptError {
      throw Failure("\(path): \(error)", status: 65)
    }
  }
}
