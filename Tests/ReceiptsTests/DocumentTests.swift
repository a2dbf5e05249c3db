import Codec
import Credit
import Cryptography
import Testing

@testable import Receipts

/// Documents in a request, and the scores that a receipt's credit is made from.
@Suite struct DocumentTests {
  private func read(_ documents: String, messages: String = #"[{"role":"user","content":"hi"}]"#) throws -> ChatRequest
  {
    try ChatRequest(body: Array(#"{"model":"m","messages":\#(messages),"documents":\#(documents)}"#.utf8))
  }

  private func refused(_ documents: String) -> String? {
    do {
      _ = try read(documents)
      return nil
    } catch ReceiptError.request(let parameter, _, _) { return parameter } catch { return nil }
  }

  @Test func `documents stand in front of the last user message, and one that is not given leaves no trace`() throws {
    let messages =
      #"[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"},"#
      + #"{"role":"assistant","content":"d"}]"#
    let request = try read(
      #"[{"title":"T","text":"one","id":"x","contributor":"ada","asset":"book"},{"text":"two","title":null}]"#,
      messages: messages)
    #expect(request.shownMessages.map(\.content) == ["a", "b", "Document: T\none\n\nDocument\ntwo\n\nc", "d"])
    #expect(request.messages(given: 2).map(\.content) == ["a", "b", "Document\ntwo\n\nc", "d"])
    #expect(request.messages(given: 0) == request.messages)
    for set in 0..<4 { #expect(request.messages(given: DocumentSet(set)) == request.messages(given: set)) }
    let many = try read("[" + (0..<256).map { #"{"text":"text \#($0)"}"# }.joined(separator: ",") + "]")
    let some = "Document\ntext 63\n\nDocument\ntext 64\n\nDocument\ntext 255\n\nhi"
    #expect(many.messages(given: DocumentSet([255, 63, 64])).map(\.content) == [some])
    #expect(many.messages(given: DocumentSet(0..<256)) == many.shownMessages && many.shownMessages != many.messages)
    #expect(request.messages.map(\.content) == ["a", "b", "c", "d"] && request.shownMessages[2].role == .user)
    let documents = request.parameters.documents
    #expect(documents.map(\.source.contributor) == ["ada", "unattributed"] && documents[0].source.asset == "book")
    #expect(EffectiveParameters(request.parameters, drawnSeed: 0, room: 1).json["documents"] == 2)
    #expect(try read("null").parameters.documents.isEmpty && read("[]").parameters.documents.isEmpty)
  }

  @Test func `too many are refused before any is read`() {
    #expect(refused("[" + Array(repeating: "1", count: 257).joined(separator: ",") + "]") == "documents")
    #expect(refused("[" + Array(repeating: "1", count: 256).joined(separator: ",") + "]") == "documents[0]")
  }

  @Test func `a document that is none is refused by its place`() throws {
    func some(_ count: Int) -> String {
      "[" + Array(repeating: #"{"text":"x"}"#, count: count).joined(separator: ",") + "]"
    }
    #expect(try read(some(256)).parameters.documents.count == 256)
    #expect(refused(some(257)) == "documents" && refused(#"{"text":"x"}"#) == "documents")
    #expect(refused(#"["x"]"#) == "documents[0]" && refused(#"[{"text":"x"},{}]"#) == "documents[1].text")
    #expect(refused(#"[{"text":""}]"#) == "documents[0].text" && refused(#"[{"text":null}]"#) == "documents[0].text")
    #expect(refused(#"[{"text":"\#(String(repeating: "x", count: 65_537))"}]"#) == "documents[0].text")
    #expect(refused(#"[{"text":"x","url":"y"}]"#) == "documents[0].url")
    #expect(refused(#"[{"text":"x","url":null}]"#) == "documents[0].url")
    #expect(refused(#"[{"text":"x","title":""}]"#) == "documents[0].title")
    #expect(refused(#"[{"text":"x","id":7}]"#) == "documents[0].id")
    #expect(refused(#"[{"text":"x","contributor":"a b"}]"#) == "documents[0].contributor")
    #expect(refused(#"[{"text":"x","asset":"é"}]"#) == "documents[0].asset")
    #expect(throws: ReceiptError.self) { try read(#"[{"text":"x"}]"#, messages: #"[{"role":"system","content":"s"}]"#) }
  }

  /// A world whose policy credits two documents.
  static func world(_ values: [Int64]? = [-400_000, -100_000, -300_000, -50_000]) throws -> World {
    var world = World()
    let documents = #"[{"text":"Paris.","contributor":"ada"},{"text":"Rain.","contributor":"bob"}]"#
    world.body = Array(
      (String(decoding: world.body, as: UTF8.self).dropLast() + #","documents":\#(documents)}"#).utf8)
    world.rules = try AttributionPolicy(
      id: "documents/1", roles: [PolicyRole(role: "all", basisPoints: 10_000, method: .contextShapley)])
    world.values = values
    return world
  }

  @Test func `shares recompute from opened scores`() throws {
    let world = try Self.world()
    let report = try world.report()
    #expect(report.isAccepted, "\(report.checks)")
    let bundle = try world.sealed().bundle
    let signed = try SignedStatement(try #require(bundle.statements[.attribution]))
    let predicate = try AttributionPredicate(signed.statement.predicate)
    #expect(
      predicate.shares == [
        Share(contributor: "ada", amountNano: 785_717), Share(contributor: "bob", amountNano: 214_286),
      ])
    let unscored = try Self.world(nil).report()
    #expect(unscored[.attribution]?.state == .pass, "nothing scored: all of it is unattributed")
  }

  @Test func `scores that are not the stated ones fail, and closed ones are not checked`() throws {
    var lie = try Self.world()
    lie.attribution = { $0.scores?.root = SHA256.hash([1]) }
    #expect(try lie.report().failed == [.attribution])
    lie.attribution = { $0.shares.reverse() }
    #expect(try lie.report().failed == [.attribution])
    lie.attribution = { $0.scores?.documents = 1 }
    #expect(try lie.report().failed == [.attribution])
    #expect(try lie.report().detail(.attribution).contains("of other documents than the request's"))
    lie.attribution = { _ in }
    // Opened with another salt, the request says the same and is not what was committed to.
    lie.openings = { openings in
      openings[.request] = openings[.request].flatMap { try? Opening(salt: World.salt("other"), data: $0.data) }
    }
    #expect(try lie.report().detail(.attribution).contains("opens to another commitment"))
    lie.openings = { _ in }
    lie.attribution = { $0.scores = nil }
    #expect(try Set(lie.report().failed) == [.content, .attribution], "opened, and nothing commits to it")
    var other = try Self.world()
    other.attribution = { $0.scores?.commitment = SHA256.hash([1]) }
    #expect(try Set(other.report().failed) == [.content, .attribution])
    for field in [CommittedField.scores, .request] {
      var closed = try Self.world()
      closed.openings = { $0[field] = nil }
      let report = try closed.report()
      #expect(report[.attribution]?.state == .notChecked && report.failed.isEmpty, "\(field)")
    }
  }

  @Test(arguments: [0, 1]) func `a line proves itself under the root, and no other does`(document: Int) throws {
    let opening = try Opening(salt: World.salt("scores"), data: DocumentScores.data([-9, -5, -7, -1]))
    let sources = [DocumentSource(contributor: "ada", asset: "a"), DocumentSource(contributor: "bob")]
    let scores = try DocumentScores(opening, sources: sources)
    let proof = try #require(scores.proof(of: document))
    try LineProof<ScoreLine>(proof.json).verify(scores.stated)
    var forged = proof
    forged.line = ScoreLine(document: document, source: DocumentSource(contributor: "eve"), score: proof.line.score)
    #expect(throws: ReceiptError.self) { try forged.verify(scores.stated) }
    var stated = scores.stated
    stated.documents = 3
    #expect(throws: ReceiptError.self) { try proof.verify(stated) }
    #expect(scores.proof(of: 2) == nil && scores.proof(of: -1) == nil)
    #expect(throws: ReceiptError.self) { try DocumentScores(opening, sources: sources + sources) }
    #expect(throws: ReceiptError.self) { try DocumentScores(opening, sources: []) }
    let many = ScoreSample(
      World.salt("a seed") + World.salt("a reveal") + BigEndian.bytes(UInt32(20_165)) + [0, 0, 0, 1])
    #expect(throws: CreditError.tooMany(what: "permutations of 13 documents", count: 20_165, limit: 20_164)) {
      _ = try many?.drawn(documents: 13)
    }
    for count in [0, 257] {
      let why = "are of \(count) documents, they must be of 1 to 256"
      #expect(throws: ReceiptError.field("scores", why: why)) { try ValuedSets([], documents: count) }
    }
    for (count, isRead) in [(0, false), (1, true), (12, true), (13, false)] {
      let values = try Opening(
        salt: World.salt("scores"), data: DocumentScores.data(.init(repeating: -1, count: 1 << count)))
      let some = Array(repeating: DocumentSource(contributor: "c"), count: count)
      #expect(((try? DocumentScores(values, sources: some)) != nil) == isRead, "\(count) documents")
    }
    let json = try #require(scores.proof(of: 0)).json
    for score in ["+4", "04", "x", ""] {
      #expect(throws: ReceiptError.self) { try LineProof<ScoreLine>(json.with(["line", "score"], .string(score))) }
    }
    // A leaf whose salt has another length might be the text of two lines.
    let line = scores.lines[0]
    let short = [UInt8](repeating: 1, count: 31)
    let alone = LineProof(line: line, salt: short, size: 1, path: [])
    let root = StatedScores(documents: 1, commitment: scores.stated.commitment, root: try line.leaf(salt: short))
    #expect(throws: ReceiptError.self) { try alone.verify(root) }
    for (member, value) in [("method", "other/1"), ("documents", 0), ("documents", 13)] as [(String, JSON)] {
      let json = scores.stated.json.with([member], value)
      #expect(throws: ReceiptError.self) { try StatedScores(Fields(json, "t")) }
    }
  }

  @Test func `documents that did harm together have no score`() throws {
    let opening = try Opening(salt: World.salt("scores"), data: DocumentScores.data([-1, -5, 0, -2]))
    let sources = [DocumentSource(contributor: "ada"), DocumentSource(contributor: "bob")]
    let scores = try DocumentScores(opening, sources: sources)
    #expect(scores.lines.map(\.score) == [0, 0])
  }
}
