import Foundation
import Stores
import Synchronization

/// A real server, a child of the tests that ends with them (`Tests/postgres`). Its absence fails the tests that need it.
final class PostgresServer: Sendable {
  /// One for all tests that leave it as it is.
  static let shared = Result { try PostgresServer() }

  let folder: String
  private let input: FileHandle
  private let output: FileHandle
  private let pending = Mutex<[UInt8]>([])

  struct Down: Error { let answer: String }

  init() throws {
    folder = NSTemporaryDirectory() + "/colophon-pg-\(UUID().uuidString.prefix(8))"
    let process = Process()
    process.executableURL = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../postgres")
    process.arguments = [folder]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    (self.input, self.output) = (input.fileHandleForWriting, output.fileHandleForReading)
    try require("ready")
  }

  deinit { try? input.close() }

  /// Ends it as SIGKILL does.
  func kill() throws {
    try input.write(contentsOf: Data("kill\n".utf8))
    try require("down")
  }

  func start(_ options: String = "") throws {
    try input.write(contentsOf: Data("start \(options)\n".utf8))
    try require("ready")
  }

  /// Over its socket, as its owner.
  func settings(_ more: String = "") throws -> PostgresSettings {
    try PostgresSettings(
      conninfo: "host=\(folder)/socket port=\(port) user=colophon dbname=postgres \(more)", connectionsMax: 3)
  }

  var port: String { text("port") }
  func text(_ file: String) -> String {
    let data = FileManager.default.contents(atPath: "\(folder)/\(file)") ?? Data()
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private func require(_ expected: String) throws {
    let line = pending.withLock { bytes in
      while !bytes.contains(0x0A) {
        let piece = output.availableData
        if piece.isEmpty { break }
        bytes += piece
      }
      defer { bytes = Array(bytes.drop { $0 != 0x0A }.dropFirst()) }
      return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    }
    guard line == expected else { throw Down(answer: line) }
  }
}
