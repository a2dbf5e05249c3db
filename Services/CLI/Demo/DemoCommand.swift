import ArgumentParser

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "What the suite is for, shown on real material.",
    subcommands: [DemoCredit.self, DemoPassages.self])
}
