/// One request to generate: a prompt, and the choices that are to follow it.
public struct ServingRequest: Sendable {
  public let prompt: [UInt32]
  /// As made by `ChoiceDecoder.init`, in order of index.
  public let choices: [ChoiceDecoder]
  /// Requests with the same key may share what was computed of a common beginning; nil shares with none.
  public let sharingKey: [UInt8]?
  /// Asked before each pass; once true, every choice ends as `cancelled`.
  public let isCancelled: @Sendable () -> Bool

  public init(
    prompt: [UInt32], choices: [ChoiceDecoder], sharingKey: [UInt8]? = nil,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.prompt = prompt
    self.choices = choices
    self.sharingKey = sharingKey
    self.isCancelled = isCancelled
  }
}

/// What a scheduler says of a request, in order; `ended` or `failed` is the last, and comes exactly once.
public enum ServingEvent: Sendable {
  /// A choice has a token more.
  case step(choice: Int, ChoiceDecoder.Step)
  /// What was held back of a choice that was cancelled.
  case rest(choice: Int, String)
  /// All choices have ended.
  case ended([ChoiceDecoder])
  case failed(GenerationError)
}

/// The queue is full.
public struct ServingFull: Error, Equatable, Sendable, CustomStringConvertible {
  public let waiting: Int

  public var description: String { "\(waiting) requests are waiting already, which is the limit: try again later" }
}
