import Foundation
import MerkleLog

/// One log and the last checkpoint of it that was believed.
struct LogWatch {
  /// Two signed checkpoints that contradict each other.
  struct Fork: Error { let proof: ForkProof }

  let source: LogSource
  let policy: CheckpointPolicy
  let state: URL

  /// Compares the log with the kept checkpoint and keeps the new one. Returns both sizes.
  /// Errors: ``Fork``; `Failure` 3 for what is wrong and cannot be proven, 69 for no answer.
  func look() throws -> (old: UInt64?, new: UInt64) {
    let kept = try self.kept()
    let (note, head) = try source.checkpoint(policy)
    if let kept {
      guard head.size >= kept.checkpoint.size else {
        throw Failure(
          "\(source) has \(head.size) entries, and had \(kept.checkpoint.size): it was rolled back, or an old copy is "
            + "served", status: 3)
      }
      if head.size == kept.checkpoint.size {
        if head.root != kept.checkpoint.root {
          throw Fork(proof: ForkProof(older: kept.note, newer: note, root: head.root, path: []))
        }
        return (kept.checkpoint.size, head.size)
      }
    }
    try audit(from: kept?.checkpoint.size ?? 0, head)
    if let kept, kept.checkpoint.size > 0 { try compare(kept, note, head) }
    try Files.write(note.encoded, to: state)
    return (kept?.checkpoint.size, head.size)
  }

  private func kept() throws -> (note: SignedNote, checkpoint: Checkpoint)? {
    guard FileManager.default.fileExists(atPath: state.path) else { return nil }
    do {
      let note = try SignedNote(parsing: try Files.bytes(state.path))
      return (note, try policy.verify(note, requiringQuorum: false).checkpoint)
    } catch let failure as Failure { throw failure } catch {
      throw Failure("\(state.path) holds no checkpoint of this log: \(error)", status: 65)
    }
  }

  /// The tiles from there on lead to the signed root.
  private func audit(from size: UInt64, _ head: Checkpoint) throws {
    let source = source
    do {
      let edge = try TileEdge(unverified: size / 256 * 256) { try source.tile($0) }
      _ = try TreeAudit.run(from: edge, size: head.size, root: head.root, fetch: { try source.tile($0) })
    } catch let failure as Failure { throw failure } catch {
      throw Failure("\(source): its tiles do not lead to the root that it signed: \(error)", status: 3)
    }
  }

  private func compare(
    _ kept: (note: SignedNote, checkpoint: Checkpoint), _ note: SignedNote, _ head: Checkpoint
  ) throws {
    let source = source
    let old = kept.checkpoint
    let reader = TileHashReader(size: head.size) { try source.tile($0) }
    let proof = try reader.consistencyProof(old: old.size, new: head.size)
    do { try proof.verify(oldRoot: old.root, newRoot: head.root) } catch {
      let fork = ForkProof(older: kept.note, newer: note, root: try reader.root(size: old.size), path: proof.path)
      do { try fork.verify(policy: policy) } catch {
        throw Failure("\(source): its tiles prove no continuation of \(old.size) entries: \(error)", status: 3)
      }
      throw Fork(proof: fork)
    }
  }
}
