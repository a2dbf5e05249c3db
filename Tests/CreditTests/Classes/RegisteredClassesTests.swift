import Codec
import Cryptography
import Testing

@testable import Credit

/// Near copies of registered texts are their originals'.
@Suite struct RegisteredClassesTests {
  private static let text = (0..<80).map { "word\($0)" }.joined(separator: " ")
  /// The same with one word more, and with other white space and letters.
  private static let copy = text + " more"
  private static let shouted = text.uppercased().replacing(" ", with: " \n\t")
  private static let other = (100..<180).map { "word\($0)" }.joined(separator: " ")

  private func id(_ text: String) -> Digest32 { SHA256.hash(Array(text.utf8)) }

  /// A registry in which each of `holders` committed to a text, in this order, at 10, 20, ..., and revealed it in the order
  /// of `reveals`.
  private func registry(_ holders: [(String, String)], reveals: [Int]? = nil) throws -> Registry {
    var registry = Registry()
    let salt = SHA256.hash([7])
    func key(_ id: String) -> [UInt8] { SHA256.hash(Array(id.utf8)).bytes }
    for (at, name) in Set(holders.map(\.0)).sorted().enumerated() {
      let contributor = try Contributor(id: name, key: SigningKey(seed: key(name)).publicKey, name: name)
      try registry.add(.contributor(contributor), keyID: key(name), at: UInt64(at))
    }
    let assets = try holders.enumerated().map { at, holder in
      try Asset(id: "a\(at)", kind: .documents, name: "a", licence: "MIT", contents: [id(holder.1)])
    }
    for (at, holder) in holders.enumerated() {
      let digest = try Contribution.commitment(to: assets[at], by: key(holder.0), salt: salt)
      try registry.add(.commitment(digest), keyID: key(holder.0), at: UInt64(10 * (at + 1)))
    }
    for (place, at) in (reveals ?? Array(holders.indices)).enumerated() {
      try registry.add(
        .asset(.init(assets[at], committedAt: UInt64(10 * (at + 1)), salt: salt)), keyID: key(holders[at].0),
        at: UInt64(1000 + place))
    }
    return registry
  }

  private func classes(
    _ registry: Registry, _ texts: [String], size: UInt64 = 5000, seed: UInt8 = 1
  ) throws -> RegisteredClasses {
    try RegisteredClasses(
      Dictionary(uniqueKeysWithValues: texts.map { (id($0), NearTexts.tokens($0)) }), in: registry, size: size,
      seed: SHA256.hash([seed]), near: NearTexts(shingle: 3, words: 128, nearBasisPoints: 8_000))
  }

  private func owner(_ classes: RegisteredClasses, _ text: String) -> String? {
    classes.owner(of: id(text), tokens: NearTexts.tokens(text))?.holding.contributor
  }

  @Test func aNearCopyIsItsOriginalsWhoeverRegisteredIt() throws {
    let registry = try registry([("ada", Self.text), ("eve", Self.copy), ("bob", Self.other)])
    for seed in 1...4 as ClosedRange<UInt8> {
      let all = try classes(registry, [Self.text, Self.copy, Self.other], seed: seed)
      let owners = [Self.text, Self.copy, Self.shouted, Self.copy + " and more", Self.other, "nothing of it"]
        .map { owner(all, $0) }
      #expect(owners == ["ada", "ada", "ada", "ada", "bob", nil])
      #expect(all.owner(of: id(Self.copy), tokens: [])?.leader == id(Self.text), "one that was scanned needs no tokens")
    }
  }

  @Test func whoCommittedFirstLeadsWhateverWasRevealedFirst() throws {
    let registry = try registry([("ada", Self.text), ("eve", Self.copy)], reveals: [1, 0])
    let both = [Self.text, Self.copy]
    #expect(try owner(classes(registry, both, size: 1001), Self.text) == "eve", "ada's was not revealed then")
    #expect(try owner(classes(registry, both, size: 1002), Self.copy) == "ada")
  }

  @Test func aTextWhoseBytesAreNotKnownKeepsItsPlaceInTheOrder() throws {
    let late = try registry([("ada", Self.text), ("eve", Self.copy)])
    #expect(try owner(classes(late, [Self.text]), Self.copy) == "ada", "an older leader that it is near")
    let early = try registry([("eve", Self.copy), ("ada", Self.text)])
    #expect(try owner(classes(early, [Self.text]), Self.copy) == "eve", "its own commitment is older")
    #expect(try owner(classes(early, []), Self.copy) == "eve")
  }

  @Test func splittingATextOverNamesLeavesOneClass() throws {
    let names = (0..<4).map { ("eve\($0)", Self.text + String(repeating: " x", count: $0 + 1)) }
    let registry = try registry([("ada", Self.text)] + names)
    let all = try classes(registry, [Self.text] + names.map(\.1))
    #expect(Set(names.map { owner(all, $0.1) }) == ["ada"])
  }

  @Test func theRecordsAreNamedByTheirIds() throws {
    let registry = try registry([("ada", Self.text), ("bob", Self.other)])
    let ids = [id(Self.text), id(Self.other)].sorted()
    let prefix = Array("colophon/records/v1".utf8) + [0]
    #expect(try classes(registry, [Self.text, Self.other]).records == SHA256.hash(prefix + ids.flatMap(\.bytes)))
    #expect(
      try classes(registry, [Self.text, Self.other, "not registered"]).records
        == classes(registry, [Self.text, Self.other]).records)
    #expect(try classes(registry, []).records == SHA256.hash(prefix))
  }

  @Test func tokensAreOfWordsAlone() {
    let word = SHA256.hash(Array("colophon/word/v1".utf8) + [0] + Array("rain".utf8)).bytes
    let token = word.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    #expect(NearTexts.tokens(" Rain\t\r\n\u{0B}\u{0C}RAIN ") == [token, token])
    #expect(NearTexts.tokens(" \n").isEmpty && NearTexts.tokens("É") != NearTexts.tokens("é"))
  }

  @Test func aPolicySaysAllOfItOrNothing() throws {
    func policy(_ members: String) throws -> AttributionPolicy {
      try AttributionPolicy(
        json: JSON(
          parsing: Array(
            #"{"id":"p","roles":[{"role":"r","basis_points":10000,"method":"context-shapley/1"\#(members)}]}"#.utf8)))
    }
    let near = try policy(#","shingle":3,"words":64,"near_bp":8000"#)
    #expect(try near.near == NearTexts(shingle: 3, words: 64, nearBasisPoints: 8_000) && near.creditsDocuments)
    #expect(try AttributionPolicy(json: near.json) == near && near.methodNotServed == nil)
    #expect(try policy("").near == nil && policy("").creditsDocuments)
    for wrong in [
      #","shingle":3,"words":64"#, #","near_bp":8000"#, #","shingle":0,"words":64,"near_bp":8000"#,
      #","shingle":3,"words":513,"near_bp":8000"#, #","shingle":3,"words":64,"near_bp":10001"#,
      #","shingle":3,"words":64,"near_bp":8000,"seed":1"#,
    ] { #expect(throws: CreditError.self, "\(wrong)") { try policy(wrong) } }
  }
}
