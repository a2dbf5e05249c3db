import Codec
import Credit
import Cryptography
import MerkleLog
import Testing

@testable import Receipts

/// The opened records near to an answer by themselves: what is refused, what is stated of them, and the proof of a line.
@Suite struct AnswerNearestTests {
  private func line(
    _ line: Int, _ score: Int64, of record: UInt8 = 7, by contributor: String = "ada", committed: UInt64 = 1
  ) -> NearestLine {
    NearestCheckTests.line(line, score, of: record, by: contributor, committed: committed)
  }

  @Test func `lines that could not be of the answer are refused`() throws {
    let two = [line(0, 5, of: 9), line(1, -5, of: 1, committed: 2)]
    #expect(try NearestCheckTests.nearest(two).lines == two)
    let wrong: [(String, [NearestLine])] = [
      ("no score", [line(0, 0)]), ("too much", [line(0, (1 << 57) + 1)]), ("too little", [line(0, -(1 << 57) - 1)]),
      ("least", [line(0, .min)]), ("committed behind the registry", [line(0, 5, committed: 3)]),
      ("out of order", [line(0, 5, committed: 2), line(1, 5, of: 9)]),
      ("classes out of order", [line(0, 5), line(1, 5, of: 1)]),
      ("twice", [line(0, 5), line(1, 5)]), ("committed twice", [line(0, 5), line(1, 5, committed: 2)]),
      ("no id", [line(0, 5, by: "a b")]),
    ]
    for (name, lines) in wrong {
      #expect(throws: ReceiptError.self, "\(name)") { try NearestCheckTests.nearest(lines) }
    }
    for (lines, why) in [
      ([line(0, 5), line(1, 5)], "nearest line 1 is out of order"),
      ([line(0, 5), line(1, 5, committed: 2)], "nearest.lines name a class twice"),
    ] {
      let error = #expect(throws: ReceiptError.self) { try NearestCheckTests.nearest(lines) }
      #expect(error.map { "\($0)" } == why)
    }
    #expect(try NearestCheckTests.nearest([], classes: AnswerNearest.classesMax).classes == 1 << 18)
    #expect(try NearestCheckTests.nearest([line(0, 1 << 57)]).weights.map(\.weight) == [1 << 57])
    #expect(throws: ReceiptError.self, "no records") {
      try NearestCheckTests.nearest([], RegistrySnapshot(size: 3, root: SHA256.hash([9])))
    }
    for (lines, classes) in [(two, 1), ([], AnswerNearest.classesMax + 1)] {
      #expect(throws: ReceiptError.self) { try NearestCheckTests.nearest(lines, classes: classes) }
    }
    #expect(throws: ReceiptError.self) { try NearestCheckTests.nearest([], method: "span/1") }
    let data = try NearestCheckTests.encoded(two)
    for lie in [data + [0x20], Array(data.dropLast()), Array("{}".utf8), []] {
      #expect(throws: ReceiptError.self) {
        try AnswerNearest(Opening(salt: World.salt("nearest"), data: lie), of: [World.text])
      }
    }
    let more = String(decoding: data, as: UTF8.self).replacing(#""method""#, with: #""more":1,"method""#)
    #expect(throws: ReceiptError.unknownField("nearest.more")) {
      try AnswerNearest(Opening(salt: World.salt("nearest"), data: Array(more.utf8)), of: [World.text])
    }
    // 01fe in capitals is not canonical.
    let capitals = String(decoding: data, as: UTF8.self).replacing("01fe", with: "01FE")
    #expect(throws: ReceiptError.self) {
      try AnswerNearest(Opening(salt: World.salt("nearest"), data: Array(capitals.utf8)), of: [World.text])
    }
  }

  @Test func `there is a vector for each choice that has words, all of one width`() throws {
    func refused(_ queries: [[Int8]], _ texts: [String]) -> Bool {
      (try? NearestCheckTests.nearest([], queries: queries, of: texts)) == nil
    }
    #expect(!refused([[1], [2]], ["a", "b"]) && !refused([[], [2]], [" \n\0", "b"]) && !refused([[]], [""]))
    #expect(refused([[1]], ["a", "b"]) && refused([[1], [2]], ["a"]) && refused([], ["a"]))
    #expect(refused([[]], ["a"]) && refused([[1]], [" \t"]) && refused([[1], [2, 3]], ["a", "b"]))
    let widest = [Int8](repeating: 1, count: NeighbourIndex.widthMax)
    #expect(!refused([widest], ["a"]) && refused([widest + [1]], ["a"]))
    #expect(refused(Array(repeating: [1], count: 9), Array(repeating: "a", count: 9)))
    // What nothing was asked of cannot earn anything.
    #expect(throws: ReceiptError.self) { try NearestCheckTests.nearest([line(0, 1)], queries: [[]], of: [""]) }
  }

  @Test func `an encoder is sent no more than it takes, in whole characters`() {
    #expect(EncodedText.cut("a\0b\0") == "ab" && EncodedText.query("\0 ") == nil && EncodedText.query(" a") == " a")
    let long = String(repeating: "a", count: 65_535)
    #expect(EncodedText.cut(long + "bc") == long + "b" && EncodedText.cut(long + "\u{e9}x") == long)
    for (text, isAsked) in [("\u{9}\u{a}\u{b}\u{c}\u{d} ", false), ("\u{8}", true), ("\u{e}", true)] {
      #expect((EncodedText.query(text) != nil) == isAsked)
    }
    #expect(EncodedText.cut("\0" + long + "b") == long + "b")
  }

  @Test func `limits of what is stated`() throws {
    let stated = try NearestCheckTests.nearest([line(0, 5)]).stated
    #expect(try StatedNearest(try Fields(stated.json, "stated")) == stated)
    for (member, value) in [
      ("method", "span/1"), ("queries", 0), ("queries", 9), ("classes", 0), ("lines", 5), ("lines", -1),
      ("classes", .integer(AnswerNearest.classesMax + 1)), ("encoder", "x"), ("root", "x"),
      ("registry", ["root": .digest(NearestCheckTests.snapshot.root), "size": "3"]),
    ] as [(String, JSON)] {
      #expect(throws: ReceiptError.self, "\(member)") {
        try StatedNearest(try Fields(stated.json.with([member], value), "stated"))
      }
    }
    for (classes, lines) in [(AnswerNearest.classesMax, 0), (16_384, 16_384), (1, 1)] {
      let most = stated.json.with(["classes"], .integer(classes)).with(["lines"], .integer(lines))
      #expect(try StatedNearest(try Fields(most, "stated")).lines == lines)
    }
    let many = stated.json.with(["classes"], 16_385).with(["lines"], 16_385)
    #expect(throws: ReceiptError.self) { try StatedNearest(try Fields(many, "stated")) }
    for path in [["more"], ["registry", "more"]] {
      #expect(throws: ReceiptError.unknownField("stated.\(path.joined(separator: "."))")) {
        try StatedNearest(try Fields(stated.json.with(path, 1), "stated"))
      }
    }
  }

  @Test func `a line has one spelling, and ids that are ids`() throws {
    let json = line(0, 5).json
    #expect(try NearestLine(json, "line") == line(0, 5))
    for score in ["05", "+5", "-0", "0", "5.0", "9223372036854775808"] {
      let why = "must have a score other than 0, in decimal"
      #expect(throws: ReceiptError.field("nearest line 0", why: why), "\(score)") {
        try NearestLine(json.with(["score"], .string(score)), "line")
      }
    }
    for name in ["asset", "contributor"] {
      #expect(throws: ReceiptError.field("nearest line 0", why: "has what is no id"), "\(name)") {
        try NearestLine(json.with([name], "a b"), "line")
      }
    }
  }

  @Test func `a line proves itself under the root, and no other does`() throws {
    let nearest = try NearestCheckTests.nearest([
      line(0, 5), line(1, 6, of: 8, by: "bob"), line(2, 7, of: 1, committed: 2),
    ])
    for at in 0..<3 {
      let proof = try LineProof<NearestLine>(try #require(nearest.proof(of: at)).json)
      try proof.verify(nearest.stated)
      #expect(proof.line == nearest.lines[at])
      var forged = proof
      forged.line = line(at, 5, by: "eve")
      #expect(throws: ReceiptError.self) { try forged.verify(nearest.stated) }
      var other = nearest.stated
      other.lines = 4
      #expect(throws: ReceiptError.self) { try proof.verify(other) }
    }
    #expect(nearest.proof(of: 3) == nil)
    for (count, isRead) in [(14, true), (15, false)] {
      let path = JSON.array(Array(repeating: .string(SHA256.hash([1]).named), count: count))
      let proof = try #require(nearest.proof(of: 0)).json.with(["path"], path)
      #expect(((try? LineProof<NearestLine>(proof)) != nil) == isRead, "\(count)")
    }
    let both = AnswerNearest.scores(nearest)
    #expect(both["knn-shapley/1"]?.count == 3 && both["tknn-shapley/1"] == [] && AnswerNearest.scores(nil).count == 2)
  }

  /// RFC 9162 has one tree of so many leaves, and `MerkleTree` is written as it is defined.
  @Test func `the tree of lines is the tree of their leaves`() throws {
    for count in 0...20 {
      let lines = (0..<count).map { line($0, 1, of: UInt8($0)) }
      let tree = try LineTree(lines, salt: World.salt("nearest"))
      let proofs = try (0..<count).map { try #require(tree.proof(of: $0)) }
      let leaves = try proofs.map { try $0.line.leaf(salt: $0.salt) }
      #expect(tree.root == MerkleTree.root(leaves[...]), "\(count)")
      for at in 0..<count { #expect(proofs[at].path == MerkleTree.inclusionPath(at, leaves[...]), "\(at) of \(count)") }
      #expect(tree.proof(of: count) == nil && tree.proof(of: -1) == nil)
    }
  }
}
