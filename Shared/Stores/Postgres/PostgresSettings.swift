internal import CPostgres
internal import Glibc

/// How to reach a PostgreSQL server.
public struct PostgresSettings: Sendable {
  /// A libpq connection string, `host=... dbname=...` or `postgresql://...`, without a password.
  public let conninfo: String
  /// Holds the password and nothing else; nil where the server asks for none, or a certificate or `passfile` is enough.
  public let passwordFile: String?
  /// Connections of this process, each with a thread.
  public let connectionsMax: Int
  /// The schema in place of `colophon_<service>`; tests have one each.
  public var schemaName: String?
  /// For one statement.
  public var statementSecondsMax = 30
  /// For a lost connection to come back.
  public var reconnectSecondsMax = 10
  /// Transactions that may wait for a connection.
  public var waitingMax = 4096

  /// Errors: ``PostgresError/settings(_:)`` for a string that libpq cannot read, that holds a password, or that would
  /// send rows to another machine in the clear without saying so.
  public init(conninfo: String, passwordFile: String? = nil, connectionsMax: Int = 4) throws {
    self.conninfo = conninfo
    self.passwordFile = passwordFile
    self.connectionsMax = connectionsMax
    let options = try Self.parse(conninfo)
    if options["password"] != nil || options["sslpassword"] != nil || getenv("PGPASSWORD") != nil {
      throw PostgresError.settings(
        "a password is given in the open (in the connection string or in PGPASSWORD); write it to a file of mode 0600 "
          + "and name that with --database-password-file")
    }
    if options["sslmode"] == nil, let host = Self.remoteHost(options) {
      throw PostgresError.settings(
        "\(host) is another machine, and the connection string does not say how the connection is protected: add "
          + "sslmode=verify-full and sslrootcert=FILE")
    }
  }

  /// The keywords that the string sets.
  private static func parse(_ conninfo: String) throws -> [String: String] {
    var message: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(conninfo, &message) else {
      defer { PQfreemem(message) }
      // libpq may quote the string, and a password with it.
      throw PostgresError.settings(
        "it is neither 'sqlite' nor a connection string of libpq like 'host=/run/postgresql dbname=colophon'")
    }
    defer { PQconninfoFree(options) }
    var found: [String: String] = [:]
    var at = options
    while let keyword = at.pointee.keyword {
      if let value = at.pointee.val { found[String(cString: keyword)] = String(cString: value) }
      at += 1
    }
    return found
  }

  private static func remoteHost(_ options: [String: String]) -> String? {
    let given = options["hostaddr"] ?? options["host"] ?? getenv("PGHOST").map { String(cString: $0) } ?? ""
    return given.split(separator: ",").map(String.init).first { host in
      !(host.hasPrefix("/") || host.hasPrefix("@") || host.hasPrefix("127.") || ["localhost", "::1"].contains(host))
    }
  }

  /// What libpq is given beside the string, which has the last word on all but the password and the encoding.
  func parameters(application: String) throws -> [(String, String)] {
    var parameters = [
      ("connect_timeout", "10"), ("application_name", application), ("keepalives_idle", "15"),
      ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "30000"),
      ("dbname", conninfo), ("client_encoding", "UTF8"),
    ]
    if let passwordFile { parameters.append(("password", try Self.password(passwordFile))) }
    return parameters
  }

  private static func password(_ path: String) throws -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw PostgresError.settings("\(path): \(String(cString: strerror(errno)))") }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw PostgresError.settings("\(path) is not a regular file")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw PostgresError.settings("\(path) is readable by others; run chmod 600 on it, and replace the password")
    }
    var bytes = [UInt8](repeating: 0, count: 1025)
    let count = max(0, bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) })
    var password = bytes[..<count]
    while password.last == 0x0A || password.last == 0x0D { password.removeLast() }
    guard (1...1024).contains(password.count), !password.contains(0), !password.contains(0x0A) else {
      throw PostgresError.settings("\(path) must hold one line of 1 to 1024 bytes, the password")
    }
    return String(decoding: password, as: UTF8.self)
  }
}
