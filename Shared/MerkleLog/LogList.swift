/// The logs that a witness follows, in the log-list format of the public witness network.
///
/// ```
/// logs/v0
///
/// # whose log it is
/// vkey log.example/2026+5c7e1f0a+AQ...
/// origin none
/// contact log@example.com
/// ```
///
/// Each log begins with its `vkey`. `origin` may be left out or `none` when it is the key's name. `qpd`, `bastion` and
/// `contact` are for people and other witnesses: read over.
public enum LogList {
  public static let bytesMax = 1 << 20
  public static let logsMax = 4096

  /// A list that was refused, with the line at fault.
  public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    public let line: Int
    public let why: String
    public var description: String { "line \(line): \(why)" }
  }

  /// Errors: ``Failure``; also for an origin that is listed twice.
  public static func parse(_ text: String) throws(Failure) -> [WitnessedLog] {
    var logs: [WitnessedLog] = []
    var pending: (line: Int, key: NoteVerifierKey, origin: String)?
    var sawHeader = false
    func finish() throws(Failure) {
      guard let (line, key, origin) = pending else { return }
      guard logs.count < logsMax else { throw Failure(line: line, why: "more than \(logsMax) logs") }
      guard !logs.contains(where: { $0.origin == origin }) else {
        throw Failure(line: line, why: "origin \"\(origin)\" is listed twice")
      }
      do { logs.append(try WitnessedLog(origin: origin, key: key)) } catch {
        throw Failure(line: line, why: "\(error)")
      }
    }
    for (position, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let number = position + 1
      if raw.isEmpty || raw.first == "#" { continue }
      guard sawHeader else {
        guard raw == "logs/v0" else { throw Failure(line: number, why: "the list must begin with \"logs/v0\"") }
        sawHeader = true
        continue
      }
      let parts = raw.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw Failure(line: number, why: "is not a keyword, a space and a value") }
      let value = String(parts[1])
      switch (parts[0], pending) {
      case ("vkey", _):
        try finish()
        do {
          let key = try NoteVerifierKey(value)
          pending = (number, key, key.name)
        } catch { throw Failure(line: number, why: "\(error)") }
      case ("origin", let log?): if value != "none" { pending = (log.line, log.key, value) }
      case ("qpd", _?), ("bastion", _?), ("contact", _?): continue
      case ("origin", nil), ("qpd", nil), ("bastion", nil), ("contact", nil):
        throw Failure(line: number, why: "\"\(parts[0])\" stands before the vkey of its log")
      default:
        throw Failure(line: number, why: "\"\(parts[0].prefix(32))\" is none of vkey, origin, qpd, bastion, contact")
      }
    }
    guard sawHeader else { throw Failure(line: 1, why: "the list must begin with \"logs/v0\"") }
    try finish()
    return logs
  }
}
