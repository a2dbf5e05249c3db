import ArgumentParser
import Credit
import Foundation
import Receipts

struct AssetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "asset",
    abstract: "Register what a contributor brought: commit to it first, reveal it later.",
    discussion: """
      A commitment in the log says that something exists and hides what. Revealed, it proves that its contributor had it
      when it was committed to: each file belongs to whoever committed to it first, so that to copy what was revealed
      earns nothing. A commitment that is not revealed within 2^20 log entries is void.
      """,
    subcommands: [AssetCommit.self, AssetReveal.self, AssetList.self])
}

struct AssetReveal: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reveal", abstract: "Say what was committed to, from the opening that commit kept here.")

  @Argument(help: "The asset's id.") var id: String
  @Option(help: "The contributor that committed to it.") var contributor: String
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let folder = try ContributorFolder(contributor, data)
      let own = try folder.contributor()
      guard let kept = try KeptOpening(folder.opening(of: id)), let at = kept.index else {
        throw Failure("no commitment of \(contributor) to \(id) is kept here: colophon asset commit \(id)", status: 66)
      }
      let signed = try RegistryReader.sign(
        .asset(Contribution.Reveal(kept.asset, committedAt: at, salt: kept.salt)), issuer: own.issuer,
        issuedAt: Int64(Date().timeIntervalSince1970), with: try folder.key())
      let (index, reader) = try await RegistryClient.with(data) { client in
        // Said again it would be another statement, by its time alone.
        let before = try await client.read()
        if let holding = before.registry.holdings[at] { return (holding.revealed, before) }
        return (try await client.register(signed), try await client.read())
      }
      guard let holding = reader.registry.holdings[at], holding.contributor == contributor else {
        let why = reader.void.last { $0.index == index }?.why
        throw Failure("revealed at index \(index) and void: \(why.map { "\($0)" } ?? "unknown")", status: 65)
      }
      let owned = holding.asset.contents.filter { reader.registry.owner(of: $0)?.committed == at }.count
      Console.out("asset \(id) of \(contributor), committed at \(at), revealed at log index \(index)")
      Console.out("owns \(owned) of its \(holding.asset.contents.count) contents")
    }
  }
}

struct AssetList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The assets that the log has revealed, in the order of their commitments.")

  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let reader = try await RegistryClient.with(data) { try await $0.read() }
      let registry = reader.registry
      for (at, holding) in registry.holdings.sorted(by: { $0.key < $1.key }) {
        let owned = holding.asset.contents.filter { registry.owner(of: $0)?.committed == at }.count
        let id = registry.holding(of: holding.asset.id)?.committed == at ? holding.asset.id : "(\(holding.asset.id))"
        Console.out(
          "\(at)  \(id)  \(holding.asset.kind.rawValue)  \(holding.contributor)  owns \(owned) of "
            + "\(holding.asset.contents.count)  \(ExportText.visible(holding.asset.licence))  "
            + ExportText.visible(holding.asset.name))
      }
      for void in reader.void { Console.error("void at index \(void.index): \(ExportText.visible("\(void.why)"))") }
    }
  }
}
