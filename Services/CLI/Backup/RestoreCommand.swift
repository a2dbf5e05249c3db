import ArgumentParser
import Cryptography
import Foundation
import MerkleLog
import Receipts
import Stores

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Make a data folder from a backup: all of it, verified, or nothing.",
    discussion: """
      The folder is made beside its place and renamed when every byte has been compared and synced. A log that is older
      than somebody has seen it must not go on: give --checkpoint a checkpoint that was kept elsewhere, by a witness, a
      monitor or 'colophon export', and a backup that does not reach it is refused. Rows go to files, or, where the
      environment says so as for the services (COLOPHON_STORAGE_DATABASE and its like), to a PostgreSQL that has none of
      them yet: whichever they came from.
      """)

  @Argument(help: "The folder that colophon backup wrote.") var directory: String
  @Option(help: "The digest that colophon backup printed; no other backup is taken.") var backupSha256: String?
  @Option(help: "A checkpoint of the log that was kept elsewhere.") var checkpoint: String?
  @Option(help: "The trust policy that says who signs checkpoints; by default the one in the backup.") var trust:
    String?
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      var restore = SuiteRestore(backup: directory, data: data.data)
      if let backupSha256 {
        let hex = backupSha256.hasPrefix("sha256:") ? String(backupSha256.dropFirst(7)) : backupSha256
        guard let digest = try? Digest32(hex: hex) else {
          throw Failure("--backup-sha256 must be 64 hexadecimal digits", status: 64)
        }
        restore.expected = digest
      }
      if let checkpoint { restore.kept = try kept(checkpoint) }
      let manifest: BackupManifest
      do {
        restore.rows = try RowPlaces.fromEnvironment()
        manifest = try restore.run()
      } catch { throw Failure("\(error)", status: 65) }
      Console.out("\(data.data): \(manifest.files.count) files verified, log of \(manifest.logSize) entries")
      for (service, _) in restore.rows.sorted(by: { $0.key < $1.key }) {
        Console.out("the rows of \(service) are in PostgreSQL")
      }
      if !manifest.hasKeys {
        Console.out(
          "no keys in this backup: put \(data.data)/storage/keys/checkpoint.key and the others back before 'colophon up'"
        )
      }
      Console.out("no model weights are in a backup: colophon model add ID fetches them again, under the old manifest")
      Console.out("the orchestrator makes a new key; add it to the trust policies that are not this suite's own")
    }
  }

  private func kept(_ path: String) throws -> Checkpoint {
    let policy = try TrustPolicy(try Files.bytes(trust ?? "\(directory)/trust.json"))
    do {
      return try policy.log.verify(SignedNote(parsing: try Files.bytes(path)), requiringQuorum: false).checkpoint
    } catch {
      throw Failure("\(path) is no checkpoint by the log's key: \(error)", status: 65)
    }
  }
}
