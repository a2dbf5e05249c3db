internal import Logging
internal import Receipts

/// Why a step could not be made.
enum PipelineError: Error, CustomStringConvertible {
  /// A peer's statement does not say what it must: it is not bound into a receipt.
  case statement(StatementKind, why: String)
  /// Inference ended its stream without saying how it ended.
  case unfinished
  /// Inference told of a choice that nobody asked for.
  case unknownChoice(Int)
  /// What the log answered does not prove that the receipt is in it.
  case notIncluded(why: String)
  /// A row that lacks what its state promises.
  case incomplete(OutboxField)
  /// The head of the log is not the continuation of the one that was seen before.
  case logRefused(String)

  enum OutboxField: String { case execution, model, receipt, custody, openings, index }

  var description: String {
    switch self {
    case .statement(let kind, let why): "the \(kind) statement \(why)"
    case .unknownChoice(let index): "inference told of choice \(index), which nobody asked for"
    case .unfinished: "the stream of inference ended without its last event"
    case .notIncluded(let why): "the log's answer does not prove inclusion: \(why)"
    case .incomplete(let field): "the outbox row has no \(field.rawValue)"
    case .logRefused(let why): "the log is refused: \(why)"
    }
  }
}
