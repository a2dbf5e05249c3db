/// A place in a distributed trace: the `traceparent` header of W3C Trace Context, version 00.
public struct TraceContext: Sendable, Hashable, CustomStringConvertible {
  /// 32 lower-case hexadecimal digits, not all zero.
  public let traceID: String
  /// 16 lower-case hexadecimal digits, not all zero.
  public let spanID: String
  /// Whether the caller records this trace.
  public let isSampled: Bool

  /// Reads a header. Later versions are read as far as version 00 goes, which is what the standard asks for.
  public init?(_ header: String) {
    let parts = header.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard header.utf8.count <= 256, parts.count >= 4, Self.isHex(parts[0], 2), parts[0] != "ff",
      parts[0] != "00" || parts.count == 4,
      Self.isHex(parts[1], 32), Self.isHex(parts[2], 16), Self.isHex(parts[3], 2),
      parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" }),
      let flags = UInt8(parts[3], radix: 16)
    else { return nil }
    traceID = parts[1]
    spanID = parts[2]
    isSampled = flags & 1 == 1
  }

  private init(traceID: String, spanID: String, isSampled: Bool) {
    self.traceID = traceID
    self.spanID = spanID
    self.isSampled = isSampled
  }

  /// A new trace. Identifiers need to differ, not to be secret.
  public static func fresh() -> TraceContext {
    TraceContext(traceID: randomHex() + randomHex(), spanID: randomHex(), isSampled: true)
  }

  /// The next span of the same trace.
  public func child() -> TraceContext {
    TraceContext(traceID: traceID, spanID: Self.randomHex(), isSampled: isSampled)
  }

  /// The header's text.
  public var description: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

  private static func randomHex() -> String {
    let text = String(UInt64.random(in: 1 ... .max), radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }

  private static func isHex(_ text: String, _ count: Int) -> Bool {
    text.utf8.count == count
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
