import Codec
import Credit
import Cryptography
import TestKit
import Testing

@testable import Receipts

/// Which registered records are near to an answer, in the statement, the opening and the check.
@Suite struct NearestCheckTests {
  static let snapshot = RegistrySnapshot(size: 3, root: SHA256.hash([9]), records: SHA256.hash([8]))
  static let encoder = SHA256.hash([6])

  private static func digest(_ byte: UInt8) -> Digest32 {
    (try? Digest32([UInt8](repeating: byte, count: Digest32.count))) ?? encoder
  }

  static func line(
    _ line: Int, _ score: Int64, of record: UInt8 = 7, by contributor: String = "ada", committed: UInt64 = 1
  ) -> NearestLine {
    NearestLine(
      line: line, record: digest(record), committed: committed, contributor: contributor, asset: "book",
      score: score)
  }

  static func encoded(
    _ lines: [NearestLine], _ registry: RegistrySnapshot = snapshot, method: String = "knn-shapley/1",
    classes: Int = 4, queries: [[Int8]] = [[1, -2]]
  ) throws -> [UInt8] {
    try AnswerNearest.data(method, encoder, registry, classes: classes, queries: queries, lines)
  }

  static func nearest(
    _ lines: [NearestLine], _ registry: RegistrySnapshot = snapshot, method: String = "knn-shapley/1",
    classes: Int = 4, queries: [[Int8]] = [[1, -2]], of texts: [String] = [World.text]
  ) throws -> AnswerNearest {
    let data = try encoded(lines, registry, method: method, classes: classes, queries: queries)
    return try AnswerNearest(Opening(salt: World.salt("nearest"), data: data), of: texts)
  }

  private static func rules(_ form: NearestParameters.Form) throws -> AttributionPolicy {
    try AttributionPolicy(
      id: "nearest/1",
      roles: [
        PolicyRole(
          role: "all", basisPoints: 10_000,
          method: .nearest(NearestParameters(form, shift: 8, nearBasisPoints: 9_500)))
      ])
  }

  /// A world whose answer two classes of records are near to.
  private static func world(
    _ lines: [NearestLine] = [line(0, 3 << 40), line(1, 1 << 40, of: 8, by: "bob", committed: 2)],
    _ registry: RegistrySnapshot = snapshot, method: String = "knn-shapley/1", negatives: NegativeScores = .dropped
  ) throws -> World {
    var world = World()
    world.rules = try rules(
      method == "knn-shapley/1"
        ? .nearest(KNNShapley(neighbours: 5, negatives: negatives))
        : .within(ThresholdKNNShapley(radius: 100, negatives: negatives)))
    world.nearest = try encoded(lines, registry, method: method)
    return world
  }

  @Test(arguments: ["knn-shapley/1", "tknn-shapley/1"])
  func `the owners of near records are credited by their scores`(_ method: String) throws {
    let world = try Self.world(method: method)
    let report = try world.report()
    #expect(report.isAccepted, "\(report.checks)")
    #expect(report.detail(.attribution).contains("2 classes said to be near to the answer"))
    let signed = try SignedStatement(try #require(world.sealed().bundle.statements[.attribution]))
    let predicate = try AttributionPredicate(signed.statement.predicate)
    // 1,000,003 * 3 / 4 = 750,002.25.
    #expect(
      predicate.shares == [
        Share(contributor: "ada", amountNano: 750_002), Share(contributor: "bob", amountNano: 250_001),
      ])
    #expect(predicate.nearest?.registry == Self.snapshot && predicate.nearest?.method == method)
    #expect(try AttributionPredicate(predicate.json) == predicate)
    let none = try Self.world([], method: method)
    #expect(try none.report().isAccepted)
  }

  @Test func `without nearest records the role pays nobody, and closed ones are not checked`() throws {
    var world = try Self.world()
    for field in [CommittedField.nearest, .content] {
      world.openings = { $0[field] = nil }
      let report = try world.report()
      #expect(report[.attribution]?.state == .notChecked && report.failed.isEmpty, "\(field)")
    }
    var unsought = World()
    unsought.rules = try Self.rules(.nearest(KNNShapley(neighbours: 5)))
    let report = try unsought.report()
    #expect(report.isAccepted, "\(report.checks)")
  }

  @Test func `statements that are not of the opened records fail`() throws {
    let edits: [(String, Set<Check.Name>, World.Edit<AttributionPredicate>)] = [
      ("root", [.attribution], { $0.nearest?.root = SHA256.hash([1]) }),
      ("encoder", [.attribution], { $0.nearest?.encoder = SHA256.hash([1]) }),
      ("method", [.attribution], { $0.nearest?.method = "tknn-shapley/1" }),
      ("queries", [.attribution], { $0.nearest?.queries = 2 }),
      ("classes", [.attribution], { $0.nearest?.classes = 5 }),
      ("lines", [.attribution], { $0.nearest?.lines = 3 }),
      ("commitment", [.attribution, .content], { $0.nearest?.commitment = SHA256.hash([1]) }),
      (
        "registry", [.attribution],
        { $0.nearest?.registry = .init(size: 4, root: SHA256.hash([9]), records: SHA256.hash([8])) }
      ),
      (
        "records", [.attribution],
        { $0.nearest?.registry = .init(size: 3, root: SHA256.hash([9]), records: SHA256.hash([6])) }
      ),
      ("none", [.attribution, .content], { $0.nearest = nil }),
      ("shares", [.attribution], { $0.shares[0].contributor = "eve" }),
    ]
    for (name, failed, edit) in edits {
      var world = try Self.world()
      world.attribution = edit
      #expect(try Set(world.report().failed) == failed, "\(name)")
    }
  }

  @Test func `records that the policy does not credit, or of a later log, fail`() throws {
    var standard = try Self.world()
    standard.rules = .standard
    #expect(try standard.report().failed == [.attribution])
    var other = try Self.world()
    other.rules = try Self.rules(.within(ThresholdKNNShapley(radius: 100)))
    #expect(try other.report().failed == [.attribution], "the other method's")
    let below = [Self.line(0, -5)]
    #expect(try Self.world(below).report().failed == [.attribution], "below zero, which is dropped")
    #expect(try Self.world(below, negatives: .net).report().failed.isEmpty)
    // The receipt is entry 3.
    let late = RegistrySnapshot(size: 4, root: SHA256.hash([9]), records: SHA256.hash([8]))
    #expect(try Self.world([], late).report().failed == [.attribution])
  }

  @Test func `an answer that opens another commitment than the execution's is not what they are held against`() throws {
    let world = try Self.world()
    try world.expectOtherAnswerRefused()
  }

  @Test func `every byte of the opening matters`() throws {
    let honest = try Self.world().sealed().bundle
    let verifier = BundleVerifier(policy: try World.trust())
    let opening = try #require(honest.openings[.nearest])
    for at in TestSize.places(opening.indices) {
      var bundle = honest
      bundle.openings[.nearest]?[at] ^= UInt8(1 << (at % 8))
      let report = verifier.verify(try bundle.encoded())
      #expect(report[.content]?.state == .fail && report[.custody]?.state == .fail, "\(at)")
      #expect(report[.attribution]?.state != .pass, "\(at)")
    }
  }
}
