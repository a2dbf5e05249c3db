import ArgumentParser

struct EvidenceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evidence", abstract: "Evidence of trusted hardware.",
    subcommands: [EvidenceAppraise.self, EvidenceReport.self])
}
