internal import Codec
internal import MerkleLog

/// A statement that a bundle carries beside the receipt's own, with the proof of its own entry in the log: a verdict that
/// came later, the draw and the reveal of sampled verification, an attribution that came later, and the custody of its scores.
public struct RegisteredStatement: Sendable, Equatable {
  /// Kinds that stand in a bundle so.
  public static let kinds: Set<StatementKind> = [.verdict, .draw, .reveal, .attribution, .custody]

  public var statement: [UInt8]
  public var tlogProof: [UInt8]

  public init(statement: [UInt8], tlogProof: [UInt8]) {
    self.statement = statement
    self.tlogProof = tlogProof
  }

  func json() throws(ReceiptError) -> JSON {
    guard let proof = String(validating: tlogProof, as: UTF8.self) else {
      throw .encoding(what: "tlog-proof", why: "is not UTF-8")
    }
    return ["statement": .string(Base64.encode(statement)), "tlog_proof": .string(proof)]
  }

  init(_ json: JSON, _ path: String) throws(ReceiptError) {
    var fields = try Fields(json, path)
    let text = try fields.string("statement")
    do { statement = try Base64.decode(text) } catch { throw .encoding(what: "\(path).statement", why: "\(error)") }
    tlogProof = Array(try fields.string("tlog_proof").utf8)
    try fields.end()
  }

  /// The members of `bundle.registered`: at least one, each of a kind that may stand there.
  static func read(_ json: JSON) throws(ReceiptError) -> [StatementKind: RegisteredStatement] {
    guard let members = json.objectValue, !members.isEmpty else {
      throw .field("bundle.registered", why: "must be an object with at least one member")
    }
    var result: [StatementKind: RegisteredStatement] = [:]
    for member in members {
      guard let kind = StatementKind(rawValue: member.name), kinds.contains(kind) else {
        throw .unknownField("bundle.registered.\(member.name)")
      }
      result[kind] = try RegisteredStatement(member.value, "bundle.registered.\(member.name)")
    }
    return result
  }

  /// Where the log has this entry, and the tree that proves it. Too few witnesses are the check `witnesses`' finding.
  func verified(entry: [UInt8], policy: CheckpointPolicy) throws -> VerifiedInclusion {
    try TlogProof(parsing: tlogProof).verify(entry: entry, policy: policy, requiringQuorum: false)
  }
}
