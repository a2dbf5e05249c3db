import Codec
import Credit
import Cryptography
import TestKit
import Testing

@testable import Receipts

/// Which words of an answer stand in registered texts, in the statement, the opening and the check.
@Suite struct SpanCheckTests {
  static let snapshot = RegistrySnapshot(size: 3, root: SHA256.hash([9]), records: SHA256.hash([8]))

  static func line(
    _ span: Int, _ start: Int, _ length: Int, paid: Int? = nil, choice: Int = 0, by contributor: String = "ada",
    committed: UInt64 = 1
  ) -> SpanLine {
    SpanLine(
      span: span, choice: choice, start: start, length: length, tokens: paid ?? length, record: SHA256.hash([7]),
      committed: committed, contributor: contributor, asset: "book")
  }

  static func encoded(_ lines: [SpanLine], _ registry: RegistrySnapshot = snapshot) throws -> [UInt8] {
    try AnswerSpans.data(registry, lines)
  }

  static func spans(
    _ lines: [SpanLine], _ registry: RegistrySnapshot = snapshot, of texts: [String] = ["a b c d e f", "g h i"]
  ) throws -> AnswerSpans {
    try AnswerSpans(Opening(salt: World.salt("spans"), data: encoded(lines, registry)), of: texts)
  }

  private static func rules(_ lengthMin: Int = 2) throws -> AttributionPolicy {
    try AttributionPolicy(
      id: "spans/1",
      roles: [
        PolicyRole(
          role: "all", basisPoints: 10_000,
          method: .span(
            SpanParameters(
              lengthMin: lengthMin, rarityMin: 0, rarityTable: SHA256.hash([1]), shingle: 2, words: 8,
              nearBasisPoints: 9_000)))
      ])
  }

  /// A world whose answer of two words ada has registered.
  static func world(_ lines: [SpanLine], _ registry: RegistrySnapshot = snapshot) throws -> World {
    var world = World()
    world.rules = try rules()
    world.spans = try encoded(lines, registry)
    return world
  }

  @Test func `the owner of a span is credited, and the rest is nobody's`() throws {
    let world = try Self.world([Self.line(0, 0, 2)])
    let report = try world.report()
    #expect(report.isAccepted, "\(report.checks)")
    #expect(report.detail(.attribution).contains("2 of 2 words said to stand in registered texts"))
    let signed = try SignedStatement(try #require(try world.sealed().bundle.statements[.attribution]))
    let predicate = try AttributionPredicate(signed.statement.predicate)
    #expect(predicate.shares.map(\.contributor) == ["ada"] && predicate.spans?.registry == Self.snapshot)
    #expect(try AttributionPredicate(predicate.json) == predicate)
    let none = try Self.world([])
    #expect(try none.report().isAccepted)
    let weights = try Self.spans([Self.line(0, 1, 3), Self.line(1, 0, 2, choice: 1, by: "bob")]).weights
    #expect(weights.map(\.contributor) == ["ada", "bob", CreditID.unattributed])
    #expect(weights.map { $0.weight >> 32 } == [3, 2, 4])
  }

  @Test func `without spans the role pays nobody, and closed ones are not checked`() throws {
    var world = try Self.world([Self.line(0, 0, 2)])
    for field in [CommittedField.spans, .content] {
      world.openings = { $0[field] = nil }
      let report = try world.report()
      #expect(report[.attribution]?.state == .notChecked && report.failed.isEmpty, "\(field)")
    }
    var unsought = World()
    unsought.rules = try Self.rules()
    let report = try unsought.report()
    #expect(report.isAccepted, "\(report.checks)")
  }

  @Test func `statements that are not of the opened spans fail`() throws {
    let edits: [(String, Set<Check.Name>, World.Edit<AttributionPredicate>)] = [
      ("root", [.attribution], { $0.spans?.root = SHA256.hash([1]) }),
      ("words", [.attribution], { $0.spans?.tokens = 3 }),
      ("count", [.attribution], { $0.spans?.spans = 2 }),
      ("commitment", [.attribution, .content], { $0.spans?.commitment = SHA256.hash([1]) }),
      (
        "registry", [.attribution],
        { $0.spans?.registry = .init(size: 2, root: SHA256.hash([9]), records: SHA256.hash([8])) }
      ),
      (
        "records", [.attribution],
        { $0.spans?.registry = .init(size: 3, root: SHA256.hash([9]), records: SHA256.hash([6])) }
      ),
      ("none", [.attribution, .content], { $0.spans = nil }),
      ("shares", [.attribution], { $0.shares[0].contributor = "eve" }),
    ]
    for (name, failed, edit) in edits {
      var world = try Self.world([Self.line(0, 0, 2)])
      world.attribution = edit
      #expect(try Set(world.report().failed) == failed, "\(name)")
    }
  }

  @Test func `spans that the policy does not want, or of a later log, fail`() throws {
    var standard = try Self.world([Self.line(0, 0, 2)])
    standard.rules = .standard
    #expect(try standard.report().failed == [.attribution])
    #expect(try Self.world([Self.line(0, 1, 1)]).report().failed == [.attribution], "shorter than length_min")
    // The receipt is entry 3.
    let late = RegistrySnapshot(size: 4, root: SHA256.hash([9]), records: SHA256.hash([8]))
    #expect(try Self.world([Self.line(0, 0, 2)], late).report().failed == [.attribution])
  }

  @Test func `an answer that opens another commitment than the execution's is not what they are held against`() throws {
    let world = try Self.world([Self.line(0, 0, 2)])
    try world.expectOtherAnswerRefused()
  }

  @Test func `every byte of the opening, and of the statement, matters`() throws {
    let honest = try Self.world([Self.line(0, 0, 2)]).sealed().bundle
    let verifier = BundleVerifier(policy: try World.trust())
    let opening = try #require(honest.openings[.spans])
    for at in TestSize.places(opening.indices) {
      var bundle = honest
      bundle.openings[.spans]?[at] ^= UInt8(1 << (at % 8))
      let report = verifier.verify(try bundle.encoded())
      // Salt, length and data: each makes it open something else, or nothing.
      #expect(report[.content]?.state == .fail && report[.custody]?.state == .fail, "\(at)")
      #expect(report[.attribution]?.state != .pass, "\(at)")
    }
    let statement = try #require(honest.statements[.attribution])
    for at in TestSize.places(statement.indices) {
      var bundle = honest
      bundle.statements[.attribution]?[at] ^= UInt8(1 << (at % 8))
      #expect(verifier.verify(try bundle.encoded())[.signatures]?.state == .fail, "\(at)")
    }
  }
}
