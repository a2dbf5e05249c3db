public import Codec
public import Cryptography

/// What verification signs after it did an execution again.
public struct VerdictPredicate: Sendable, Equatable {
  public static let methodReexecution = "reexecution/1"

  static let findingBytesMax = 1024

  public enum Result: String, Sendable { case pass, fail }

  public var receiptID: ReceiptID
  public var method: String
  public var profile: String
  public var execution: Digest32
  public var result: Result
  /// Generated tokens that were recomputed.
  public var positions: Int
  /// Index of the first generated token that differs; nil when none does or the difference has no position.
  public var firstPosition: Int?
  /// What differs, without content; empty when nothing does.
  public var finding: String
  /// Nil where the execution names no evidence, or verification has no policy for it.
  public var appraisal: Appraisal?
  /// The verdict whose place this one takes; nil for a first one.
  public var supersedes: Superseded?

  public init(
    receiptID: ReceiptID, method: String = VerdictPredicate.methodReexecution, profile: String, execution: Digest32,
    result: Result, positions: Int, firstPosition: Int? = nil, finding: String = "", appraisal: Appraisal? = nil,
    supersedes: Superseded? = nil
  ) {
    self.appraisal = appraisal
    self.supersedes = supersedes
    self.receiptID = receiptID
    self.method = method
    self.profile = profile
    self.execution = execution
    self.result = result
    self.positions = positions
    self.firstPosition = firstPosition
    self.finding = finding
  }

  public var json: JSON {
    .members([
      ("receipt_id", .string(receiptID.description)), ("method", .string(method)), ("profile", .string(profile)),
      ("execution", .digest(execution)), ("result", .string(result.rawValue)), ("positions", .integer(positions)),
      ("first_position", firstPosition.map { .integer($0) }), ("finding", .string(finding)),
      ("appraisal", appraisal?.json), ("supersedes", supersedes?.json),
    ])
  }

  public init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "verdict")
    receiptID = try fields.receiptID("receipt_id")
    method = try fields.string("method")
    profile = try fields.string("profile")
    execution = try fields.digest("execution")
    let word = try fields.string("result")
    guard let result = Result(rawValue: word) else { throw .field("verdict.result", why: "must be pass or fail") }
    self.result = result
    positions = try fields.count("positions")
    if let value = fields.optional("first_position") {
      guard let position = value.intValue, position >= 0 else {
        throw .field("verdict.first_position", why: "must be a non-negative integer")
      }
      firstPosition = Int(position)
    }
    finding = try fields.string("finding")
    guard finding.utf8.count <= Self.findingBytesMax else {
      throw .limit(name: "verdict.finding bytes", limit: Self.findingBytesMax, got: finding.utf8.count)
    }
    appraisal = try fields.optional("appraisal").map { value throws(ReceiptError) in try Appraisal(value) }
    supersedes = try fields.optional("supersedes").map { value throws(ReceiptError) in try Superseded(value) }
    try fields.end()
  }

  /// The statement's `sub`: a first verdict is about the receipt id, and each that follows has a number of its own, as a log
  /// has one entry per key, kind and `sub`.
  public var subject: String { supersedes.map { "\(receiptID)/\($0.number)" } ?? receiptID.description }
}
