import Codec
import Credit
import Cryptography
import TestKit
import Testing

@testable import Receipts

/// Documents of registered collections: what a request asks for, what is retrieved for it, and the opening that has it.
@Suite struct RetrievedTests {
  private static let messages = #"[{"role":"user","content":"hi"}]"#

  private func body(_ documents: String, messages: String = messages) -> [UInt8] {
    Array(#"{"model":"m","messages":\#(messages),"documents":\#(documents)}"#.utf8)
  }

  private func refused(_ documents: String, messages: String = messages) -> String? {
    do {
      _ = try ChatRequest(asked: body(documents, messages: messages))
      return nil
    } catch ReceiptError.request(let parameter, _, _) { return parameter } catch { return "\(error)" }
  }

  private static func found(
    _ item: Int, _ text: String, asset: String = "book", contributor: String = "ada"
  ) -> RetrievedDocument {
    RetrievedDocument(item: item, asset: asset, contributor: contributor, text: text)
  }

  @Test func `what was retrieved stands in the places of its collections, and is shown like any document`() throws {
    let asked = body(
      #"[{"text":"a","title":"T"},{"collection":"book","count":2},{"text":"b"},{"collection":"maps","count":1}]"#)
    let request = try ChatRequest(asked: asked)
    #expect(request.parameters.collections.map(\.asset) == ["book", "maps"])
    #expect(try ChatRequest(asked: body(#"[{"collection":"maps"}]"#)).parameters.collections.map(\.count) == [3])
    #expect(request.parameters.collections.map(\.count) == [2, 1] && request.query == "hi")
    let retrieved = [Self.found(1, "x"), Self.found(1, "y"), Self.found(3, "z", asset: "maps", contributor: "bob")]
    let whole = try ChatRequest(body: asked, retrieved: RetrievedDocument.encode(retrieved))
    let documents = whole.parameters.documents
    #expect(documents.map(\.text) == ["a", "x", "y", "b", "z"])
    #expect(documents.map(\.isRetrieved) == [false, true, true, false, true])
    #expect(
      documents.map(\.source.asset) == [nil, "book", "book", nil, "maps"] && documents[4].source.contributor == "bob")
    #expect(documents[1].source.record == SHA256.hash(Array("x".utf8)) && documents[1].source.text == "x")
    #expect(
      whole.shownMessages[0].content
        == "Document: T\na\n\nDocument\nx\n\nDocument\ny\n\nDocument\nb\n\nDocument\nz\n\nhi")
    #expect(EffectiveParameters(whole.parameters, drawnSeed: 0, room: 1).json["documents"] == 5)
    #expect(try RetrievedDocument.list(RetrievedDocument.encode(retrieved)) == retrieved)
  }

