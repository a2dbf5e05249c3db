/// Why a schema is no grammar, or bytes do not follow one. `pointer` is the JSON pointer (RFC 6901) of the schema.
public enum GrammarError: Error, Equatable, Sendable {
  /// A keyword, or a value of it, that is not enforced here and is therefore refused.
  case unsupported(keyword: String, pointer: String, reason: String)
  /// A keyword whose value JSON Schema does not allow.
  case invalid(keyword: String, pointer: String, expected: String)
  /// A `$ref` to a place that the schema does not have.
  case unresolved(reference: String, pointer: String)
  /// A `$ref` that leads to itself before anything is written.
  case circular(pointer: String)
  /// No value satisfies the schema.
  case unsatisfiable(pointer: String)
  case limit(name: String, limit: Int, got: Int, pointer: String)
  /// The grammar does not allow this byte here; `offset` counts in the bytes given.
  case rejected(byte: UInt8, offset: Int)
}

extension GrammarError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unsupported(let keyword, let pointer, let reason):
      "the schema at '\(pointer)': '\(keyword)' is not supported: \(reason)"
    case .invalid(let keyword, let pointer, let expected):
      "the schema at '\(pointer)': '\(keyword)' must be \(expected)"
    case .unresolved(let reference, let pointer):
      "the schema at '\(pointer)': '\(reference.prefix(200))' leads nowhere"
    case .circular(let pointer):
      "the schema at '\(pointer)' refers to itself before anything is written; put an object or array between"
    case .unsatisfiable(let pointer):
      "no value satisfies the schema at '\(pointer)'"
    case .limit(let name, let limit, let got, let pointer):
      "the schema at '\(pointer)': \(name) is \(got), the limit is \(limit)"
    case .rejected(let byte, let offset):
      "the grammar does not allow byte \(byte) at offset \(offset)"
    }
  }
}
