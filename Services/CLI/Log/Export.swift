import ArgumentParser
import Codec
import Cryptography
import Foundation
import MerkleLog
import Receipts
import Wire

struct Export: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the whole log and one receipt as files that other people's verifiers read.",
    discussion: """
      The folder holds the log as C2SP tiles with its checkpoint, an older checkpoint with the consistency proof between
      the two, one receipt as COSE (plain, transparent, and its RFC 9942 receipt) and as tlog-proof, and the public keys.
      Where the suite is not up, its storage service is started for as long as this takes.
      """)

  @Argument(help: "The folder to write; it must not exist or be empty.") var directory: String
  @Option(help: "Id of the receipt; by default the newest in the log.") var receipt: String?
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let entries = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      guard entries.isEmpty else { throw Failure("\(directory) is not empty", status: 73) }
      let storage = try await ServiceAccess("storage", data)
      let fetched: Result<ExportedLog, any Error>
      do { fetched = .success(try await ExportedLog(storage.url, data: data, receiptID: receipt)) } catch {
        fetched = .failure(error)
      }
      await storage.close()
      let exported = try fetched.get()
      try exported.write(to: URL(fileURLWithPath: directory, isDirectory: true))
      Console.out(
        "\(directory): log of \(exported.checkpoint.size) entries, receipt at index \(exported.inclusion.index)")
    }
  }
}

/// Everything of an export, fetched and checked before the first file is written.
struct ExportedLog {
  let policy: TrustPolicy
  let checkpoint: Checkpoint
  let tiles: [String: [UInt8]]
  let old: (note: SignedNote, checkpoint: Checkpoint)
  let consistency: [Digest32]
  let statement: SignedStatement
  let inclusion: COSEReceipt
  let proof: TlogProof

  /// - Parameter storage: address of the storage service.
  init(_ storage: String, data: DataOption, receiptID: String?) async throws {
    policy = try TrustPolicy(try Files.bytes(data.trust.path))
    let reader = try LogReader(storage, data)
    statement = try await Self.statement(receiptID, data, reader, policy.log)
    // The checkpoint that the proof was made for is the one exported: the log may grow meanwhile.
    let answer = try await reader.call(
      StorageProcedures.getInclusion, GetInclusionRequest(statementDigest: statement.digest.bytes))
    // Only lines that a reader with this policy can authenticate are exported.
    proof = try TlogProof(parsing: Array(answer.tlogProof.utf8))
      .keeping(only: [policy.log.logKey] + policy.log.witnesses)
    let head = try proof.verify(entry: statement.digest.bytes, policy: policy.log, requiringQuorum: false).head
    guard head.isWitnessed else {
      throw Failure(
        "the receipt is in no tree yet that \(policy.log.quorum) witnesses cosigned, only \(head.cosignatures.count): "
          + "export again when they have followed", status: 75)
    }
    checkpoint = head.checkpoint
    inclusion = try COSEReceipt(answer.coseReceipt)
    guard try inclusion.verify(entry: statement.digest.bytes, key: policy.receiptLogKey) == checkpoint.root else {
      throw Failure("the COSE Receipt is for another root", status: 65)
    }
    tiles = try await reader.tiles(size: checkpoint.size)
    old = try Self.keptHead(data, policy.log)
    guard old.checkpoint.size < checkpoint.size else {
      throw Failure("the log has not grown since its first head was kept: colophon ask, then export again", status: 69)
    }
    consistency = try await reader.call(
      StorageProcedures.getConsistency,
      GetConsistencyRequest(oldSize: old.checkpoint.size, newSize: checkpoint.size)
    ).path.map { try Digest32($0) }
    try ConsistencyProof.verify(
      old: old.checkpoint.size, new: checkpoint.size, path: consistency, oldRoot: old.checkpoint.root,
      newRoot: checkpoint.root)
  }

  private static func statement(
    _ id: String?, _ data: DataOption, _ reader: LogReader, _ policy: CheckpointPolicy
  ) async throws -> SignedStatement {
    guard let id else {
      return try await reader.newestReceipt(size: try await reader.checkpoint(policy).checkpoint.size)
    }
    let client = OrchestratorClient(url: try ReadyFile(data).urls()["orchestrator"] ?? "")
    let bundle = try Receipts.Bundle(try await client.get("/v1/receipts/\(id)/bundle"))
    guard let bytes = bundle.statements[.receipt] else { throw Failure("\(id) has no receipt yet", status: 69) }
    return try SignedStatement(bytes)
  }

  /// The checkpoint that `colophon up` kept when it first started.
  private static func keptHead(
    _ data: DataOption, _ policy: CheckpointPolicy
  ) throws -> (note: SignedNote, checkpoint: Checkpoint) {
    let note = try SignedNote(parsing: try Files.bytes(KeptHead.url(data).path))
    return (note, try policy.verify(note, requiringQuorum: false).checkpoint)
  }
}

/// The head of the log that somebody other than storage remembers: the start of an export's consistency proof.
enum KeptHead {
  static func url(_ data: DataOption) -> URL { data.folder.appending(path: "up/checkpoint") }

  /// The first head stays: the older it is, the more its consistency shows.
  static func keep(_ storage: String, _ data: DataOption) async throws {
    guard !FileManager.default.fileExists(atPath: url(data).path) else { return }
    let policy = try TrustPolicy(try Files.bytes(data.trust.path))
    try Files.write(try await LogReader(storage, data).checkpoint(policy.log).note.encoded, to: url(data))
  }
}
