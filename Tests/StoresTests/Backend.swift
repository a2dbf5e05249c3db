import Cryptography
import Foundation
import Stores
import TestKit
import Testing

/// Where rows are kept, for tests that hold of both.
enum Backend: String, CaseIterable, CustomTestStringConvertible {
  case sqlite, postgres

  /// Both, where a test takes long only in a long run.
  static var long: [Backend] { TestSize.pick([.sqlite], long: allCases) }

  var testDescription: String { rawValue }

  /// The database of this path: the same one each time, on either backend.
  func location(_ path: String) throws -> DatabaseLocation {
    switch self {
    case .sqlite: return .sqlite(path: path)
    case .postgres:
      var settings = try PostgresServer.shared.get().settings()
      settings.schemaName = "t_\(SHA256.hash(Array(path.utf8)).hex.prefix(24))"
      return .postgres(settings)
    }
  }
}
