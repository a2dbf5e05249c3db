import Codec
import Credit
import Cryptography
import Receipts
import Testing

@Suite struct RegistryReaderTests {
  private func key(_ name: String) throws -> SigningKey { try SigningKey(seed: SHA256.hash(Array(name.utf8)).bytes) }

  private func person(_ id: String) throws -> Contributor {
    try Contributor(id: id, key: key(id).publicKey, name: id)
  }

  private func sign(_ contribution: Contribution, by id: String, issuer: String? = nil) throws -> [UInt8] {
    try RegistryReader.sign(
      contribution, issuer: issuer ?? person(id).issuer, issuedAt: 1, with: key(id)
    ).bytes
  }

  @Test func theStatementsOfALogMakeTheRegistry() throws {
    let asset = try Asset(
      id: "c", kind: .documents, name: "C", licence: "MIT", contents: [SHA256.hash([1])])
    let salt = SHA256.hash([2])
    let digest = try Contribution.commitment(to: asset, by: COSEKey(key("ada").publicKey).keyID, salt: salt)
    var reader = RegistryReader()
    reader.add(try sign(.contributor(person("ada")), by: "ada"), at: 3)
    reader.add(try sign(.commitment(digest), by: "ada"), at: 5)
    reader.add(try sign(.asset(.init(asset, committedAt: 5, salt: salt)), by: "ada"), at: 6)
    #expect(reader.void.isEmpty)
    #expect(reader.registry.owner(of: SHA256.hash([1]))?.contributor == "ada")
  }

  @Test func whatNobodySignedForItselfIsVoid() throws {
    let ada = try person("ada")
    let sound = try sign(.contributor(ada), by: "ada")
    let commitment = Contribution.commitment(SHA256.hash([1]))
    func other(subject: String, digest: Digest32, kind: StatementKind = .contribution) throws -> [UInt8] {
      try SignedStatement(
        signing: Statement(
          kind: kind, issuer: ada.issuer, subject: subject, subjectDigest: digest, issuedAt: 1,
          predicate: commitment.json), with: key("ada")
      ).bytes
    }
    let wrong: [(String, [UInt8])] = [
      ("the key of somebody else", try sign(.contributor(ada), by: "eve", issuer: ada.issuer)),
      ("the issuer of somebody else", try sign(.contributor(ada), by: "ada", issuer: "urn:colophon:contributor:eve")),
      ("another spelling of the issuer", try sign(.contributor(ada), by: "ada", issuer: ada.issuer + "/")),
      ("a stranger's commitment", try sign(commitment, by: "eve")),
      ("another subject", try other(subject: "commitment/1", digest: commitment.digest())),
      ("another digest", try other(subject: commitment.subject(), digest: SHA256.hash([]))),
      ("another kind", try other(subject: commitment.subject(), digest: commitment.digest(), kind: .tombstone)),
      ("no statement", [1, 2, 3]),
    ]
    for (at, item) in wrong.enumerated() {
      var reader = RegistryReader()
      reader.add(sound, at: 1)
      reader.add(item.1, at: 2)
      #expect(reader.void.map(\.index) == [2], "\(item.0)")
      #expect(reader.registry.members.keys.sorted() == ["ada"], "\(at)")
    }
    var flipped = sound
    flipped[flipped.count - 1] ^= 1
    var reader = RegistryReader()
    reader.add(flipped, at: 1)
    #expect(reader.registry.members.isEmpty && reader.void.count == 1)
  }

  @Test func aContributionThatIsNoneIsNotSigned() throws {
    let predicate: JSON = ["type": "commitment", "commitment": "x"]
    #expect(throws: ReceiptError.self) {
      try SignedStatement(
        signing: Statement(
          kind: .contribution, issuer: "i", subject: "s", subjectDigest: SHA256.hash([]), issuedAt: 1,
          predicate: predicate), with: key("ada"))
    }
  }
}
