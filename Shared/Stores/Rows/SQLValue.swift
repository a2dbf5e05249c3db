public import Cryptography

/// One value of a row, or one argument of a statement.
public enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])
}

/// A Swift type that stands in a column.
public protocol SQLConvertible: Sendable {
  var sqlValue: SQLValue { get }
  /// Nil when the column holds something else.
  init?(_ value: SQLValue)
}

extension Int64: SQLConvertible {
  public var sqlValue: SQLValue { .integer(self) }
  public init?(_ value: SQLValue) {
    guard case .integer(let integer) = value else { return nil }
    self = integer
  }
}

/// 0 or 1.
extension Bool: SQLConvertible {
  public var sqlValue: SQLValue { .integer(self ? 1 : 0) }
  public init?(_ value: SQLValue) {
    guard case .integer(let integer) = value else { return nil }
    self = integer != 0
  }
}

extension String: SQLConvertible {
  public var sqlValue: SQLValue { .text(self) }
  public init?(_ value: SQLValue) {
    guard case .text(let text) = value else { return nil }
    self = text
  }
}

extension [UInt8]: SQLConvertible {
  public var sqlValue: SQLValue { .blob(self) }
  public init?(_ value: SQLValue) {
    guard case .blob(let bytes) = value else { return nil }
    self = bytes
  }
}

/// 32 bytes.
extension Digest32: SQLConvertible {
  public var sqlValue: SQLValue { .blob(bytes) }
  public init?(_ value: SQLValue) {
    guard case .blob(let bytes) = value, let digest = try? Digest32(bytes) else { return nil }
    self = digest
  }
}

/// NULL or a value.
extension Optional: SQLConvertible where Wrapped: SQLConvertible {
  public var sqlValue: SQLValue {
    switch self {
    case .none: .null
    case .some(let value): value.sqlValue
    }
  }
  public init?(_ value: SQLValue) {
    if case .null = value {
      self = .none
    } else {
      guard let wrapped = Wrapped(value) else { return nil }
      self = wrapped
    }
  }
}
