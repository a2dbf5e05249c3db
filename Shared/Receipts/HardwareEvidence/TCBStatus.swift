/// How Intel judges a level of its trusted computing base (Intel PCS API, "TCB Info", `tcbStatus`).
public enum TCBStatus: String, Sendable, CaseIterable {
  case upToDate = "UpToDate"
  case swHardeningNeeded = "SWHardeningNeeded"
  case configurationNeeded = "ConfigurationNeeded"
  case configurationAndSWHardeningNeeded = "ConfigurationAndSWHardeningNeeded"
  case outOfDate = "OutOfDate"
  case outOfDateConfigurationNeeded = "OutOfDateConfigurationNeeded"
  case revoked = "Revoked"

  /// Those that a policy may list. Not the last one: of such a platform Intel says that it is not trustworthy.
  public static let acceptable = allCases.filter { $0 != .revoked }

  /// The acceptable ones, for whoever listed another.
  public static var choices: String { acceptable.map(\.rawValue).joined(separator: ", ") }
}
