import Codec
import Credit
import TestKit
import Testing

@Suite struct LineageTests {
  @Test func aModelAloneKeepsEverything() throws {
    let lineage = try Lineage(root: "m", nodes: [asset("m", .model, by: "maker")])
    #expect(lineage.nodeWeights == [Lineage.denominator])
    #expect(lineage.weights == [Weighted(contributor: "maker", weight: Lineage.denominator)])
  }

  @Test func weightsMultiplyAlongPathsAndAddOverADiamond() throws {
    let lineage = try diamond()
    // web is reached by 50% * 33.33% of the base and by 20% * 49.99% of the dialogues; over 10,000^2.
    let expected: [Int128] = [
      3_000 * 10_000, 5_000 * 4_000, 2_000 * 1, 5_000 * 3_333 + 2_000 * 4_999, 5_000 * 2_667 + 2_000 * 5_000,
    ]
    #expect(lineage.nodeWeights == expected.map { $0 * (Lineage.denominator / 100_000_000) })
    #expect(lineage.nodeWeights.reduce(0, +) == Lineage.denominator)
  }

  @Test func theAssetsOfOneContributorAreAddedBeforeRounding() throws {
    let lineage = try Lineage(
      root: "m",
      nodes: [
        asset("m", .model, by: "a", keeps: 3_333, from: [("d", 3_333), ("e", 3_334)]),
        asset("d", .dataset, by: "b"), asset("e", .dataset, by: "b"),
      ])
    #expect(try Apportionment.apportion(3, weights: lineage.weights) == [share("a", 1), share("b", 2)])
  }

  @Test func theOrderOfNodesAndParentsDoesNotChangeTheShares() throws {
    let lineage = try diamond()
    let expected = try Apportionment.apportion(1_000_003, weights: lineage.weights)
    var random = SplitMix64(state: 5)
    for _ in 0..<20 {
      var nodes = lineage.nodes.shuffled(using: &random)
      for at in nodes.indices { nodes[at].parents.shuffle(using: &random) }
      let shuffled = try Lineage(root: "chat", nodes: nodes)
      #expect(try Apportionment.apportion(1_000_003, weights: shuffled.weights) == expected)
    }
  }

  @Test func eightStepsOfOneBasisPointAreExact() throws {
    let lineage = try chain(steps: 8, keeps: 9_999)
    // 1 / 10,000^8 arrives at the end.
    #expect(lineage.nodeWeights.last == 1)
    #expect(lineage.nodeWeights.reduce(0, +) == Lineage.denominator)
  }

  @Test func weightsEqualTheSumOverAllPathsInSchoolbookArithmetic() throws {
    var random = SplitMix64(state: 6)
    for _ in 0..<40 {
      let lineage = try randomLineage(&random)
      var sums = [String: BigNat]()
      walk(lineage.root, BigNat(1), depth: 0, in: lineage, &sums)
      #expect(
        lineage.nodeWeights.map { BigNat($0).text } == lineage.nodes.map { (sums[$0.id] ?? BigNat(0)).text })
      #expect(lineage.nodeWeights.reduce(0, +) == Lineage.denominator)
    }
  }

  @Test func aLineageReadsBackFromItsCanonicalJSON() throws {
    let lineage = try diamond()
    let bytes = try JCS.encode(lineage.json)
    #expect(try Lineage(json: JCS.parse(bytes)) == lineage)
    let alone = try Lineage(root: "m", nodes: [asset("m", .model, by: "maker", claim: .confirmed)])
    #expect(
      String(decoding: try JCS.encode(alone.json), as: UTF8.self)
        == #"{"nodes":[{"claim":"confirmed","contributor":"maker","id":"m","kind":"model","name":"M","parents":[],"#
        + #""retained_bp":10000}],"root":"m"}"#)
  }
}

@Suite struct LineageRejectionTests {
  @Test func nineStepsAreTooDeep() {
    #expect(throws: CreditError.tooDeep("n9", depth: 9, limit: 8)) { try chain(steps: 9, keeps: 5_000) }
  }

  @Test func aShortPathDoesNotHideALongOne() throws {
    var nodes = try chain(steps: 8, keeps: 5_000).nodes
    nodes[8].retainedBasisPoints = 0
    nodes[8].parents = [LineageParent(id: "end", basisPoints: 10_000)]
    nodes[0].retainedBasisPoints = 4_000
    nodes[0].parents.append(LineageParent(id: "end", basisPoints: 1_000))
    nodes.append(asset("end", .dataset, by: "x"))
    #expect(throws: CreditError.tooDeep("end", depth: 9, limit: 8)) { try Lineage(root: "n0", nodes: nodes) }
  }

