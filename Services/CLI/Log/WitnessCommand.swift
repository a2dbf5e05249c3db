import ArgumentParser
import ServiceKit
import WitnessService

/// The service has its own table of settings and its own help: all arguments go there.
struct WitnessCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "witness", abstract: "Run a witness: cosign logs that only grow. See witness --help.")

  @Argument(parsing: .captureForPassthrough, help: .hidden) var arguments: [String] = []

  func run() async throws { await ServiceHost.main(WitnessService.self, arguments: arguments) }
}
