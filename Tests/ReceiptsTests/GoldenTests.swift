import Codec
import Cryptography
import FoundationEssentials
import Testing

@testable import Receipts

/// The format is frozen: these bytes must not change. FORMAT.md shows the same values, and is held to them here.
@Suite struct GoldenTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  private func vector(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: Self.root.appending(path: "Vectors/receipts/\(name)")))
  }

  @Test func `the fixed world makes the frozen bundle, and the frozen policy accepts it`() throws {
    let bundle = try World().sealed().bundle.encoded()
    #expect(bundle == (try vector("bundle.json")))
    let trust = try TrustPolicy(vector("trust.json"))
    #expect(trust == (try World.trust()))
    #expect(BundleVerifier(policy: trust).verify(bundle).isAccepted)
  }

  @Test func `the execution statement's payload and digest are frozen`() throws {
    let execution = try #require(World().sealed().statements[.execution])
    #expect(execution.payload == (try vector("execution.json")))
    #expect(execution.digest.hex == "66060ccf2a368205ec74c561d3a4642fb93774f271b610d01e0818a5614aea82")
  }

  @Test func `commitments and chains are frozen`() throws {
    let salt = [UInt8](0..<32)
    let data = Array("abc".utf8)
    let expected: [(DomainTag, String)] = [
      (.commitmentRequest, "f7f267d488662bc3de6cf3b4741fab8df80b3846fb72b37e0995bd37e70da8c8"),
      (.commitmentMessage, "10ac6f2f7ad367a210b039fbfd897b424cb49f67a355ea8f6add0cc2c1bd8766"),
      (.commitmentContent, "1bcce733ff824c9b38ff60ee414e9f7af4b5db7b12eb1d6ea927a57d9e4470f6"),
      (.commitmentTokens, "3f673026e24c8a5b6ccea4128cd017256af67c54f4945cd1ee07907d643907ef"),
      (.commitmentWire, "86aa7e3a575a77458cc4d831be2de582d80ceade959adb68b3f16c5067540626"),
    ]
    for (tag, hex) in expected { #expect(Commitment.make(tag, salt: salt, data: data).hex == hex) }
    var chain = StreamChain(salt: salt, id: World.id)
    #expect(chain.head.hex == "2ccd4e8112fc2523c5fa1501ddab161e3027d70ee5bd85db97a0739489686f7c")
    chain.append(data)
    #expect(chain.head.hex == "cb20173b11ca82329c3fcd23d5794996e2d12e7ac9c804b7ae7a31d563ed1df2" && chain.chunks == 1)
    #expect(
      SHA256.hash(DomainTag.activation.prefix + salt).hex
        == "2ca2601ca1536488b11dffe484eaa9243ea518c368f1f17465986f501ff722e3")
  }

  @Test func `the page shows these very values`() throws {
    let file = Self.root.deletingLastPathComponent().appending(path: "Shared/Receipts/FORMAT.md")
    let page = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    let sealed = try World().sealed()
    let execution = try #require(sealed.statements[.execution])
    let salt = [UInt8](0..<32)
    var chain = StreamChain(salt: salt, id: World.id)
    chain.append(Array("abc".utf8))
    let shown =
      [
        Commitment.make(.commitmentRequest, salt: salt, data: Array("abc".utf8)).hex, chain.head.hex,
        SHA256.hash(DomainTag.activation.prefix + salt).hex, execution.digest.hex, Hex.encode(execution.keyID),
        String(decoding: execution.payload, as: UTF8.self), Hex.encode(Array(execution.bytes.prefix(156))),
      ] + Bundle.doesNotShow + StatementKind.allCases.map { "`\($0)`" } + DomainTag.allCases.map(\.rawValue)
    for text in shown { #expect(page.contains(text), "FORMAT.md does not show \(text)") }
  }
}
