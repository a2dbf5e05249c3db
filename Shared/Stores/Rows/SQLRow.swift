/// One row of an answer.
///
/// ```swift
/// let size: Int64 = try row["size"]
/// let note: [UInt8]? = try row["note"]
/// ```
public struct SQLRow: Sendable {
  let columns: [String]
  let values: [SQLValue]

  /// A column by its name. Errors: ``SQLRowError``.
  public subscript<Value: SQLConvertible>(_ column: String) -> Value {
    get throws(SQLRowError) {
      guard let at = columns.firstIndex(of: column) else { throw .noColumn(column) }
      return try value(at, column)
    }
  }

  /// The only column, or the first.
  func first<Value: SQLConvertible>() throws(SQLRowError) -> Value { try value(0, columns.first ?? "") }

  private func value<Value: SQLConvertible>(_ at: Int, _ column: String) throws(SQLRowError) -> Value {
    guard at < values.count else { throw .noColumn(column) }
    guard let value = Value(values[at]) else { throw .wrongType(column, expected: "\(Value.self)") }
    return value
  }
}

/// What a statement gave.
public struct SQLResult: Sendable {
  public let rows: [SQLRow]
  /// How many rows it wrote.
  public let changed: Int
}

/// A column that is not there or holds another type.
public enum SQLRowError: Error, Equatable, Sendable, CustomStringConvertible {
  case noColumn(String)
  case wrongType(String, expected: String)

  public var description: String {
    switch self {
    case .noColumn(let name): "the row has no column \(name)"
    case .wrongType(let name, let expected): "column \(name) does not hold a value of type \(expected)"
    }
  }
}
