import ArgumentParser
import Codec
import Cryptography
import Foundation
import MerkleLog
import Receipts

struct LogOverdue: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "overdue",
    abstract: "Name the receipts of sampled verification whose verdict is not in the log by its deadline.",
    discussion: """
      Reads the whole log: every entry is hashed up to the signed root, and every statement held against its entry and the keys
      of the trust policy. A receipt is overdue when its draw selected it, or was never revealed, the log has gone past the
      deadline that verification logged before, and no verdict stands up to there. Exit status:
        0   none is overdue
        1   some are: each is named
        65  the statements of some entries are not to be had: one of them may be a verdict, or a receipt
      """)

  @Option(help: "The trust policy; by default that of the data folder.") var trust: String?
  @Flag(help: "Print one JSON object.") var json = false
  @OptionGroup var storage: StorageOption

  func run() async throws {
    try await Failure.report {
      let policy = try TrustPolicy(try Files.bytes(trust ?? storage.data.trust.path))
      var scan = OverdueScan(policy: policy)
      var unread: [UInt64] = []
      let checkpoint = try await storage.with { url in
        try await LogReader(url, storage.data).eachStatement(policy.log) { index, bytes in
          guard let bytes, let signed = try? SignedStatement(bytes) else { return unread.append(index) }
          scan.take(signed, at: index)
        }
      }
      let outcome = scan.outcome(size: checkpoint.size)
      Console.out(json ? Self.json(checkpoint, outcome, unread).text : Self.text(checkpoint, outcome))
      guard outcome.overdue.isEmpty else { throw Failure("\(outcome.overdue.count) receipts are overdue", status: 1) }
      guard unread.isEmpty else {
        throw Failure(
          "the statements of \(unread.count) entries are not to be had, the first at index \(unread[0])", status: 65)
      }
    }
  }

  private static func text(_ checkpoint: Checkpoint, _ outcome: OverdueScan.Outcome) -> String {
    let lines = outcome.overdue.map { one in
      let why =
        one.isRevealed ? "selected by the draw in entry \(one.draw)" : "the draw in entry \(one.draw) was not revealed"
      let late = one.lateVerdict.map { ", a verdict came late, in entry \($0)" } ?? ", no verdict"
      return "overdue  \(one.receiptID)  entry \(one.index): \(why), due by entry \(one.deadline)\(late)"
    }
    let counts =
      "\(outcome.verified) verified in time, \(outcome.due) due, \(outcome.passedOver) passed over, \(outcome.notDrawn) before "
      + "any draw, \(outcome.overdue.count) overdue, in a log of \(checkpoint.size) entries"
    return (lines + [counts]).joined(separator: "\n")
  }

  private static func json(_ checkpoint: Checkpoint, _ outcome: OverdueScan.Outcome, _ unread: [UInt64]) -> JSON {
    let overdue = outcome.overdue.map { one -> JSON in
      [
        "receipt_id": .string(one.receiptID.description), "index": .decimal(one.index), "draw": .decimal(one.draw),
        "deadline": .decimal(one.deadline), "revealed": .bool(one.isRevealed),
        "late_verdict": one.lateVerdict.map { .decimal($0) } ?? .null,
      ]
    }
    return [
      "size": .decimal(checkpoint.size), "root": .string(checkpoint.root.hex), "overdue": .array(overdue),
      "verified": .integer(outcome.verified), "due": .integer(outcome.due), "passed_over": .integer(outcome.passedOver),
      "not_drawn": .integer(outcome.notDrawn), "unread": .array(unread.map { .decimal($0) }),
    ]
  }
}
