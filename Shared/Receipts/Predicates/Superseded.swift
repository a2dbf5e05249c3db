public import Codec
public import Cryptography

/// Which verdict another one takes the place of, and why: a root was revoked, a model's bytes were found to be others, a fault
/// of the verifier itself was mended. What is superseded stays in the log, and stays readable.
public struct Superseded: Sendable, Equatable {
  /// The most verdicts that supersede one another about one receipt.
  public static let numberMax = 16
  public static let reasonBytesMax = 1024

  /// Of the superseding verdict: 1 for the one that supersedes the first, then 2, and so on.
  public var number: Int
  /// Digest of the statement whose place is taken.
  public var verdict: Digest32
  /// Public, never content.
  public var reason: String

  public init(number: Int, verdict: Digest32, reason: String) {
    self.number = number
    self.verdict = verdict
    self.reason = reason
  }

  public var json: JSON {
    ["number": .integer(number), "verdict": .digest(verdict), "reason": .string(reason)]
  }

  /// Errors: ``ReceiptError``, also for a number or a reason beyond the limits.
  public init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "verdict.supersedes")
    number = try fields.count("number")
    guard (1...Self.numberMax).contains(number) else {
      throw .limit(name: "verdict.supersedes.number", limit: Self.numberMax, got: number)
    }
    verdict = try fields.digest("verdict")
    reason = try fields.name("reason", max: Self.reasonBytesMax)
    try fields.end()
  }
}
