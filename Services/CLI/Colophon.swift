import ArgumentParser

@main
struct Colophon: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "colophon",
    abstract: "Answers from a language model, each with a receipt that anyone can check.",
    discussion: """
      Start:    colophon model add smollm2 && colophon up
      Ask:      colophon ask "What is the capital of France?" --bundle answer.bundle.json
      Check:    colophon verify answer.bundle.json --trust .colophon/trust.json

      The check needs no network and trusts nobody but the keys in the trust policy, which is yours to edit.
      """,
    version: SuiteVersion.text,
    subcommands: [
      Up.self,
      Ask.self,
      Verify.self,
      Disclose.self,
      EvidenceCommand.self,
      ReceiptCommand.self,
      Export.self,
      LogCommand.self,
      ModelCommand.self,
      Keys.self,
      Tokenize.self,
      Score.self,
      Embed.self,
      Bench.self,
      Migrate.self,
      BackupCommand.self,
      RestoreCommand.self,
      WitnessCommand.self,
      BlobCommand.self,
      KeyCommand.self,
      ContributorCommand.self,
      AssetCommand.self,
      CreditCommand.self,
      DemoCommand.self,
    ])
}

enum SuiteVersion { static let text = "0.1.0" }
