import Codec
import Cryptography
import Foundation
import MerkleLog
import Receipts
import Wire

/// The log and one receipt in it, fetched and checked before the first file is written.
struct ExportedLog {
  let policy: TrustPolicy
  let checkpoint: Checkpoint
  let tiles: [String: [UInt8]]
  let old: (note: SignedNote, checkpoint: Checkpoint)
  let consistency: [Digest32]
  let statement: SignedStatement
  let inclusion: COSEReceipt
  let proof: TlogProof

  init(_ reader: LogReader, data: DataOption, receiptID: String?) async throws {
    policy = try TrustPolicy(try Files.bytes(data.trust.path))
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
