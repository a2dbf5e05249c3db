import Codec
import Credit
import Cryptography
import Testing

@testable import Receipts

/// Whose the documents of a prompt are, by the registry.
@Suite struct OwnershipTests {
  private static let texts = ["Paris.", "Rain."]
  private static let snapshot = RegistrySnapshot(size: 3, root: SHA256.hash([9]))
  private static var sources: [DocumentSource] {
    zip(["eve", "bob"], texts).map { DocumentSource(contributor: $0, record: record($1)) }
  }

  private static func record(_ text: String) -> Digest32 { SHA256.hash(Array(text.utf8)) }

  private static func owned(
    _ text: String, by contributor: String = "ada", committed: UInt64 = 1
  ) -> DocumentOwner {
    .registered(asset: "book", contributor: contributor, record: record(text), committed: committed)
  }

  private static func encoded(_ owners: [DocumentOwner], _ registry: RegistrySnapshot = snapshot) throws -> [UInt8] {
    try JCS.encode(["owners": .array(owners.map { .members($0.members) }), "registry": registry.json])
  }

  /// A world whose first document ada has registered, whom eve asks with.
  private static func world(_ owners: [DocumentOwner], _ registry: RegistrySnapshot = snapshot) throws -> World {
    var world = World()
    let documents = #"[{"text":"Paris.","contributor":"eve"},{"text":"Rain.","contributor":"bob"}]"#
    world.body = Array(
      (String(decoding: world.body, as: UTF8.self).dropLast() + #","documents":\#(documents)}"#).utf8)
    world.rules = try AttributionPolicy(
      id: "documents/1", roles: [PolicyRole(role: "all", basisPoints: 10_000, method: .contextShapley)])
    world.values = [-400_000, -100_000, -300_000, -50_000]
    world.ownership = try encoded(owners, registry)
    return world
  }

  private static let honest: [DocumentOwner] = [
    owned("Paris."), .claimed(contributor: "bob", asset: nil),
  ]

  @Test func `who owns a document is credited, not whom its asker names`() throws {
    let world = try Self.world(Self.honest)
    let report = try world.report()
    #expect(report.isAccepted, "\(report.checks)")
    #expect(report.detail(.attribution).contains("1 of them said to be registered in the log's first 3 entries"))
    let signed = try SignedStatement(try #require(try world.sealed().bundle.statements[.attribution]))
    let predicate = try AttributionPredicate(signed.statement.predicate)
    #expect(predicate.scores?.registry == Self.snapshot)
    #expect(predicate.shares.map(\.contributor) == ["ada", "bob"])
    #expect(try AttributionPredicate(predicate.json) == predicate)
  }

  @Test func `an ownership that cannot be of these documents fails`() throws {
    let claim = DocumentOwner.claimed(contributor: "bob", asset: nil)
    let wrong: [(String, [DocumentOwner])] = [
      ("another class", [Self.owned("Rain."), claim]),
      ("a claim that nobody made", [Self.honest[0], .claimed(contributor: "eve", asset: nil)]),
      ("an asset that nobody named", [Self.honest[0], .claimed(contributor: "bob", asset: "book")]),
      ("an owner less", [Self.honest[0]]), ("an owner more", Self.honest + [claim]),
      ("committed behind the registry", [Self.owned("Paris.", committed: 3), claim]),
    ]
    for (name, owners) in wrong {
      #expect(throws: ReceiptError.self, "\(name)") {
        try DocumentOwnership(Self.encoded(owners), of: Self.sources)
      }
    }
    let bytes = try Self.encoded(Self.honest)
    #expect(try DocumentOwnership(bytes, of: Self.sources).owners == Self.honest)
    for lie in [bytes + [0x20], [0x20] + bytes, Array(bytes.dropLast()), Array("{}".utf8)] {
      #expect(throws: ReceiptError.self) { try DocumentOwnership(lie, of: Self.sources) }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    for (old, new) in [
      ("registered", "stolen"), (#""asset":"book","#, ""), (#""asset":"book""#, #""asset":"a b""#), ("ada", "a b"),
      ("claimed", "registered"),
      (#""size":"3""#, #""size":3"#), (#""ownership":"claimed""#, #""ownership":"claimed","x":"y""#),
    ] {
      #expect(throws: ReceiptError.self, "\(new)") {
        try DocumentOwnership(Array(text.replacing(old, with: new).utf8), of: Self.sources)
      }
    }
  }

  @Test func `a member that no ownership has is named`() throws {
    let text = String(decoding: try Self.encoded(Self.honest), as: UTF8.self)
    for (old, new, name) in [
      (#"{"owners""#, #"{"more":1,"owners""#, "ownership.more"),
      (#""ownership":"claimed""#, #""ownership":"claimed","x":"y""#, "ownership.owners[1].x"),
    ] {
      #expect(throws: ReceiptError.unknownField(name)) {
        try DocumentOwnership(Array(text.replacing(old, with: new).utf8), of: Self.sources)
      }
    }
  }

  @Test func `another registry than the signed one, or one of a later log, fails`() throws {
    let edits: [World.Edit<AttributionPredicate>] = [
      { $0.scores?.registry = nil },
      { $0.scores?.registry = RegistrySnapshot(size: 2, root: Self.snapshot.root) },
      { $0.scores?.registry = RegistrySnapshot(size: 3, root: SHA256.hash([8])) },
    ]
    for edit in edits {
      var world = try Self.world(Self.honest)
      world.attribution = edit
      #expect(try world.report().failed == [.attribution])
    }
    // The receipt is entry 3.
    let late = try Self.world(Self.honest, RegistrySnapshot(size: 4, root: SHA256.hash([9])))
    #expect(try late.report().failed == [.attribution])
  }

  @Test func `classes of near copies stand where the policy looks for them, and nowhere else`() throws {
    let found = RegistrySnapshot(size: 3, root: Self.snapshot.root, records: SHA256.hash([5]))
    let near = [Self.owned("another text"), Self.honest[1]]
    var sound = try Self.world(near, found)
    sound.rules = try AttributionPolicy(
      id: "near/1",
      roles: [
        PolicyRole(
          role: "all", basisPoints: 10_000,
          method: .nearContextShapley(try NearTexts(shingle: 3, words: 64, nearBasisPoints: 8_000)))
      ])
    #expect(try sound.report().isAccepted)
    #expect(try Self.world(near, found).report().failed == [.attribution], "its policy looks for none")
    sound.ownership = try Self.encoded(Self.honest)
    #expect(try sound.report().failed == [.attribution])
  }

  @Test func `a line says on what ground, and proves itself`() throws {
    let data = DocumentScores.data([-9, -5, -7, -1]) + (try Self.encoded(Self.honest))
    let scores = try DocumentScores(
      Opening(salt: World.salt("scores"), data: data), sources: Self.sources)
    #expect(scores.lines.map(\.source.contributor) == ["ada", "bob"])
    #expect(scores.weights.map(\.contributor) == ["ada", "bob"])
    for document in 0...1 {
      let proof = try #require(scores.proof(of: document))
      let read = try LineProof<ScoreLine>(proof.json)
      try read.verify(scores.stated)
      #expect(read.line == proof.line && read.line.owner == Self.honest[document])
      var forged = proof
      forged.line = ScoreLine(document: document, source: proof.line.source, score: proof.line.score)
      #expect(throws: ReceiptError.self, "as if nobody had asked a registry") { try forged.verify(scores.stated) }
    }
    let closed = try DocumentScores(
      Opening(salt: World.salt("scores"), data: DocumentScores.data([-9, -5, -7, -1])), sources: Self.sources)
    #expect(closed.ownership == nil && closed.stated.registry == nil && closed.lines[0].source.contributor == "eve")
  }
}
