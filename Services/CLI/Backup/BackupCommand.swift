import ArgumentParser
import Cryptography
import Foundation
import Stores

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy what the suite of a data folder keeps, while it runs.",
    discussion: """
      Databases, log, blobs, trust policy and registrations, each copy durable, hashed and named in DIR/backup.json, which
      is written last: a folder without it is no backup. Not in it: weights, which can be fetched again, and private keys.
      Without the checkpoint key nobody can go on with the log, so keep the keys too: in another place, or here with
      --with-keys. The orchestrator's key is in no backup, for a restored one must number its receipts under a new key.
      Blobs in an S3 store are not in it either: the manifest names the bucket, which needs a backup of its own.
      Rows in PostgreSQL are copied too, from one snapshot of each service: give the environment that the services have
      (COLOPHON_STORAGE_DATABASE and its like).
      Keep the printed digest somewhere else: 'colophon restore --backup-sha256' takes no other backup.
      """)

  @Argument(help: "The folder to write; it must not exist or be empty.") var directory: String
  @Flag(
    help: """
      Also copy the private keys, the token, and contributors' keys with what opens their commitments. Protect such a \
      backup like the keys themselves.
      """)
  var withKeys = false
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let manifest: BackupManifest
      do {
        var backup = SuiteBackup(
          data: data.data, target: directory, withKeys: withKeys, unixMs: UInt64(Date().timeIntervalSince1970 * 1000))
        backup.rows = try RowPlaces.fromEnvironment()
        manifest = try backup.run()
      } catch { throw Failure("\(error)", status: 74) }
      let bytes = manifest.files.reduce(0) { $0 + $1.bytes }
      Console.out("\(directory): \(manifest.files.count) files, \(bytes) bytes, log of \(manifest.logSize) entries")
      if let place = manifest.blobsAt {
        Console.out("blobs are not in it: they are in \(place), which needs a backup of its own")
      }
      Console.out("backup sha256:\(try manifest.digest().hex)")
    }
  }
}
