public import Codec

/// What a request asks of the sampler and of the form of the answer; nil or empty where it is silent.
public struct RequestedParameters: Sendable, Equatable {
  public var temperature: Real?
  public var topP: Real?
  public var minP: Real?
  public var topK: Int?
  public var maxTokens: Int?
  public var seed: UInt64?
  public var presencePenalty: Real?
  public var frequencyPenalty: Real?
  public var repetitionPenalty: Real?
  /// Ascending by token.
  public var logitBias: [LogitBias] = []
  /// How many answers.
  public var n: Int?
  /// Texts that end an answer. They are content: no statement holds them.
  public var stop: [String] = []
  /// Likeliest tokens to report with each token; nil: no log-probabilities.
  public var topLogprobs: Int?
  public var format = ResponseFormat.text
  /// What the model may call.
  public var tools: [RequestedTool] = []
  public var toolChoice = ToolChoice.none
  /// Whether one answer may hold several calls.
  public var parallelToolCalls = true
  /// What the model answers from. They are content: no statement holds them.
  public var documents: [RequestedDocument] = []
  /// Collections of which documents are asked for: those are among `documents` once they were retrieved.
  public var collections: [RequestedCollection] = []
  /// Members that change nothing in the answer and that this server does not act on.
  public var ignored: [String] = []
}

/// What is added to the logit of one token.
public struct LogitBias: Sendable, Equatable {
  public let token: UInt32
  public let bias: Real

  public init(token: UInt32, bias: Real) {
    self.token = token
    self.bias = bias
  }
}

/// What an answer must be.
public enum ResponseFormat: Sendable, Equatable {
  case text
  case jsonObject
  /// A value that satisfies a JSON Schema.
  case jsonSchema(JSON)

  /// The name of the kind, as a statement holds it; of a schema nothing more.
  public var kind: String {
    switch self {
    case .text: "text"
    case .jsonObject: "json_object"
    case .jsonSchema: "json_schema"
    }
  }
}

/// A function that the model may call.
public struct RequestedTool: Sendable, Equatable {
  public let name: String
  /// JSON Schema of the arguments.
  public let parameters: JSON
  /// The tool object as the client sent it, for the template.
  public let json: JSON
}

/// Whether the model calls tools.
public enum ToolChoice: Sendable, Equatable {
  /// No tool is shown to the model.
  case none
  /// The model may.
  case auto
  /// It must.
  case required
  /// It must call this one.
  case function(String)

  /// The name of the kind, as a statement holds it.
  public var kind: String {
    switch self {
    case .none: "none"
    case .auto: "auto"
    case .required: "required"
    case .function: "function"
    }
  }
}
