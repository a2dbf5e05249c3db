import Foundation

/// A child process that the command line waits for. Arguments are passed as they are, through no shell.
struct Command {
  private let arguments: [String]

  init(_ name: String, _ arguments: String...) { self.init(name, arguments) }
  init(_ name: String, _ arguments: [String]) { self.arguments = [name] + arguments }

  /// Runs it with this terminal. Errors: `sentence` when it ends with another status than 0.
  func run(or sentence: String) throws {
    let process = make()
    do { try process.run() } catch { throw Failure(sentence, status: 71) }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(sentence, status: 71) }
  }

  /// What it writes to standard output.
  func output() throws -> String {
    let process = make()
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  private func make() -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    // pip's progress bar belongs to the person, not to whoever reads standard output.
    process.standardOutput = FileHandle.standardError
    return process
  }
}
