import Codec
import Foundation

/// One service as a child process: started, heard when it listens, and awaited when it ends.
final class Child: Sendable {
  let service: String
  private let process: Process
  private let ended: Task<Int32, Never>
  private let listening: Task<Int?, Never>

  /// - Parameter log: where its JSON log lines go.
  init(service: String, executable: URL, arguments: [String], log: URL) throws {
    self.service = service
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardError = try Self.appending(to: log)
    let output = Pipe()
    process.standardOutput = output
    let (statuses, finish) = AsyncStream<Int32>.makeStream()
    process.terminationHandler = { process in
      finish.yield(process.terminationStatus)
      finish.finish()
    }
    do { try process.run() } catch {
      throw Failure("cannot start \(executable.path): \(error.localizedDescription)", status: 71)
    }
    self.process = process
    ended = Task {
      for await status in statuses { return status }
      return 0
    }
    let lines = output.fileHandleForReading
    // A thread of its own: it blocks until the line comes or the child ends.
    listening = Task.detached { Self.port(in: lines) }
  }

  var pid: Int32 { process.processIdentifier }

  /// The port from its `{"listening": …}` line; nil when it ended without one.
  func port() async -> Int? { await listening.value }

  /// Its exit status, when it has ended.
  func status() async -> Int32 { await ended.value }

  func stop() { process.terminate() }

  func kill() { _ = Foundation.kill(pid, SIGKILL) }

  private static func port(in handle: FileHandle) -> Int? {
    var buffer: [UInt8] = []
    while true {
      let piece = handle.availableData
      guard !piece.isEmpty else { return nil }
      buffer += piece
      while let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(buffer[..<end])
        buffer.removeFirst(end + 1)
        if let port = (try? JSON(parsing: line))?["listening"]?["port"]?.intValue { return Int(port) }
      }
    }
  }

  private static func appending(to url: URL) throws -> FileHandle {
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    if !FileManager.default.fileExists(atPath: url.path) {
      guard FileManager.default.createFile(atPath: url.path, contents: nil, attributes: [.posixPermissions: 0o600])
      else {
        throw Failure("cannot write \(url.path)", status: 73)
      }
    }
    let handle = try FileHandle(forWritingTo: url)
    try handle.seekToEnd()
    return handle
  }
}
