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
      }
    self.init(role: role, content: message.content)
  }
}

extension EffectiveParameters {
  /// What the sampler reads of them.
  public var sampling: SamplingParameters {
    SamplingParameters(temperature: temperature.value, topK: topK, topP: topP.value, minP: minP.value, seed: seed)
  }
}

extension FinishReason {
  public init(_ end: GenerationEnd) {
    self =
      switch end {
      case .stop: .stop
      case .length: .length
      case .cancelled: .cancelled
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
