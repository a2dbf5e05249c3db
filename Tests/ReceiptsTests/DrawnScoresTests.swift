import Codec
import Credit
import Cryptography
import TestKit
import Testing

@testable import Receipts

/// Scores of more documents than can be enumerated: by permutations that nobody could choose, marked as approximate.
@Suite struct DrawnScoresTests {
  private static func failed(_ permutations: Int? = 2, _ edit: (inout Drawn) -> Void) throws -> [Check.Name] {
    var drawn = try Drawn(permutations: permutations)
    edit(&drawn)
    return try drawn.report().failed
  }

  private static func changed(_ edit: @escaping @Sendable (inout [UInt8]) -> Void) throws -> [Check.Name] {
    try failed { drawn in
      drawn.data = { data in
        var data = data
        edit(&data)
        return data
      }
    }
  }

  @Test(
    "they recompute from the seed of the receipt's epoch, whatever its policy of verification", arguments: [2, nil])
  func honest(permutations: Int?) throws {
    let report = try Drawn(permutations: permutations).report()
    #expect(report.isAccepted, "\(report.checks)")
    #expect(report.detail(.attribution).contains("approximate: means of \(permutations ?? 8) permutations"))
    for policy in [VerificationPolicy.sample(basisPoints: 10_000), .onDemand, .never] {
      #expect(try Self.failed { $0.verification = policy } == [], "\(policy)")
    }
    let harm = try Self.changed {
      $0.replaceSubrange($0.count - 8..<$0.count, with: BigEndian.bytes(Int64(-9_000_000)))
    }
    #expect(harm == [], "documents that did harm together have no scores, and that recomputes too")
  }

  @Test("without the reveal, or what it is about, nothing is said")
  func absent() throws {
    for kinds in [[.custody, .attribution], [.draw, .custody, .attribution], []] as [Set<StatementKind>] {
      var drawn = try Drawn()
      drawn.present = kinds
      let report = try drawn.report()
      #expect(report[.attribution]?.state == .notChecked && report.failed.isEmpty, "\(kinds): \(report.checks)")
    }
    #expect(try Self.failed { $0.present = [.reveal, .custody, .attribution] } == [.binding])
    #expect(try Self.failed { $0.present = [.draw, .reveal] } == [.binding], "a draw that nobody needs")
  }

  @Test("a sample that is not the receipt's own is refused")
  func otherSample() throws {
    func sampled(_ front: @escaping @Sendable (ScoreSample) -> [UInt8]) throws -> [Check.Name] {
      try Self.failed { $0.sample = { try #require(ScoreSample(front($0))) } }
    }
    let other = SHA256.hash([9])
    #expect(try sampled { other.bytes + $0.encoded.dropFirst(32) } == [.attribution])
    #expect(try Set(sampled { $0.encoded[..<32] + other.bytes + $0.encoded[64...] }) == [.binding, .attribution])
    for count in [1, 3] as [UInt8] {
      #expect(try sampled { $0.encoded[..<67] + [count] + $0.encoded[68...] } == [.attribution], "\(count)")
    }
    for tokens in [0, 2, 4] as [UInt8] {
      #expect(try sampled { $0.encoded[..<71] + [tokens] } == [.attribution], "\(tokens)")
    }
  }

  @Test("an opening that has no sample that can be drawn, or other values than it needs, is refused")
  func shape() throws {
    #expect(try Self.changed { $0.removeLast(8) } == [.attribution])
    #expect(try Self.changed { $0 += [UInt8](repeating: 0, count: 8) } == [.attribution])
    #expect(try Self.changed { $0 = Array($0[..<71]) } == [.attribution])
    #expect(
      try Self.changed {
        $0[$0.count - 1] = 1; for at in 2...8 { $0[$0.count - at] = 0 }
      } == [.attribution])
    for count in [0, 20_165, .max] as [UInt32] {
      #expect(try Self.changed { $0.replaceSubrange(64..<68, with: BigEndian.bytes(count)) } == [.attribution])
    }
    let tokens = try Self.changed { $0.replaceSubrange(68..<72, with: BigEndian.bytes(UInt32(1 << 20 | 1))) }
    #expect(tokens == [.attribution])
  }

  @Test("what the statement says of it is what follows")
  func statement() throws {
    let other = SHA256.hash([9])
    #expect(try Self.failed { $0.attribution = { $0.scores?.approximate?.error += 1 } } == [.attribution])
    #expect(try Self.failed { $0.attribution = { $0.scores?.approximate?.permutations = 3 } } == [.attribution])
    let reveal = try Self.failed { $0.attribution = { $0.scores?.approximate?.reveal = other } }
    #expect(Set(reveal) == [.binding, .attribution])
    #expect(try Self.failed { $0.attribution = { $0.shares.reverse() } } == [.attribution])
    let scores = StatedScores(
      documents: 13, commitment: other, root: other,
      approximate: Approximation(permutations: 2, error: 1, reveal: other))
    #expect(try StatedScores(Fields(scores.json, "t")) == scores)
    let spoilt: [([String], JSON)] = [
      (["documents"], 12), (["documents"], 257), (["approximate", "permutations"], 0),
      (["approximate", "permutations"], 65_537), (["approximate", "error"], 1), (["approximate", "reveal"], "x"),
      (["approximate", "seed"], "x"), (["approximate"], .null), (["approximate"], []),
    ]
    for (path, value) in spoilt {
      #expect(throws: ReceiptError.self, "\(path) \(value.text)") {
        try StatedScores(Fields(scores.json.with(path, value), "t"))
      }
    }
    var exact = scores
    exact.approximate = nil
    #expect(throws: ReceiptError.self) { try StatedScores(Fields(exact.json, "t")) }
    exact.documents = 12
    #expect(try StatedScores(Fields(exact.json, "t")) == exact)
  }