  @Test func cyclesAreRefusedByTheNameOfAMember() {
    #expect(throws: CreditError.cycle("m")) {
      try Lineage(root: "m", nodes: [asset("m", .model, by: "a", keeps: 1, from: [("m", 9_999)])])
    }
    #expect(throws: CreditError.cycle("a")) {
      // below is stuck too, but on no cycle.
      try Lineage(
        root: "m",
        nodes: [
          asset("below", .dataset, by: "x"), asset("m", .model, by: "x", keeps: 0, from: [("a", 10_000)]),
          asset("a", .dataset, by: "x", keeps: 0, from: [("a", 5_000), ("below", 5_000)]),
        ])
    }
    #expect(throws: CreditError.cycle("b")) {
      // The root is below the cycle.
      try Lineage(
        root: "m",
        nodes: [asset("m", .model, by: "x"), asset("b", .model, by: "x", keeps: 0, from: [("b", 1), ("m", 9_999)])])
    }
  }

  @Test func aLongCycleNamesOneOfItsMembers() {
    let ring = (0..<5).map { asset("r\($0)", .model, by: "x", keeps: 0, from: [("r\(($0 + 1) % 5)", 10_000)]) }
    #expect {
      try Lineage(root: "r0", nodes: ring)
    } throws: { error in
      guard case .cycle(let id)? = error as? CreditError else { return false }
      return id.hasPrefix("r")
    }
  }

  @Test func whatTheRootDoesNotReachIsRefused() {
    #expect(throws: CreditError.unreachable("stray")) {
      try Lineage(root: "m", nodes: [asset("m", .model, by: "a"), asset("stray", .dataset, by: "b")])
    }
  }

  @Test func unknownIdsAreRefusedWithTheNameOfWhoRefersToThem() {
    #expect(throws: CreditError.unknownAsset("x", in: "the root")) {
      try Lineage(root: "x", nodes: [asset("m", .model, by: "a")])
    }
    #expect(throws: CreditError.unknownAsset("x", in: "the root")) { try Lineage(root: "x", nodes: []) }
    #expect(throws: CreditError.unknownAsset("x", in: "asset 'm'")) {
      try Lineage(root: "m", nodes: [asset("m", .model, by: "a", keeps: 0, from: [("x", 10_000)])])
    }
  }

  @Test func duplicatesAreRefusedByName() {
    #expect(throws: CreditError.duplicate(what: "asset", "m")) {
      try Lineage(root: "m", nodes: [asset("m", .model, by: "a"), asset("m", .model, by: "b")])
    }
    #expect(throws: CreditError.duplicate(what: "parent of 'm':", "d")) {
      try Lineage(
        root: "m",
        nodes: [
          asset("m", .model, by: "a", keeps: 0, from: [("d", 5_000), ("d", 5_000)]), asset("d", .dataset, by: "b"),
        ])
    }
  }

  @Test(arguments: [(9_999, 0), (5_000, 4_999), (5_000, 5_001), (0, 0)])
  func basisPointsOfANodeMustAddUp(retained: Int, passed: Int) {
    #expect(throws: CreditError.basisPointsSum(of: "asset 'm'", retained + passed)) {
      try Lineage(
        root: "m",
        nodes: [asset("m", .model, by: "a", keeps: retained, from: [("d", passed)]), asset("d", .dataset, by: "b")])
    }
  }

  @Test(arguments: [-1, 10_001, .max, .min])
  func basisPointsOutOfRangeAreRefused(value: Int) {
    #expect(throws: CreditError.basisPointsOutOfRange(of: "asset 'm'", value)) {
      try Lineage(root: "m", nodes: [asset("m", .model, by: "a", keeps: value)])
    }
    #expect(throws: CreditError.basisPointsOutOfRange(of: "asset 'm'", value)) {
      try Lineage(
        root: "m", nodes: [asset("m", .model, by: "a", from: [("d", value)]), asset("d", .dataset, by: "b")])
    }
  }

  @Test func theRootMustBeAModelOrAnAdapter() throws {
    _ = try Lineage(root: "m", nodes: [asset("m", .adapter, by: "a")])
    for kind in AssetKind.allCases where kind != .model && kind != .adapter {
      #expect(throws: CreditError.rootKind("m", kind.rawValue)) {
        try Lineage(root: "m", nodes: [asset("m", kind, by: "a")])
      }
    }
  }

  @Test func nobodyCannotHaveConfirmed() {
    #expect(throws: CreditError.confirmedUnattributed("m")) {
      try Lineage(root: "m", nodes: [asset("m", .model, by: CreditID.unattributed, claim: .confirmed)])
    }
  }

  @Test func badIdsAndNamesAreRefused() {
    #expect(throws: CreditError.invalidID(what: "asset", "a b")) {
      try Lineage(root: "a b", nodes: [asset("a b", .model, by: "a")])
    }
    #expect(throws: CreditError.invalidID(what: "contributor", "")) {
      try Lineage(root: "m", nodes: [asset("m", .model, by: "")])
    }
    for name in ["\u{1b}[31m", "a\u{85}", String(repeating: "\u{e9}", count: 129)] {
      var node = asset("m", .model, by: "a")
      node.name = name
      #expect(throws: CreditError.invalidName(name, asset: "m")) { try Lineage(root: "m", nodes: [node]) }
    }
  }

  @Test func theMostAssetsAreReadAndOneMoreIsRefused() throws {
    var nodes = [asset("m", .model, by: "a", keeps: 10_000, from: (1...4_095).map { ("d\($0)", 0) })]
    nodes += (1...4_095).map { asset("d\($0)", .dataset, by: "b\($0)") }
    #expect(try Lineage(root: "m", nodes: nodes).weights.count == 4_096)
    nodes.append(asset("d4096", .dataset, by: "b"))
    #expect(throws: CreditError.tooMany(what: "assets", count: 4_097, limit: 4_096)) {
      try Lineage(root: "m", nodes: nodes)
    }
  }

  @Test func tooManyLinksAreRefused() {
    let links = (0...65_536).map { ("d\($0)", 0) }
    #expect(throws: CreditError.tooMany(what: "links to parents", count: 65_537, limit: 65_536)) {
      try Lineage(root: "m", nodes: [asset("m", .model, by: "a", from: links)])
    }
  }
}

