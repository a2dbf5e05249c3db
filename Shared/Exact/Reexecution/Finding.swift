extension Reexecution {
  /// What a re-execution found to differ. Positions count the generated
  /// tokens of all choices, in order, from 0. No text here holds content: it goes
  /// into signed verdicts and logs.
  public enum Finding: Sendable, Equatable, CustomStringConvertible {
    /// A token is not the one that the sampler picks by the stated parameters, or is none of the vocabulary.
    case token(position: Int)
    /// The digest of the activations differs: other weights, other arithmetic or another prompt.
    case activation(position: Int)
    /// The signed head is not the head of the chain.
    case head
    /// The opened list is not the chain's, though its head is.
    case list(position: Int?)
    /// The text of a choice is not what its tokens spell up to its end.
    case text(choice: Int)
    case finish(FinishFault)

    public var position: Int? {
      switch self {
      case .token(let position), .activation(let position): position
      case .list(let position): position
      case .finish(.continuesAfterEnd(let position)): position
      case .head, .text, .finish: nil
      }
    }

    public var description: String {
      switch self {
      case .token(let position):
        "the token at position \(position) is not what the sampler picks there"
      case .activation(let position):
        "the activations at position \(position) differ: they come from other weights or other arithmetic"
      case .head: "the signed head is not that of the activation chain"
      case .list(let position):
        "the opened list of activations is not the chain's" + (position.map { ", first at position \($0)" } ?? "")
      case .text(let choice):
        "the text" + (choice == 0 ? "" : " of choice \(choice)") + " is not what the tokens spell"
      case .finish(let fault): fault.description
      }
    }
  }

  /// Why a stated end cannot be the end of these tokens.
  public enum FinishFault: Sendable, Equatable, CustomStringConvertible {
    case aboveLimit(tokens: Int, limit: Int)
    case continuesAfterEnd(position: Int)
    /// The answer ends in `stated`, but its tokens end as `found`; nil: they do not end by themselves.
    case other(stated: GenerationEnd, found: GenerationEnd?)

    public var description: String {
      switch self {
      case .aboveLimit(let tokens, let limit): "the answer has \(tokens) tokens, above its limit of \(limit)"
      case .continuesAfterEnd(let position): "the answer goes on after the token at position \(position) ended it"
      case .other(let stated, let found):
        "the finish reason is \(stated.rawValue), but the tokens "
          + (found.map { "end by \($0.rawValue)" } ?? "do not end by themselves")
      }
    }
  }
}
