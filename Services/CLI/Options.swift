import ArgumentParser
import Foundation

/// Where the suite keeps everything.
struct DataOption: ParsableArguments {
  @Option(name: .long, help: "Folder of keys, models, log and receipts. Also by COLOPHON_DATA.")
  var data: String = ProcessInfo.processInfo.environment["COLOPHON_DATA"] ?? ".colophon"

  var folder: URL { URL(fileURLWithPath: data, isDirectory: true) }
  var models: URL { folder.appending(path: "inference/models", directoryHint: .isDirectory) }
  var trust: URL { folder.appending(path: "trust.json") }
}

/// Where the orchestrator answers.
struct ServerOption: ParsableArguments {
  @Option(name: .long, help: "Base URL of the orchestrator. Also by COLOPHON_URL.")
  var url: String = ProcessInfo.processInfo.environment["COLOPHON_URL"] ?? "http://127.0.0.1:8080"

  @Option(name: .long, help: "File with an API key, where the server asks for one.")
  var apiKeyFile: String?

  func key() throws -> String? {
    guard let apiKeyFile else { return nil }
    return try Files.text(apiKeyFile).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// Something that ends the command with a sentence for its user and a status from sysexits.h.
struct Failure: Error, CustomStringConvertible {
  let description: String
  let status: Int32

  init(_ description: String, status: Int32 = 1) {
    self.description = description
    self.status = status
  }

  /// Prints it and ends the process as ArgumentParser would, but with this status.
  static func report<T>(_ work: () async throws -> T) async throws -> T {
    do { return try await work() } catch let failure as Failure {
      Console.error("error: \(failure.description)")
      throw ExitCode(failure.status)
    }
  }
}

enum Console {
  /// A reader that has gone, as `head` does, ends the command quietly: as a shell reports a SIGPIPE.
  static func out(_ text: String, terminator: String = "\n") {
    do { try FileHandle.standardOutput.write(contentsOf: Data((text + terminator).utf8)) } catch { exit(141) }
  }

  static func error(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8)) }
}

enum Files {
  static func bytes(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure("cannot read \(path)", status: 66)
    }
    return Array(data)
  }

  static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

  /// Replaces the file at once: a reader sees the old bytes or the new ones.
  static func write(_ bytes: [UInt8], to url: URL) throws {
    do {
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url, options: .atomic)
    } catch { throw Failure("cannot write \(url.path): \(error.localizedDescription)", status: 73) }
  }
}
