import Codec
import Cryptography
import Foundation
import MerkleLog
import Receipts
import Wire

/// What a hammer run came to.
struct HammerResult {
  private(set) var failures: Int
  private(set) var firstFailure: String?
  private let writes: [Double]
  private let reads: [Double]
  private let seconds: Double
  private let callers: Int

  init(answers: [HammerLoad.Answer], failures: [String], duration: Duration, callers: Int) {
    writes = answers.filter(\.isWrite).map(\.latency.seconds).sorted()
    reads = answers.filter { !$0.isWrite }.map(\.latency.seconds).sorted()
    self.failures = failures.count
    firstFailure = failures.first
    seconds = duration.seconds
    self.callers = callers
  }

  /// Both proofs of every answer: the tlog-proof under the log's key, the COSE Receipt under its own, over one root.
  mutating func verify(_ answers: [HammerLoad.Answer], _ keys: LogKeys) {
    var roots: [String: Checkpoint] = [:]
    do {
      let policy = try CheckpointPolicy(origin: keys.origin, logKey: NoteVerifierKey(keys.checkpointVkey))
      let receiptKey = try VerifyingKey(raw: keys.receiptKey)
      for answer in answers {
        do { try Self.verify(answer, policy, receiptKey, &roots) } catch {
          failures += 1
          firstFailure = firstFailure ?? "entry \(answer.entry): \(error)"
        }
      }
    } catch {
      failures += 1
      firstFailure = "the keys of the log: \(error)"
    }
  }

  private static func verify(
    _ answer: HammerLoad.Answer, _ policy: CheckpointPolicy, _ key: VerifyingKey, _ heads: inout [String: Checkpoint]
  ) throws {
    let inclusion = answer.inclusion
    let proof = try TlogProof(parsing: Array(inclusion.tlogProof.utf8))
    // Hundreds of answers share a checkpoint: its signature is checked once.
    let note = String(decoding: proof.note.encoded, as: UTF8.self)
    let head = try heads[note] ?? policy.verify(proof.note).checkpoint
    heads[note] = head
    try InclusionProof(index: proof.index, size: head.size, path: proof.path)
      .verify(leafHash: TreeHash.leaf(answer.entry.bytes), root: head.root)
    let root = try COSEReceipt(inclusion.coseReceipt).verify(entry: answer.entry.bytes, key: key)
    guard root == head.root, proof.index == inclusion.index, head.size == inclusion.treeSize else {
      throw Failure("the two proofs are of two trees")
    }
  }

  private static func percentile(_ sorted: [Double], _ share: Double) -> Double {
    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] * 1000
  }

  private func line(_ name: String, _ sorted: [Double]) -> String {
    let (half, most) = (Self.percentile(sorted, 0.5), Self.percentile(sorted, 0.99))
    return "\(name.padded(to: 8)) \(sorted.count) at \(Int(Double(sorted.count) / seconds))/s, "
      + String(format: "p50 %.2f ms, p99 %.2f ms, max %.2f ms", half, most, (sorted.last ?? 0) * 1000)
  }

  var text: String {
    ([line("appends", writes)] + (reads.isEmpty ? [] : [line("reads", reads)])
      + ["\(callers) callers, \(String(format: "%.1f", seconds)) s, every proof verified but \(failures)"])
      .joined(separator: "\n")
  }

  var json: JSON {
    func number(_ value: Double) -> JSON { .number(String(format: "%.3f", value)) }
    func part(_ sorted: [Double]) -> JSON {
      [
        "count": .integer(sorted.count), "per_second": number(Double(sorted.count) / seconds),
        "p50_ms": number(Self.percentile(sorted, 0.5)), "p99_ms": number(Self.percentile(sorted, 0.99)),
        "max_ms": number((sorted.last ?? 0) * 1000),
      ]
    }
    return [
      "callers": .integer(callers), "seconds": number(seconds), "appends": part(writes), "reads": part(reads),
      "failures": .integer(failures),
    ]
  }
}