func asset(
  _ id: String, _ kind: AssetKind, by contributor: String, claim: Claim = .declared, keeps retained: Int = 10_000,
  from parents: [(String, Int)] = []
) -> LineageNode {
  LineageNode(
    id: id, kind: kind, name: id.uppercased(), contributor: contributor, claim: claim, retainedBasisPoints: retained,
    parents: parents.map { LineageParent(id: $0.0, basisPoints: $0.1) })
}

func diamond() throws -> Lineage {
  try Lineage(
    root: "chat",
    nodes: [
      asset("chat", .model, by: "tuner", keeps: 3_000, from: [("base", 5_000), ("dialogues", 2_000)]),
      asset("base", .model, by: "lab", keeps: 4_000, from: [("web", 3_333), ("books", 2_667)]),
      asset("dialogues", .dataset, by: "writers", keeps: 1, from: [("web", 4_999), ("books", 5_000)]),
      asset("web", .dataset, by: CreditID.unattributed), asset("books", .dataset, by: "library"),
    ])
}

/// n0 -> n1 -> ... -> n(steps); each passes on what it does not keep.
private func chain(steps: Int, keeps retained: Int) throws -> Lineage {
  let passing = (0..<steps).map { at in
    asset("n\(at)", .model, by: "c\(at)", keeps: retained, from: [("n\(at + 1)", 10_000 - retained)])
  }
  return try Lineage(root: "n0", nodes: passing + [asset("n\(steps)", .dataset, by: "end")])
}

/// Up to eight layers; each asset passes to some of the layers below, so that short and long paths meet.
private func randomLineage(_ random: inout SplitMix64) throws -> Lineage {
  let layers = Int.random(in: 2...9, using: &random)
  let ids = (0..<layers).map { layer in
    (0..<(layer == 0 ? 1 : Int.random(in: 1...3, using: &random))).map { "n\(layer)-\($0)" }
  }
  var nodes: [LineageNode] = []
  for (layer, names) in ids.enumerated() {
    for name in names {
      var left = 10_000
      var parents: [(String, Int)] = []
      // All of the next layer, so that everything is reached, and any of the ones below it.
      for parent in ids.dropFirst(layer + 1).enumerated().flatMap({ at, below in
        below.filter { _ in at == 0 || random.next() % 4 == 0 }
      }) {
        let part = Int.random(in: 0...left, using: &random)
        parents.append((parent, part))
        left -= part
      }
      nodes.append(asset(name, layer == 0 ? .model : .dataset, by: "c\(random.next() % 5)", keeps: left, from: parents))
    }
  }
  return try Lineage(root: "n0-0", nodes: nodes.shuffled(using: &random))
}

/// Adds what `id` keeps on this one path, over 10,000^8, to `sums`.
private func walk(_ id: String, _ mass: BigNat, depth: Int, in lineage: Lineage, _ sums: inout [String: BigNat]) {
  guard let node = lineage.nodes.first(where: { $0.id == id }) else { return }
  // mass is over 10,000^depth; one factor goes to what is kept.
  let (kept, rest) = (0..<(8 - depth)).reduce(mass * BigNat(node.retainedBasisPoints)) { scaled, _ in
    scaled * BigNat(10_000)
  }.divided(by: BigNat(10_000))
  precondition(rest == BigNat(0))
  sums[id] = (sums[id] ?? BigNat(0)) + kept
  for parent in node.parents {
    walk(parent.id, mass * BigNat(parent.basisPoints), depth: depth + 1, in: lineage, &sums)
  }
}
