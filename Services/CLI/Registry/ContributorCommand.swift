import ArgumentParser
import Credit
import Cryptography
import Foundation
import Receipts

struct ContributorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contributor",
    abstract: "Register who may earn credit, in the log.",
    discussion: """
      A contributor is an id, a key that speaks for it, a name and perhaps where its money goes: all of it public and for
      ever. The first key that registers an id keeps it.
      """,
    subcommands: [ContributorAdd.self, ContributorList.self])
}

struct ContributorAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Register a contributor, or change its name or payout, with a key of its own.",
    discussion: "The key is made under the data folder, and the log is told to admit its contributions.")

  @Argument(help: "The id that shares name.") var id: String
  @Option(help: "For people; by default the id.") var name: String?
  @Option(help: "Where money goes, as a payment pointer or an address. Public.") var payout: String?
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let folder = try ContributorFolder(id, data)
      let key = try folder.key()
      let contributor: Contributor
      do {
        contributor = try Contributor(id: id, key: key.publicKey, name: name ?? id, payout: payout)
      } catch { throw Failure("\(error)", status: 64) }
      let signed = try RegistryReader.sign(
        .contributor(contributor), issuer: contributor.issuer, issuedAt: Int64(Date().timeIntervalSince1970), with: key)
      let index = try await RegistryClient.with(data) { client in
        try RegistrationFile(data).admit(
          .init(issuer: contributor.issuer, key: contributor.key, kinds: [.contribution]))
        // Said again it would be another statement, by its time alone.
        let before = try await client.read().registry.members[id]
        if let before, before.contributor == contributor { return before.since }
        let index = try await client.register(signed)
        let registry = try await client.read()
        guard registry.registry.contributor(of: signed.keyID) == id else {
          let why = registry.void.last { $0.index == index }?.why
          throw Failure("registered at index \(index) and void: \(why.map { "\($0)" } ?? "unknown")", status: 65)
        }
        return registry.registry.members[id]?.since ?? index
      }
      try folder.keep(contributor)
      Console.out("contributor \(id), key sha256:\(Hex.encode(signed.keyID)), since log index \(index)")
    }
  }
}

struct ContributorList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The contributors that the log has, by their ids.")

  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let reader = try await RegistryClient.with(data) { try await $0.read() }
      for (id, member) in reader.registry.members.sorted(by: { $0.key < $1.key }) {
        let payout = member.contributor.payout.map { "  \(ExportText.visible($0))" } ?? ""
        Console.out("\(id)  \(ExportText.visible(member.contributor.name))  since \(member.since)\(payout)")
      }
      for void in reader.void { Console.error("void at index \(void.index): \(ExportText.visible("\(void.why)"))") }
    }
  }
}
