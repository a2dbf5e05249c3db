/// How a service's program ends, in the numbers of BSD's sysexits.
enum ExitCode {
  static let success: Int32 = 0
  /// The settings are wrong.
  static let usage: Int32 = 64
  /// A port is in use, or the data folder is.
  static let unavailable: Int32 = 69
  /// Anything else.
  static let software: Int32 = 70
}

/// An error with the exit code that fits it.
struct StartFailure: Error {
  let message: String
  let code: Int32
}
