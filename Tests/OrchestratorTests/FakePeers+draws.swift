import Codec
import Cryptography
import RPC
import Receipts
import Synchronization
import Wire

@testable import OrchestratorService

/// One epoch of draws, as verification makes it in the log.
struct FakeEpoch: Sendable {
  let seed: [UInt8]
  let draw: [UInt8]
}

extension FakePeers {
  /// Logs a draw: receipts from now on are of its epoch.
  func beginEpoch(_ number: UInt64 = 0) throws -> FakeEpoch {
    let seed = try SecureRandom.bytes(Draw.seedBytes)
    let predicate = DrawPredicate(number: number, seed: Draw.commitment(to: seed), within: 100)
    let statement = try signDraw(.draw, predicate.subject, predicate.digest(), predicate.json)
    _ = try log.append(statement)
    set { $0.verdict.drawStatement = statement }
    return FakeEpoch(seed: seed, draw: statement)
  }

  /// Ends it with the next draw, and shows its seed.
  func reveal(
    _ epoch: FakeEpoch, number: UInt64 = 0, isLogged: Bool = true, edit: (inout RevealPredicate) -> Void = { _ in }
  ) throws {
    let next = DrawPredicate(number: number + 1, seed: SHA256.hash([7]), within: 100)
    let last = try log.append(signDraw(.draw, next.subject, next.digest(), next.json)).index
    var predicate = RevealPredicate(
      number: number, draw: SHA256.hash(epoch.draw), last: last, seed: epoch.seed, checkpoint: try log.checkpoint())
    edit(&predicate)
    let statement = try signDraw(.reveal, predicate.subject, predicate.digest(), predicate.json)
    if isLogged { _ = try log.append(statement) }
    set { $0.verdict.revealStatement = statement }
  }

  private func signDraw(
    _ kind: StatementKind, _ subject: String, _ digest: Digest32, _ predicate: JSON
  ) throws -> [UInt8] {
    guard let key = keys["verdict"], let issuer = Self.issuers["verdict"] else { throw RPCError(.internal, "no key") }
    return try SignedStatement(
      signing: Statement(
        kind: kind, issuer: issuer, subject: subject, subjectDigest: digest, issuedAt: 1, predicate: predicate),
      with: key
    ).bytes
  }
}
