internal import Cryptography
internal import MerkleLog
internal import Stores

/// What is asked of the witnesses before the log is opened: whether one has seen more of it than is here. Opening it
/// would finish, and so sign, what a restored backup held half done.
struct WitnessStart {
  /// Witnesses that are away must not keep the service down: what they know comes out when they are back.
  private static let patience = Duration.seconds(2)

  private let witnesses: [WitnessPeer]
  private let policy: CheckpointPolicy
  private let transport: any OutboundTransport

  init(_ witnesses: [WitnessPeer], _ policy: CheckpointPolicy, _ transport: any OutboundTransport) {
    self.witnesses = witnesses
    self.policy = policy
    self.transport = transport
  }

  /// Errors: ``LogContradictionSeen`` when a witness shows a larger tree, or another of this size, with this log's
  /// signature.
  func requireNewest(_ head: SignedHead) async throws {
    guard !witnesses.isEmpty else { return }
    for (witness, seen) in await latest() {
      guard seen.size < head.size || (seen.size == head.size && seen.root == head.root) else {
        throw LogContradictionSeen(witness: witness, seen: seen.size, size: head.size)
      }
    }
  }

  private enum Report {
    case seen(String, Checkpoint)
    case nothing
    case patienceIsOver
  }

  private func latest() async -> [(witness: String, checkpoint: Checkpoint)] {
    await withTaskGroup(of: Report.self) { group in
      let hash = SHA256.hash(Array(policy.origin.utf8)).hex
      for witness in witnesses {
        group.addTask { [policy, transport] in
          guard let answer = try? await transport.get("\(witness.url)/\(hash)/checkpoint"), answer.status == 200,
            let note = try? SignedNote(parsing: answer.body),
            let seen = try? policy.verify(note, requiringQuorum: false).checkpoint
          else { return .nothing }
          return .seen(witness.key.name, seen)
        }
      }
      group.addTask {
        try? await Task.sleep(for: Self.patience)
        return .patienceIsOver
      }
      var found: [(String, Checkpoint)] = []
      var waiting = witnesses.count
      while waiting > 0, let report = await group.next() {
        switch report {
        case .seen(let witness, let checkpoint): found.append((witness, checkpoint))
        case .nothing: break
        case .patienceIsOver: waiting = 0
        }
        waiting -= 1
      }
      group.cancelAll()
      return found
    }
  }
}
