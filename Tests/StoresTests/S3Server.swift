import AsyncHTTPClient
import Foundation
import NIOCore
import Synchronization
import Testing

@testable import Stores

/// An S3 server of somebody else, started once for all tests as a child on loopback and ended with them.
struct S3Server: Sendable {
  /// In the form of Swift, account and user, which is as good as any other to nanio.
  static let accessKey = "colophon:tester"
  static let secret = "a-secret-of-the-tests"
  /// Lives as long as the tests.
  static let http = {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
    // As in the services: one that refuses is not asked for ten seconds.
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  let endpoint: String

  /// nanio, from PyPI: Tests/run makes the environment.
  static let nanio = Result {
    try start(
      ".build/test-venv/bin/python", script: "nanio_child.py",
      variables: ["NANIO_ACCESS_KEY": accessKey, "NANIO_SECRET_KEY": secret])
  }
  /// OpenStack Swift, from Debian: Tests/run --all installs it.
  static let swift = Result {
    try start("/usr/bin/python3", script: "swift_child.py", more: [accessKey, secret])
  }

  /// The script gets a folder and a port, and ends when its standard input does: so it never outlives the tests, however
  /// they end.
  private static func start(
    _ python: String, script: String, more: [String] = [], variables: [String: String] = [:]
  ) throws -> S3Server {
    guard FileManager.default.isExecutableFile(atPath: python) else {
      throw Missing(description: "\(python) is missing: Tests/run installs what the tests need")
    }
    let folder = FileManager.default.temporaryDirectory.path + "/colophon-s3-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let port = try freePort()
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = ["Tests/Servers/\(script)", folder, "\(port)"] + more
    process.environment = variables.merging(
      ["PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"]) { first, _ in first }
    let held = Pipe()
    process.standardInput = held
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: log("\(folder)/server.log"))
    try process.run()
    // It lives as long as the tests do.
    _ = Unmanaged.passRetained(held)
    for _ in 0..<6000 where process.isRunning {
      if answers(port) { return S3Server(endpoint: "http://127.0.0.1:\(port)") }
      usleep(10_000)
    }
    let said = (try? String(contentsOfFile: "\(folder)/server.log", encoding: .utf8)) ?? ""
    throw Missing(description: "\(script) did not start: \(said.suffix(2000))")
  }

  func client(bucket: String) throws -> S3Client {
    try S3Client(
      http: Self.http, endpoint: endpoint, bucket: bucket, region: "us-east-1",
      credentials: S3Credentials(accessKey: Self.accessKey, secret: Self.secret))
  }

  struct Missing: Error, CustomStringConvertible { let description: String }

  private static func log(_ path: String) throws -> URL {
    guard FileManager.default.createFile(atPath: path, contents: nil) else {
      throw Missing(description: "cannot write \(path)")
    }
    return URL(filePath: path)
  }

  static func freePort() throws -> UInt16 {
    try withSocket { handle, address in
      guard withAddress(&address, { bind(handle, $0, $1) }) == 0 else { throw Missing(description: "no free port") }
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      _ = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(handle, $0, &size) }
      }
      return UInt16(bigEndian: address.sin_port)
    }
  }

  private static func answers(_ port: UInt16) -> Bool {
    let connected = try? withSocket { handle, address in
      address.sin_port = port.bigEndian
      return withAddress(&address) { connect(handle, $0, $1) } == 0
    }
    return connected ?? false
  }

  private static func withSocket<T>(_ body: (Int32, inout sockaddr_in) throws -> T) throws -> T {
    let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard handle >= 0 else { throw Missing(description: "no socket") }
    defer { close(handle) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return try body(handle, &address)
  }

  private static func withAddress(_ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32)
    -> Int32
  {
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}
