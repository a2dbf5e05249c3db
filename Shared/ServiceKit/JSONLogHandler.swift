internal import Glibc
public import Logging

/// Writes each log entry as one line of JSON.
///
/// Fields: `ts` (UTC, RFC 3339), `level`, `service`, `label`, `message`, then `request_id` and `trace_id` where known, and
/// all other metadata in `metadata`. One entry is one `write`, so lines of several threads never mix.
public struct JSONLogHandler: LogHandler {
  /// Longer texts are cut: a log line is no place for a body.
  static let textCharactersMax = 4096

  public var logLevel: Logger.Level = .info
  public var metadata: Logger.Metadata = [:]
  public var metadataProvider: Logger.MetadataProvider?
  private let label: String
  private let service: String
  private let write: @Sendable (String) -> Void

  public init(
    label: String, service: String, write: @escaping @Sendable (String) -> Void = JSONLogHandler.standardError
  ) {
    self.label = label
    self.service = service
    self.write = write
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
    if let given = event.metadata { all.merge(given) { $1 } }
    var line = JSONLine()
    line.add("ts", Self.timestamp())
    line.add("level", event.level.rawValue)
    line.add("service", service)
    line.add("label", label)
    line.add("message", String(event.message.description.prefix(Self.textCharactersMax)))
    for key in ["request_id", "trace_id"] {
      if let value = all.removeValue(forKey: key) { line.add(key, "\(value)") }
    }
    // The server's own counter says nothing that request_id does not.
    all.removeValue(forKey: "hb.request.id")
    if !all.isEmpty {
      var inner = JSONLine()
      for (key, value) in all.sorted(by: { $0.key < $1.key }) {
        inner.add(key, String("\(value)".prefix(Self.textCharactersMax)))
      }
      line.add("metadata", json: inner.finished())
    }
    write(line.finished() + "\n")
  }

  /// Standard error, unbuffered. What cannot be written is lost: there is nowhere left to complain.
  public static let standardError: @Sendable (String) -> Void = { line in
    var line = line
    line.withUTF8 { bytes in
      var written = 0
      while written < bytes.count {
        let got = Glibc.write(STDERR_FILENO, bytes.baseAddress.map { $0 + written }, bytes.count - written)
        if got < 0 && errno != EINTR { return }
        written += max(0, got)
      }
    }
  }

  private static func timestamp() -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    gmtime_r(&now.tv_sec, &parts)
    func padded(_ value: Int, _ width: Int) -> String {
      let text = "\(value)"
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    let date =
      "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
    let time = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
    return "\(date)T\(time).\(padded(now.tv_nsec / 1_000_000, 3))Z"
  }
}
