import Testing

@testable import MerkleLog

@Suite struct LogListTests {
  static func vkey(_ name: String, _ seed: String) throws -> String {
    try NoteSigner(name: name, key: key(seed)).verifierKey.description
  }

  @Test func aListIsReadAsThePublicNetworkWritesIt() throws {
    let text = """
      # List: test

      logs/v0

      # one
      vkey \(try Self.vkey("a.example", "a"))
      origin none
      qpd 86400
      bastion none
      contact sysadmin (at) a.example
      vkey \(try Self.vkey("b.example", "b"))
      origin b.example/other

      """
    let logs = try LogList.parse(text)
    #expect(logs.map(\.origin) == ["a.example", "b.example/other"])
    #expect(logs.map(\.key.name) == ["a.example", "b.example"])
    #expect(try LogList.parse("logs/v0").isEmpty)
  }

  @Test func aListThatSaysSomethingElseIsRefusedWithItsLine() throws {
    let (a, b) = (try Self.vkey("a.example", "a"), try Self.vkey("b.example", "b"))
    let witness = try CheckpointTests.witness(0).verifierKey.description
    for (text, line, word) in [
      ("", 1, "logs/v0"), ("logs/v1\n", 1, "logs/v0"), ("vkey \(a)\n", 1, "logs/v0"),
      ("logs/v0\norigin x\n", 2, "before the vkey"), ("logs/v0\nqpd 1\n", 2, "before the vkey"),
      ("logs/v0\nvkey\n", 2, "keyword"), ("logs/v0\nvkey \(a)x\n", 2, "verifier key"),
      ("logs/v0\nvkey \(a)\nkey 1\n", 3, "none of"), ("logs/v0\nvkey \(a)\norigin a b\n", 2, "origin"),
      ("logs/v0\nvkey \(witness)\n", 2, "type 1"),
      ("logs/v0\nvkey \(a)\nvkey \(b)\norigin a.example\n", 3, "listed twice"),
    ] {
      let error = #expect(throws: LogList.Failure.self) { try LogList.parse(text) }
      #expect(error?.line == line && error?.why.contains(word) == true, "\(text): \(String(describing: error))")
    }
  }
}
