internal import Cryptography
internal import FoundationEssentials
internal import GRDB

extension Row {
  /// The bytes of a BLOB column that is not NULL.
  func bytes(_ column: String) throws -> [UInt8] {
    [UInt8](try Data.fromDatabaseValue(self[column]).unwrapped(column))
  }

  /// A digest column.
  func digest(_ column: String) throws -> Digest32 { try Digest32(bytes(column)) }
}

extension Optional {
  fileprivate func unwrapped(_ column: String) throws -> Wrapped {
    guard let self else { throw DatabaseError(resultCode: .SQLITE_MISMATCH, message: "column \(column) is no BLOB") }
    return self
  }
}

extension [UInt8] {
  /// As a BLOB.
  var row: Data { Data(self) }
}

extension Digest32 {
  /// As a BLOB of 32 bytes.
  var row: Data { Data(bytes) }
}
