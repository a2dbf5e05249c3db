/// What keeps an execution from agreeing. The text goes into signed verdicts and logs: it names places and never
/// content.
public struct Finding: Error, Sendable, Equatable, CustomStringConvertible {
  public let text: String
  /// Of the first generated token that differs, from 0; nil when the difference has no place.
  public let position: Int?

  public var description: String { text }

  init(_ text: String, position: Int? = nil) {
    self.text = text
    self.position = position
  }
}
