public import Exact
public import Receipts

// What Receipts says of a request and Exact acts on. Neither module knows the other; every executor and every verifier
// goes through these, so that no two of them read a statement in different ways.

extension ChatMessage {
  public init(_ message: ChatRequest.Message) {
    let role: ChatRole =
      switch message.role {
      case .system: .system
      case .user: .user
      case .assistant: .assistant
      case .tool: .tool
      }
    self.init(
      role: role, content: message.content,
      toolCalls: message.toolCalls.map { ToolCall(id: $0.id, name: $0.name, argumentsJSON: $0.arguments) },
      toolCallID: message.toolCallID)
  }
}

extension EffectiveParameters {
  /// What the sampler reads of them.
  public var sampling: SamplingParameters {
    SamplingParameters(
      temperature: temperature.value, topK: topK, topP: topP.value, minP: minP.value, seed: seed,
      repetitionPenalty: repetitionPenalty.value, presencePenalty: presencePenalty.value,
      frequencyPenalty: frequencyPenalty.value,
      logitBias: logitBias.map { TokenBias(token: $0.token, bias: $0.bias.value) })
  }
}

extension DecodingParameters {
  /// How each choice of the answer to `request` is decoded. What a statement does not hold stands in the request.
  public init(_ used: EffectiveParameters, for request: ChatRequest, on model: ChatModel) throws(GenerationError) {
    let requested = request.parameters
    self.init(
      sampling: used.sampling, maxTokens: used.maxTokens, stop: requested.stop, topLogprobs: used.topLogprobs)
    do {
      switch requested.format {
      case .text: if !requested.tools.isEmpty { try call(requested, on: model) }
      case .jsonObject: grammar = try .json
      case .jsonSchema(let schema): grammar = try OutputGrammar(schema: schema)
      }
    } catch let error as GenerationError {
      throw error
    } catch let error as GrammarError {
      throw .grammar(error)
    } catch { preconditionFailure("a grammar threw \(error)") }
  }

  /// The answer may or must be calls of tools.
  private mutating func call(_ requested: RequestedParameters, on model: ChatModel) throws {
    guard let form = model.toolCallForm else { throw GenerationError.noToolCalls }
    var tools = requested.tools
    if case .function(let name) = requested.toolChoice {
      tools = tools.filter { $0.name.utf8.elementsEqual(name.utf8) }
    }
    let isOptional = requested.toolChoice == .auto
    guard !isOptional || !form.prefix.isEmpty else { throw GenerationError.toolChoiceAuto }
    toolCallForm = form
    grammar = try .toolCalls(
      tools.map { ($0.name, $0.parameters) }, form: form, isOptional: isOptional,
      isParallel: requested.parallelToolCalls && !form.prefix.isEmpty)
  }
}

extension FinishReason {
  public init(_ end: GenerationEnd) {
    self =
      switch end {
      case .stop: .stop
      case .length: .length
      case .cancelled: .cancelled
      case .toolCalls: .toolCalls
      }
  }
}

extension GenerationEnd {
  public init(_ reason: FinishReason) {
    self =
      switch reason {
      case .stop: .stop
      case .length: .length
      case .cancelled: .cancelled
      case .toolCalls: .toolCalls
      }
  }
}

extension ModelIdentity {
  /// Of the file that a manifest describes.
  public init(_ manifest: ModelManifest) {
    self.init(
      fileDigest: manifest.fileDigest, fileBytes: manifest.fileBytes, templateDigest: manifest.template,
      contextLength: manifest.contextLength)
  }
}
