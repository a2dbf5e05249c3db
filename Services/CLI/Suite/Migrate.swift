import ArgumentParser
import Foundation

struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring a stopped service's rows up to the schema of this version.",
    discussion: """
      A service refuses to start over rows of another version and names this command. Make a backup first. The service's
      own settings say where its rows are, so give the same environment: COLOPHON_STORAGE_DATABASE and its like.
      """)

  static let services = ["storage", "attribution", "orchestrator", "verification"]

  @Option(help: "storage, attribution, orchestrator or verification.") var service: String
  @Flag(help: "Take the steps, report them, and undo them.") var dryRun = false
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      guard Self.services.contains(service) else {
        throw Failure("--service must be one of \(Self.services.joined(separator: ", "))", status: 64)
      }
      let process = Process()
      process.executableURL = Up.executable(service)
      process.arguments = ["migrate"] + (dryRun ? ["--dry-run"] : []) + ["--data", data.data]
      do { try process.run() } catch {
        throw Failure("cannot start \(Up.executable(service).path): \(error.localizedDescription)", status: 71)
      }
      process.waitUntilExit()
      // It has said why itself.
      if process.terminationStatus != 0 { throw ExitCode(process.terminationStatus) }
    }
  }
}
