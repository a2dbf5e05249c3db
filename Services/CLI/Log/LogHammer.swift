import ArgumentParser
import AsyncHTTPClient
import Codec
import Cryptography
import Foundation
import RPC
import Receipts
import ServiceKit
import Wire

struct LogHammer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hammer", abstract: "Write to a log and read from it at a goal rate, and verify every proof.",
    discussion: """
      Signs statements of kind contribution with a key of its own (DATA/hammer/keys), which --register admits to the log of
      the data folder. Statements are signed before, and proofs verified after, the measured time. Exit status 1 when a call
      failed or a proof did not verify. It fills the log: use a data folder made for it.
      """)

  @Option(help: "Address of the storage service.") var storage: String
  @Option(help: "Calls a second to aim at; 0: as many as go.") var rate: Int = 0
  @Option(help: "Calls under way at once.") var callers: Int = 256
  @Option(help: "Statements to append.") var count: Int = 10_000
  @Option(help: "Of 100 calls, how many read the proof of an entry that is there already.") var reads: Int = 0
  @Flag(help: "Admit the hammer's key to the registration policy of this data folder.") var register = false
  @Flag(help: "Print one JSON object.") var json = false
  @OptionGroup var data: DataOption

  func validate() throws {
    guard (1...4096).contains(callers) else { throw ValidationError("--callers must be from 1 to 4096") }
    guard (1...10_000_000).contains(count) else { throw ValidationError("--count must be from 1 to 10000000") }
    guard (0...99).contains(reads), rate >= 0 else {
      throw ValidationError("--reads must be 0 to 99, --rate not below 0")
    }
  }

  func run() async throws {
    try await Failure.report {
      let key = try HammerKey(data)
      if register { try key.register(in: data) }
      // A connection for each caller: fewer would be a queue in the client.
      var configuration = RPCClient.httpConfiguration
      configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = callers
      let http = HTTPClient(configuration: configuration)
      let load = try HammerLoad(
        storage: Peers.client(storage, data, http: http), key: key, callers: callers, rate: rate, count: count,
        reads: reads)
      let run: Result<HammerResult, any Error>
      do { run = .success(try await load.run()) } catch { run = .failure(error) }
      try await http.shutdown()
      let result = try run.get()
      Console.out(json ? result.json.text : result.text)
      guard result.failures == 0 else { throw Failure(result.firstFailure ?? "calls failed", status: 1) }
    }
  }
}

/// The key that the hammer signs with, and its line in a registration policy.
struct HammerKey: Sendable {
  static let issuer = "urn:colophon:hammer"

  let key: SigningKey

  init(_ data: DataOption) throws {
    key = try KeyFile.load(folder: data.folder.appending(path: "hammer/keys").path, name: "signing")
  }

  /// Adds the key to what the storage service of this folder admits.
  func register(in data: DataOption) throws {
    try RegistrationFile(data).admit(.init(issuer: Self.issuer, key: key.publicKey, kinds: [.contribution]))
  }

  func statement(_ subject: String) throws -> SignedStatement {
    let digest = SHA256.hash(Array(subject.utf8))
    return try SignedStatement(
      signing: Statement(
        kind: .contribution, issuer: Self.issuer, subject: subject, subjectDigest: digest,
        issuedAt: Int64(Date().timeIntervalSince1970),
        predicate: ["type": "commitment", "commitment": .string("sha256:\(digest.hex)")]),
      with: key)
  }
}
