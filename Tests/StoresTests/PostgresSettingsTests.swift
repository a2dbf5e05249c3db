import Foundation
import Testing

@testable import Stores

@Suite struct PostgresSettingsTests {
  let scratch = Scratch()

  func file(_ text: String, mode: Int = 0o600) throws -> String {
    let path = "\(scratch.path)/\(UUID().uuidString)"
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }

  @Test(arguments: [
    ("host=/run/x password=hunter2", "in the open"), ("postgresql://me:hunter2@localhost/db", "in the open"),
    ("host=db.example", "another machine"), ("postgresql://10.0.0.5/x", "another machine"),
    ("host=/run/x,db.example", "another machine"), ("nonsense", "connection string"), ("host='", "connection string"),
    ("colour=blue", "connection string"),
  ])
  func `What libpq would take and we do not is refused, and no password is repeated`(conninfo: String, word: String) {
    let error = #expect(throws: PostgresError.self) { try PostgresSettings(conninfo: conninfo) }
    #expect("\(String(describing: error))".contains(word))
    #expect(!"\(String(describing: error))".contains("hunter2"))
  }

  @Test(arguments: [
    "host=/run/x", "host=localhost dbname=x", "postgresql:///x?host=/run/x", "hostaddr=127.0.0.1",
    "host=db.example sslmode=verify-full", "host=db.example sslmode=disable",
  ])
  func `A local connection needs no TLS, and a remote one says which it wants`(conninfo: String) throws {
    #expect(try PostgresSettings(conninfo: conninfo).conninfo == conninfo)
  }

  @Test func `A password comes from a file that only its owner can read`() throws {
    for (path, word) in [
      ("/nonexistent", "No such file"), (scratch.path, "regular file"), (try file("secret", mode: 0o644), "chmod 600"),
      (try file(""), "one line"), (try file("two\nlines"), "one line"),
      (try file(String(repeating: "x", count: 1025)), "one"),
    ] {
      let settings = try PostgresSettings(conninfo: "host=/run/x", passwordFile: path)
      let error = #expect(throws: PostgresError.self) { try settings.parameters(application: "x") }
      #expect("\(String(describing: error))".contains(word), "\(path)")
    }
    let settings = try PostgresSettings(conninfo: "host=/run/x", passwordFile: file("a b\n"))
    #expect(try settings.parameters(application: "x").last?.1 == "a b")
  }

  @Test func `Over TCP the server is known by its certificate, and knows us by the password`() async throws {
    let server = try PostgresServer.shared.get()
    func open(_ tls: String, password: String, _ host: String = "localhost") async throws -> Int {
      var settings = try PostgresSettings(
        conninfo: "host=\(host) hostaddr=127.0.0.1 port=\(server.port) user=colophon dbname=postgres \(tls)",
        passwordFile: file(password))
      settings.schemaName = "t_tls"
      return try await PostgresDatabase(settings, schema: RowDatabaseTests.schema).schemaVersion()
    }
    let password = server.text("password")
    let pinned = "sslmode=verify-full sslrootcert=\(server.folder)/server.crt"
    #expect(try await open(pinned, password: password) == 2)
    for (tls, password, host) in [
      (pinned, "wrong", "localhost"), (pinned, password, "otherhost"),
      ("sslmode=verify-full sslrootcert=\(try file("none"))", password, "localhost"),
    ] {
      let error = await #expect(throws: PostgresError.self) { _ = try await open(tls, password: password, host) }
      guard case .unreachable = error else { throw Stopped() }
      #expect(!"\(String(describing: error))".contains(server.text("password")))
    }
  }
}
