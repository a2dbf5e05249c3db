internal import Cryptography
internal import Evidence
internal import Exact
internal import RPC
internal import Receipts
internal import Wire

/// A request that can be executed: everything checked, nothing run. What is refused here is the caller's to mend, and
/// the message says how.
struct PreparedRequest: Sendable {
  static let nonceBytesMax = 64
  static let sharingKeyBytesMax = 256

  let id: ReceiptID
  let body: [UInt8]
  /// Data of the opening; nil where the request asks for no collection.
  let retrieved: [UInt8]?
  let request: ChatRequest
  let salts: Salts
  let nonce: [UInt8]
  /// Nil shares with none.
  let sharingKey: [UInt8]?
  let model: LoadedModel
  let prompt: [UInt32]
  let parameters: EffectiveParameters
  /// How each choice is decoded.
  let decoding: DecodingParameters
  /// One for each choice that was asked for, before its first token.
  let choices: [ChoiceDecoder]

  init(_ input: GenerateRequest, models: ServedModels, contextTokensMax: Int?) throws(RPCError) {
    guard let id = ReceiptID(input.receiptID) else { throw Self.refuse("receipt_id must be a UUIDv7 in lower case") }
    guard input.nonce.count <= Self.nonceBytesMax else {
      throw Self.refuse("nonce has \(input.nonce.count) bytes, above the limit of \(Self.nonceBytesMax)")
    }
    guard input.sharingKey.count <= Self.sharingKeyBytesMax else {
      throw Self.refuse(
        "sharing_key has \(input.sharingKey.count) bytes, above the limit of \(Self.sharingKeyBytesMax)")
    }
    retrieved = input.retrieved.isEmpty ? nil : input.retrieved
    do { request = try ChatRequest(body: input.requestBody, retrieved: retrieved) } catch {
      throw Self.refuse("\(error)")
    }
    guard let model = models.model(request.model) else {
      let names = models.models.map(\.manifest.id).joined(separator: ", ")
      throw RPCError(
        .notFound,
        "the model \"\(request.model.prefix(64))\" is not served here; served: \(names.isEmpty ? "none" : names)")
    }
    salts = try Self.salts(input.salts, messages: request.messages.count, isRetrieved: retrieved != nil)
    do {
      prompt = try model.model.render(
        request.shownMessages.map(ChatMessage.init), tools: request.parameters.tools.map(\.json))
    } catch { throw Self.refuse("\(error)") }
    let seed: [UInt8]
    do { seed = try SecureRandom.bytes(8) } catch { throw RPCError(.internal, "no randomness for a seed") }
    let room = model.manifest.contextLength - prompt.count
    guard room > 0 else {
      throw Self.refuse(
        "the prompt has \(prompt.count) tokens; the context limit is \(model.manifest.contextLength) tokens for prompt and "
          + "answer: shorten the messages")
    }
    parameters = EffectiveParameters(
      request.parameters, drawnSeed: seed.reduce(0) { $0 << 8 | UInt64($1) }, room: room)
    if let contextTokensMax, prompt.count + parameters.maxTokens > contextTokensMax {
      throw Self.refuse(
        "the prompt has \(prompt.count) tokens and the answer may have \(parameters.maxTokens), together above this "
          + "server's context limit of \(contextTokensMax): shorten the messages or give a smaller max_tokens")
    }
    do {
      decoding = try DecodingParameters(parameters, for: request, on: model.model)
      choices = try Self.decoders(model.model, prompt, decoding, count: parameters.n, salt: salts.activation)
    } catch { throw Self.refuse("\(error)") }
    self.id = id
    self.model = model
    body = input.requestBody
    nonce = input.nonce
    sharingKey = input.sharingKey.isEmpty ? nil : input.sharingKey
  }

  private static func decoders(
    _ model: ChatModel, _ prompt: [UInt32], _ decoding: DecodingParameters, count: Int, salt: [UInt8]
  ) throws(GenerationError) -> [ChoiceDecoder] {
    var decoders: [ChoiceDecoder] = []
    for choice in 0..<count {
      decoders.append(
        try ChoiceDecoder(model, prompt: prompt, decoding: decoding, choice: UInt32(choice), salt: salt))
    }
    return decoders
  }

  private static func salts(_ salts: Salts?, messages: Int, isRetrieved: Bool) throws(RPCError) -> Salts {
    guard let salts else { throw refuse("salts are missing") }
    guard salts.messages.count == messages else {
      throw refuse("salts.messages has \(salts.messages.count) salts for \(messages) messages")
    }
    let named = [
      ("request", salts.request), ("content", salts.content), ("tokens", salts.tokens),
      ("activation", salts.activation),
    ]
    guard salts.retrieved.count == (isRetrieved ? Opening.saltBytes : 0) else {
      throw refuse("salts.retrieved has \(salts.retrieved.count) bytes: 32 where documents are retrieved, else none")
    }
    for (name, salt) in named + salts.messages.map({ ("messages", $0) }) where salt.count != Opening.saltBytes {
      throw refuse("salts.\(name) has \(salt.count) bytes, it must have \(Opening.saltBytes)")
    }
    return salts
  }

  private static func refuse(_ message: String) -> RPCError { RPCError(.invalidArgument, message) }
}
