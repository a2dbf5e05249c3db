internal import CPostgres

/// Statements and values in the form that the protocol carries.
enum PostgresWords {
  // pg_type.dat
  static let (bool, bytea, int8, int2, int4, text): (Oid, Oid, Oid, Oid, Oid, Oid) = (16, 17, 20, 21, 23, 25)

  /// `?` becomes `$1`, `$2` and so on, outside of quotes.
  static func numbered(_ sql: String) -> String {
    var (out, count, quote): (String, Int, Character?) = ("", 0, nil)
    for character in sql {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "'" || character == "\"" {
        quote = character
      } else if character == "?" {
        count += 1
        out += "$\(count)"
        continue
      }
      out.append(character)
    }
    return out
  }

  /// The type of an argument; 0 leaves it to the server, as for NULL.
  static func type(_ value: SQLValue) -> Oid {
    switch value {
    case .null: 0
    case .integer: int8
    case .text: text
    case .blob: bytea
    }
  }

  /// The binary form of an argument; nil for NULL.
  static func bytes(_ value: SQLValue) -> [UInt8]? {
    switch value {
    case .null: nil
    case .integer(let integer): withUnsafeBytes(of: integer.bigEndian) { [UInt8]($0) }
    case .text(let text): [UInt8](text.utf8)
    case .blob(let bytes): bytes
    }
  }

  /// The value of a column in binary form.
  static func value(_ bytes: UnsafeRawBufferPointer, type: Oid) -> SQLValue {
    switch type {
    case int8: .integer(Int64(truncatingIfNeeded: bigEndian(bytes)))
    case int4: .integer(Int64(Int32(truncatingIfNeeded: bigEndian(bytes))))
    case int2: .integer(Int64(Int16(truncatingIfNeeded: bigEndian(bytes))))
    case bool: .integer(Int64(bigEndian(bytes)))
    case bytea: .blob([UInt8](bytes))
    default: .text(String(decoding: bytes, as: UTF8.self))
    }
  }

  private static func bigEndian(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }
}
