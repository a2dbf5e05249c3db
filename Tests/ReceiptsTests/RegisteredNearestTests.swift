import Credit
import Cryptography
import Testing

@testable import Receipts

/// The classes of registered records by their vectors, and what they earn by an answer's.
@Suite struct RegisteredNearestTests {
  private static let encoder = SHA256.hash([6])
  private static let texts = ["north", "northeast", "east", "south", "nearly north"]
  private static let vectors: [[Int8]] = [[0, 100], [70, 70], [100, 0], [0, -100], [1, 99]]

  private static func id(_ text: String) -> Digest32 { SHA256.hash(Array(text.utf8)) }

  /// ada registered the first two at 10, bob the third at 11, eve the last two at 12: revealed at 20 to 22.
  private static func registry() throws -> Registry {
    try registry([("ada", texts[..<2].map(id)), ("bob", [id(texts[2])]), ("eve", texts[3...].map(id))])
  }

  /// Each contributor's asset.
  static func registry(_ holders: [(String, [Digest32])]) throws -> Registry {
    var registry = Registry()
    let salt = SHA256.hash([7])
    func key(_ name: String) -> [UInt8] { SHA256.hash(Array(name.utf8)).bytes }
    for (at, holder) in holders.enumerated() {
      let contributor = try Contributor(
        id: holder.0, key: SigningKey(seed: key(holder.0)).publicKey, name: holder.0)
      try registry.add(.contributor(contributor), keyID: key(holder.0), at: UInt64(at))
    }
    let assets = try holders.map { name, contents in
      try Asset(id: "\(name)'s", kind: .documents, name: name, licence: "MIT", contents: contents.sorted())
    }
    // Of many holders one behind the other.
    let (first, second) = (max(10, holders.count), max(20, 2 * holders.count))
    for (at, holder) in holders.enumerated() {
      let digest = try Contribution.commitment(to: assets[at], by: key(holder.0), salt: salt)
      try registry.add(.commitment(digest), keyID: key(holder.0), at: UInt64(first + at))
    }
    for (at, holder) in holders.enumerated() {
      let reveal = Contribution.Reveal(assets[at], committedAt: UInt64(first + at), salt: salt)
      try registry.add(.asset(reveal), keyID: key(holder.0), at: UInt64(second + at))
    }
    return registry
  }

  private static func formed(
    _ form: NearestParameters.Form, size: UInt64 = 30, nearBasisPoints: Int = 9_500, texts: [String] = texts
  ) throws -> RegisteredNearest {
    let known = Dictionary(uniqueKeysWithValues: zip(Self.texts, vectors)).filter { texts.contains($0.key) }
    return try RegisteredNearest(
      Dictionary(uniqueKeysWithValues: known.map { (id($0.key), $0.value) }), by: encoder, in: registry(),
      at: RegistrySnapshot(size: size, root: SHA256.hash([1])),
      policy: NearestParameters(form, shift: 0, nearBasisPoints: nearBasisPoints))
  }

  private static func scores(_ lines: [NearestLine]) -> [Digest32: Int64] {
    Dictionary(uniqueKeysWithValues: lines.map { ($0.record, $0.score) })
  }

