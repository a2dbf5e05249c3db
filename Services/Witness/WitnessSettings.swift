internal import Glibc
public import MerkleLog
internal import ServiceKit

/// What an operator decides about a witness.
public struct WitnessSettings: Sendable {
  static let table: [Setting] = [
    Setting(
      "name", .string,
      help: "Name of this witness's key, as witness.example/2026: without a scheme, in a domain that is yours."),
    Setting(
      "logs", .path,
      help: "The logs to follow, in the log-list format (logs/v0, then vkey and origin of each); DATA/logs unless set."),
  ]

  public var name: String
  public var logs: [WitnessedLog]

  public init(name: String, logs: [WitnessedLog]) {
    self.name = name
    self.logs = logs
  }

  init(_ values: SettingsValues) throws {
    name = try values.string("name")
    let path = try values.optionalString("logs") ?? "\(values.string("data"))/logs"
    logs = try Self.read(path)
  }

  private static func read(_ path: String) throws -> [WitnessedLog] {
    let bytes: [UInt8]
    do { bytes = try SmallFile.read(path, limit: LogList.bytesMax) } catch {
      throw WitnessSettingsError.list(path, "\(error)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw WitnessSettingsError.list(path, "no UTF-8") }
    do { return try LogList.parse(text) } catch { throw WitnessSettingsError.list(path, "\(error)") }
  }
}

/// Why a witness does not start.
enum WitnessSettingsError: Error, CustomStringConvertible {
  case list(String, String)
  case ownKey(origin: String)
  case memoryLost(database: String)

  var description: String {
    switch self {
    case .list(let path, let why): "the list of logs \(path): \(why)"
    case .ownKey(let origin):
      "the log \"\(origin)\" is listed with this witness's own key: its cosignatures would count as the log's"
    case .memoryLost(let database):
      "this witness has a key, but \(database) with what it cosigned is gone: with an empty memory it could be led to "
        + "cosign a fork. Restore the file; if that cannot be done, start a witness with another name and a new key in "
        + "another --data folder, and have the logs list that one"
    }
  }
}

/// The host's clock, in seconds since 1970.
public enum WitnessClock {
  public static let seconds: @Sendable () -> UInt64 = {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return UInt64(clamping: now.tv_sec)
  }
}
