internal import HTTPTypes

/// Reads and writes the deadline headers of Connect and gRPC.
enum CallTimeout {
  /// Connect allows ten digits.
  static let connectMillisecondsMax: Int64 = 9_999_999_999

  /// The time a caller gives, nil when it sets none.
  static func read(_ headers: HTTPFields, isGRPC: Bool) throws(RPCError) -> Duration? {
    isGRPC
      ? try headers[.grpcTimeout].map(grpc) : try headers[.connectTimeout].map(connect)
  }

  private static func connect(_ text: String) throws(RPCError) -> Duration {
    guard text.utf8.count <= 10, let milliseconds = digits(text) else {
      throw RPCError(.invalidArgument, "Connect-Timeout-Ms '\(text.prefix(32))' is not at most 10 digits")
    }
    return .milliseconds(milliseconds)
  }

  /// At most eight digits and a unit, as gRPC over HTTP/2 has it.
  private static func grpc(_ text: String) throws(RPCError) -> Duration {
    guard let unit = text.last, text.utf8.count <= 9, let value = digits(String(text.dropLast())) else {
      throw RPCError(.invalidArgument, "grpc-timeout '\(text.prefix(32))' is not at most 8 digits and a unit")
    }
    return switch unit {
    case "H": .seconds(value * 3600)
    case "M": .seconds(value * 60)
    case "S": .seconds(value)
    case "m": .milliseconds(value)
    case "u": .microseconds(value)
    case "n": .nanoseconds(value)
    default: throw RPCError(.invalidArgument, "grpc-timeout unit '\(unit)' is none of H M S m u n")
    }
  }

  private static func digits(_ text: String) -> Int64? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
  }

  /// The value of Connect-Timeout-Ms for `duration`; what is left of a millisecond counts as one.
  static func connectText(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    guard seconds < connectMillisecondsMax / 1000 else { return "\(connectMillisecondsMax)" }
    let part = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    return "\(max(1, seconds * 1000 + part))"
  }
}
