internal import Glibc
internal import Synchronization

/// Waits until all listeners of a process are bound, then prints one line of JSON for whoever started it.
final class Listeners: Sendable {
  enum Kind: Sendable, Hashable { case http1, http2 }

  private let service: String
  private let address: String
  private let expected: Set<Kind>
  private let ports = Mutex<[Kind: Int]>([:])
  private let write: @Sendable (String) -> Void

  init(
    service: String, address: String, expected: Set<Kind>,
    write: @escaping @Sendable (String) -> Void = Listeners.standardOutput
  ) {
    self.service = service
    self.address = address
    self.expected = expected
    self.write = write
  }

  func bound(_ kind: Kind, port: Int) {
    let all = ports.withLock { ports -> [Kind: Int]? in
      ports[kind] = port
      return ports.count == expected.count ? ports : nil
    }
    guard let all else { return }
    var inner = JSONLine()
    inner.add("service", service)
    inner.add("address", address)
    if let port = all[.http1] { inner.add("port", port) }
    if let port = all[.http2] { inner.add("h2c_port", port) }
    var line = JSONLine()
    line.add("listening", json: inner.finished())
    write(line.finished() + "\n")
  }

  /// Through `write`, not stdio: a parent that reads a pipe must get the line now.
  private static let standardOutput: @Sendable (String) -> Void = { line in
    var line = line
    _ = line.withUTF8 { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
  }
}