  @Test("a draw of another epoch, and a seed that was not logged, are refused")
  func epochs() throws {
    #expect(try Self.failed { $0.places = [.draw: 5] } == [.inclusion])
    #expect(try Self.failed { $0.reveal = { $0.last = 3 } } == [.inclusion])
    #expect(try Self.failed { $0.draw = { $0.seed = SHA256.hash([9]) } } == [.binding])
    #expect(try Self.failed { $0.reveal = { $0.number = 1 } } == [.binding])
    #expect(try Self.failed { $0.reveal = { $0.seed = SHA256.hash([9]).bytes } } == [.binding, .attribution])
  }

  @Test("a receipt does not bind what is drawn behind it")
  func early() throws {
    var world = try DocumentTests.world()
    world.attribution = { credited in
      credited.scores?.documents = 13
      credited.scores?.approximate = Approximation(permutations: 2, error: 1, reveal: SHA256.hash([9]))
    }
    let report = try world.report()
    #expect(report.failed.contains(.binding) && report.detail(.binding).contains("before the draw"))
  }

  @Test("a byte of the draw, the reveal or the scores matters, whichever it is")
  func flips() throws {
    let verifier = BundleVerifier(policy: try Registered.trust())
    let honest = try Drawn().bundle()
    let step = TestSize.pick(41, long: 1)
    func survivors(_ bytes: [UInt8], _ expected: Check.Name, _ put: (inout Bundle, [UInt8]) -> Void) -> [Int] {
      stride(from: 0, to: bytes.count, by: step).filter { at in
        var (flipped, bundle) = (bytes, honest)
        flipped[at] ^= UInt8(1 << (at % 8))
        put(&bundle, flipped)
        guard let encoded = try? bundle.encoded() else { return false }
        let report = verifier.verify(encoded)
        return report.isAccepted || report[expected]?.state != .fail
      }
    }
    for kind in [StatementKind.draw, .reveal] {
      let part = try #require(honest.registered[kind])
      #expect(survivors(part.statement, .signatures) { $0.registered[kind]?.statement = $1 } == [], "\(kind)")
      #expect(survivors(part.tlogProof, .inclusion) { $0.registered[kind]?.tlogProof = $1 } == [], "\(kind)")
    }
    let scores = try #require(honest.openings[.scores])
    #expect(survivors(scores, .attribution) { $0.openings[.scores] = $1 }.filter { $0 >= 40 } == [])
  }

  @Test("256 documents are read, each proves its line, and one more is not", arguments: [256])
  func most(count: Int) throws {
    let sample = ScoreSample(
      revealed: [], reveal: SHA256.hash([1]), receipt: SHA256.hash([2]), permutations: 1, documents: count,
      answerTokens: 1 << 20)
    let sets = try sample.drawn(documents: count).coalitions
    #expect(sets.count == count + 1)
    let opening = try Opening(
      salt: World.salt("scores"), data: DocumentScores.data(sets.map { Int64($0.documents.count) - 256 }, of: sample))
    let sources = (0..<count).map { DocumentSource(contributor: "c\($0)") }
    let scores = try DocumentScores(opening, sources: sources)
    #expect(scores.lines.allSatisfy { $0.score == 1 } && scores.sample == sample)
    try #require(scores.proof(of: 255)).verify(scores.stated)
    #expect(throws: ReceiptError.self) {
      try DocumentScores(opening, sources: sources + [DocumentSource(contributor: "x")])
    }
  }
}