  @Test func `a collection that cannot be asked for is refused by its place`() {
    #expect(refused(#"[{"collection":"a b"}]"#) == "documents[0].collection")
    #expect(refused(#"[{"collection":7}]"#) == "documents[0].collection")
    #expect(refused(#"[{"collection":""}]"#) == "documents[0].collection")
    #expect(refused(#"[{"collection":"a","text":"x"}]"#) == "documents[0].text")
    #expect(refused(#"[{"collection":null,"text":"x"}]"#) == "documents[0].collection")
    for count in ["0", "257", "1.0", #""2""#, "-1"] {
      #expect(refused(#"[{"collection":"a","count":\#(count)}]"#) == "documents[0].count", "\(count)")
    }
    #expect(refused(#"[{"text":"x","count":1}]"#) == "documents[0].count")
    #expect(refused(#"[{"collection":"a"},{"text":"x"},{"collection":"a"}]"#) == "documents[2].collection")
    #expect(refused(#"[{"collection":"a","count":256},{"text":"x"}]"#) == "documents", "257 in all")
    #expect(refused(#"[{"collection":"a"}]"#, messages: #"[{"role":"system","content":"s"}]"#) == "documents")
    for sound in [
      #"[{"collection":"a","count":6}]"#, #"[{"collection":"a"},{"collection":"b"}]"#,
      #"[{"collection":"a","count":null}]"#,
    ] { #expect(refused(sound) == nil, "\(sound)") }
  }

  @Test func `the query is the last message of the user`() throws {
    let messages = #"[{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"assistant","content":"c"}]"#
    #expect(try ChatRequest(asked: body("[]", messages: messages)).query == "b")
  }

  private static let lists: [(String, [RetrievedDocument])] = [
    ("none", []), ("more than asked", ["x", "y", "z"].map { found(1, $0) }),
    ("another item", [found(0, "x")]), ("no item", [found(2, "x")]), ("an item more", [found(1, "x"), found(5, "y")]),
    ("another asset", [found(1, "x", asset: "Book")]), ("one text twice", [found(1, "x"), found(1, "x")]),
    ("an empty text", [found(1, "")]), ("a long text", [found(1, String(repeating: "x", count: 65_537))]),
    ("no contributor", [found(1, "x", contributor: "")]), ("no id", [found(1, "x", contributor: "a b")]),
    ("seven", (0..<7).map { found(1, "\($0)") }),
  ]

  @Test(arguments: lists) func `what is not documents of the request is refused`(
    name: String, retrieved: [RetrievedDocument]
  ) throws {
    let asked = body(#"[{"text":"a"},{"collection":"book","count":2}]"#)
    #expect(throws: ReceiptError.self, "\(name)") {
      try ChatRequest(body: asked, retrieved: RetrievedDocument.encode(retrieved))
    }
    _ = try ChatRequest(body: asked, retrieved: RetrievedDocument.encode([Self.found(1, "x")]))
  }

  @Test func `an opening stands beside collections, and nowhere else`() throws {
    let asked = body(#"[{"collection":"book"}]"#)
    let data = try RetrievedDocument.encode([Self.found(0, "x")])
    #expect(throws: ReceiptError.self) { try ChatRequest(body: asked) }
    #expect(throws: ReceiptError.self) { try ChatRequest(body: body(#"[{"text":"x"}]"#), retrieved: data) }
    let given = ReceiptError.field("retrieved", why: "is given, and the request asks for no collection")
    #expect(throws: given) { try ChatRequest(body: body(#"[{"text":"x"}]"#), retrieved: RetrievedDocument.encode([])) }
    let order = try RetrievedDocument.encode([Self.found(1, "x", asset: "maps"), Self.found(0, "x")])
    #expect(throws: ReceiptError.self) {
      try ChatRequest(body: body(#"[{"collection":"book"},{"collection":"maps"}]"#), retrieved: order)
    }
    let text = String(decoding: data, as: UTF8.self)
    for other in [
      " " + text, "{}", "[7]", "[]", "", text.replacing(#""item":0"#, with: #""item":-1"#),
      text.replacing(#""item":0"#, with: #""item":0,"more":1"#), text.replacing(#","text":"x""#, with: ""),
      text.replacing(#""asset":"book","contributor":"ada""#, with: #""contributor":"ada","asset":"book""#),
    ] {
      #expect(throws: ReceiptError.self, "\(other)") { try ChatRequest(body: asked, retrieved: Array(other.utf8)) }
    }
  }

  /// A world whose policy credits an inline document and one of a collection.
  private static func world(_ text: String = "Rain.") throws -> World {
    var world = World()
    let documents = #"[{"text":"Paris.","contributor":"ada"},{"collection":"weather","count":1}]"#
    world.body = Array(
      (String(decoding: world.body, as: UTF8.self).dropLast() + #","documents":\#(documents)}"#).utf8)
    world.retrieved = try RetrievedDocument.encode([found(1, text, asset: "weather", contributor: "bob")])
    world.rules = try AttributionPolicy(
      id: "documents/1", roles: [PolicyRole(role: "all", basisPoints: 10_000, method: .contextShapley)])
    world.values = [-400_000, -100_000, -300_000, -50_000]
    return world
  }

  @Test func `a bundle with what was retrieved passes, and its credit recomputes`() throws {
    let world = try Self.world()
    let report = try world.report()
    #expect(report.isAccepted, "\(report.checks)")
    let bundle = try world.sealed().bundle
    let attribution = try AttributionPredicate(
      SignedStatement(#require(bundle.statements[.attribution])).statement.predicate)
    #expect(attribution.shares.map(\.contributor) == ["ada", "bob"])
    let execution = try SignedStatement(#require(bundle.statements[.execution])).statement.predicate
    #expect(try ExecutionPredicate(execution).retrieved != nil && execution["commitments"]?["retrieved"] != nil)
    #expect(try JCS.encode(ExecutionPredicate(execution).json) == JCS.encode(execution))
    #expect(try Bundle(bundle.encoded()).openings[.retrieved] == bundle.openings[.retrieved])
  }

  @Test func `what was retrieved is closed or open, and never another`() throws {
    var world = try Self.world()
    world.openings = { $0[.retrieved] = nil }
    let closed = try world.report()
    #expect(
      closed.failed.isEmpty && closed[.content]?.state == .notChecked && closed[.attribution]?.state == .notChecked)
    #expect(closed.detail(.content).contains("closed: retrieved"))
    let other = try RetrievedDocument.encode([Self.found(1, "Sun.", asset: "weather", contributor: "bob")])
    world.openings = { openings in
      openings[.retrieved] = try? Opening(salt: World.salt("retrieved"), data: other)
    }
    #expect(try Set(world.report().failed) == [.content, .attribution, .custody])
    #expect(try world.report().detail(.content).contains("retrieved: opens to another commitment"))
    let alone = try Self.world().sealed().bundle.disclosing(messages: [1])
    #expect(Array(alone.openings.keys) == [.message(1)])
  }

  @Test func `every byte of the opening matters`() throws {
    let verifier = BundleVerifier(policy: try World.trust())
    let honest = try Self.world().sealed().bundle
    let bytes = try #require(honest.openings[.retrieved])
    for at in TestSize.places(bytes.indices) {
      var bundle = honest
      bundle.openings[.retrieved]?[at] ^= UInt8(1 << (at % 8))
      let report = verifier.verify(try bundle.encoded())
      #expect(report[.content]?.state == .fail && report[.custody]?.state == .fail && !report.isAccepted, "\(at)")
    }
  }

  @Test func `an executor that commits to what does not belong to the request is found out`() throws {
    let honest = try Self.world()
    let request = try ChatRequest(body: honest.body, retrieved: honest.retrieved)
    // Documents of another collection; none at all; more than were asked for.
    for documents in [
      [Self.found(1, "Rain.", asset: "maps")], [],
      [Self.found(1, "a", asset: "weather"), Self.found(1, "b", asset: "weather")],
    ] {
      var lie = honest
      lie.readAs = request
      lie.retrieved = try RetrievedDocument.encode(documents)
      #expect(try Set(lie.report().failed) == [.content, .attribution], "\(documents)")
    }
    // A commitment where the request asks for none, opened and closed.
    var more = World()
    more.readAs = try ChatRequest(body: more.body)
    more.retrieved = honest.retrieved
    #expect(try more.report().failed == [.content])
    more.openings = { $0[.retrieved] = nil }
    #expect(try more.report().failed == [.content])
    // None where the request asks for one.
    var less = honest
    less.readAs = request
    less.values = nil
    less.retrieved = nil
    #expect(try less.report().failed == [.content])
    // As many documents as were asked for, not as were shown.
    var count = honest
    count.execution = { $0.parameters.documents = 3 }
    #expect(try count.report().failed == [.content])
  }
}