  @Test func `what is nearer earns more, and a near copy nothing of its own`() throws {
    let one = try Self.formed(.nearest(KNNShapley(neighbours: 1)))
    #expect(one.classCount == 4 && one.registry.size == 30)
    // Dot products 9000, 7000, 1000, -9000; S = 2^40. By hand: s_3 = 1000 [S/3], s_2 = s_3 + 6000 [S/2], s_1 = s_2 + 2000 S.
    let lines = try one.lines([[10, 90]])
    #expect(
      Self.scores(lines) == [
        Self.id("east"): 366_503_875_925_000, Self.id("northeast"): 3_665_038_759_253_000,
        Self.id("north"): 5_864_062_014_805_000,
      ])
    #expect(lines.map(\.committed) == [10, 10, 11] && lines.map(\.line) == [0, 1, 2])
    #expect(lines.map(\.contributor) == ["ada", "ada", "bob"] && lines[2].asset == "bob's")
    #expect(lines[0].record < lines[1].record)
    #expect(try one.lines(Array(repeating: [10, 90], count: 8)).count == 3)
    // Choices add up, and one that asks nothing adds nothing.
    let twice = try one.lines([[10, 90], [], [10, 90]])
    #expect(Self.scores(twice) == Self.scores(lines).mapValues { 2 * $0 })
    #expect(try one.lines([[]]).isEmpty && one.lines([]).isEmpty)
    // Where nothing is one class but what is equal, the copy is nearer than the original.
    let apart = try Self.formed(.nearest(KNNShapley(neighbours: 1)), nearBasisPoints: 10_000)
    #expect(apart.classCount == 5)
    #expect(try apart.lines([[10, 90]]).contains { $0.contributor == "eve" })
  }

  @Test func `all within a radius share by their worth`() throws {
    let within = try Self.formed(.within(ThresholdKNNShapley(radius: 7_000)))
    // Two of h 9000 and 7000: 10000 [S/2] and 6000 [S/2].
    #expect(
      Self.scores(try within.lines([[10, 90]])) == [
        Self.id("north"): 10_000 << 39, Self.id("northeast"): 6_000 << 39,
      ])
    // Dot products 9000 and 0: the second is below the mean, and what is below zero is dropped or counts.
    let negative = try Self.formed(.within(ThresholdKNNShapley(radius: -1_000, negatives: .net)))
    let dropped = try Self.formed(.within(ThresholdKNNShapley(radius: -1_000)))
    let query: [Int8] = [0, 90]
    #expect(try negative.lines([query]).contains { $0.score < 0 && $0.contributor == "bob" })
    #expect(try dropped.lines([query]).allSatisfy { $0.score > 0 })
  }

  @Test func `a snapshot has what was registered then, of the texts that are known`() throws {
    let method = NearestParameters.Form.nearest(try KNNShapley(neighbours: 1))
    let early = try Self.formed(method, size: 21)
    #expect(try early.classCount == 2 && early.lines([[10, 90]]).allSatisfy { $0.contributor == "ada" })
    let later = try Self.formed(method, size: 22)
    #expect(later.classCount == 3 && early.registry.records != later.registry.records)
    let fewer = try Self.formed(method, texts: ["north", "east"])
    #expect(fewer.classCount == 2)
    let none = try Self.formed(method, size: 20)
    #expect(try none.classCount == 0 && none.lines([[10, 90]]).isEmpty)
    let opened = try AnswerNearest(
      Opening(salt: World.salt("nearest"), data: later.data(of: [[10, 90], []])), of: ["a", ""])
    #expect(opened.lines.count == 3 && opened.classes == 3 && opened.encoder == Self.encoder)
  }

  @Test func `vectors of another width, or too many lines, are refused`() throws {
    let one = try Self.formed(.nearest(KNNShapley(neighbours: 1)))
    #expect(throws: ReceiptError.self) { try one.lines([[1, 2, 3]]) }
    #expect(throws: ReceiptError.self) { try one.lines(Array(repeating: [1, 2], count: 9)) }
    #expect(throws: CreditError.self) {
      try RegisteredNearest(
        [Self.id("north"): [1, 2], Self.id("east"): [1]], by: Self.encoder, in: Self.registry(),
        at: RegistrySnapshot(size: 30, root: SHA256.hash([1])),
        policy: NearestParameters(.nearest(KNNShapley(neighbours: 1)), shift: 0, nearBasisPoints: 9_500))
    }
  }

  @Test func `a snapshot has 2^18 records and no more`() throws {
    let limit = 1 << 18
    let ids = try (0...limit).map { number in
      try Digest32([UInt8](repeating: 0, count: 28) + BigEndian.bytes(UInt32(number)))
    }
    let holders = stride(from: 0, to: ids.count, by: 4_096).map { ("c\($0)", Array(ids[$0...].prefix(4_096))) }
    let registry = try Self.registry(holders)
    var vectors = Dictionary(uniqueKeysWithValues: ids.map { ($0, [Int8(1)]) })
    func formed() throws -> RegisteredNearest {
      try RegisteredNearest(
        vectors, by: Self.encoder, in: registry, at: RegistrySnapshot(size: 1_000, root: SHA256.hash([1])),
        policy: NearestParameters(.nearest(KNNShapley(neighbours: 1)), shift: 0, nearBasisPoints: 9_500))
    }
    #expect(throws: CreditError.tooMany(what: "registered records", count: limit + 1, limit: limit)) { try formed() }
    vectors[ids[0]] = nil
    #expect(try formed().classCount == 1)
  }

  @Test func `a statement is made from so many lines and no more`() throws {
    let limit = 16_384
    var (random, vectors): (UInt64, [Digest32: [Int8]]) = (1, [:])
    for number in 0...limit {
      let vector = (0..<16).map { _ in
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int8(1 + random >> 40 % 100)
      }
      vectors[SHA256.hash(Array("\(number)".utf8))] = vector
    }
    let records = vectors.keys.sorted()
    let holders = (0..<5).map { at in ("c\(at)", records.enumerated().filter { $0.offset % 5 == at }.map(\.element)) }
    func lines(_ vectors: [Digest32: [Int8]]) throws -> [NearestLine] {
      try RegisteredNearest(
        vectors, by: Self.encoder, in: Self.registry(holders), at: RegistrySnapshot(size: 30, root: SHA256.hash([1])),
        policy: NearestParameters(.nearest(KNNShapley(neighbours: 1)), shift: 0, nearBasisPoints: 10_000)
      ).lines([Array(repeating: 1, count: 16)])
    }
    let error = #expect(throws: ReceiptError.self) { try lines(vectors) }
    #expect(error.map { "\($0)" }?.contains("would credit \(limit + 1) classes") == true)
    vectors[records[0]] = nil
    #expect(try lines(vectors).count == limit)
  }
}
