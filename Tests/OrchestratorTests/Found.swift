import Codec
import Receipts
import Synchronization
import Testing

@testable import OrchestratorService

/// What attribution finds in the text of an answer and credits carol for: where the two kinds of it differ.
enum Found: String, CaseIterable, Sendable {
  /// Words of the answer in her texts.
  case spans
  /// Her records, near to the answer.
  case nearest

  static let body = #"{"model":"tiny-test","messages":[{"role":"user","content":"2+2?"}],"max_tokens":16}"#

  /// The call that finds it.
  var step: FakePeers.Step { self == .spans ? .spans : .nearest }

  var opening: CommittedField { self == .spans ? .spans : .nearest }

  /// The member of an attribution that has the lines with their proofs.
  var proofs: String { self == .spans ? "span_proofs" : "nearest_proofs" }

  /// Whom an answer is credited to in which it was found.
  var paid: Set<String> { self == .spans ? ["alice", "carol", "unattributed"] : ["alice", "carol"] }

  private static func digest(_ digit: String) -> JSON { .string("sha256:" + String(repeating: digit, count: 64)) }

  private static let registry: JSON = ["size": "1", "root": digest("0"), "records": digest("1")]

  /// Of the answer `Two plus "two" is four.`: its last two words are carol's.
  static func spans(start: Int = 3) throws -> [UInt8] {
    let line: JSON = [
      "asset": "sums", "choice": 0, "class": digest("2"), "committed": "0", "contributor": "carol", "length": 2,
      "start": .integer(start), "tokens": 2,
    ]
    return try JCS.encode(["registry": registry, "spans": [line]])
  }

  /// One class of carol's records.
  static func nearest(queries: [JSON] = ["0102"]) throws -> [UInt8] {
    let line: JSON = [
      "asset": "sums", "class": digest("2"), "committed": "0", "contributor": "carol", "score": "1099511627776",
    ]
    return try JCS.encode([
      "classes": 2, "encoder": digest("3"), "lines": [line], "method": "knn-shapley/1", "queries": .array(queries),
      "registry": registry,
    ])
  }

  /// Whose policy credits what is found, and whose attribution finds `found`; what there is unless given.
  func world(_ found: [UInt8]? = nil, isCredited: Bool = true) throws -> World {
    let world = try World()
    let found = try found ?? (self == .spans ? Self.spans() : Self.nearest())
    world.peers.set { state in
      switch self {
      case .spans: (state.script.creditsSpans, state.script.spans) = (isCredited, found)
      case .nearest: (state.script.creditsNearest, state.script.nearest) = (isCredited, found)
      }
    }
    return world
  }

  /// What cannot be of the answer, by name, and whether a later attribution says so.
  func unsound() throws -> [(name: String, found: [UInt8], isLater: Bool)] {
    switch self {
    case .spans:
      [
        ("no log", [], false), ("no answer's", try Self.spans(start: 4), true),
        ("no spans", Array("{}".utf8), true),
      ]
    case .nearest:
      [
        ("no answer's", try Self.nearest(queries: ["01", "02"]), true), ("nothing", [], true),
        ("no records", Array("{}".utf8), true),
      ]
    }
  }

  /// The size of the log by which it was last asked for.
  func sizeAsked(_ world: World) -> UInt64? {
    world.peers.state.withLock { self == .spans ? $0.spansAsked.last : $0.nearestAsked.last }
  }

  /// Whether an attribution, as it is shown, says what was found.
  func isStated(_ shown: JSON) -> Bool {
    self == .spans ? shown["spans"]?["tokens"] == 5 : shown["nearest"]?["classes"] == 2
  }

  /// A line's proof holds under what the statement says.
  func verify(_ proof: JSON, _ statement: [UInt8]) throws {
    let predicate = try AttributionPredicate(SignedStatement(statement).statement.predicate)
    switch self {
    case .spans: try LineProof<SpanLine>(proof).verify(#require(predicate.spans))
    case .nearest: try LineProof<NearestLine>(proof).verify(#require(predicate.nearest))
    }
  }
}
