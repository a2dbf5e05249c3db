public import Codec
import Cryptography
import Synchronization

/// A model with all that turns messages into tokens and tokens into text.
public final class ChatModel: Sendable {
  public let model: Model
  public let tokenizer: Tokenizer
  public let template: ChatTemplate
  /// What the file is, as computed from its bytes.
  public let identity: ModelIdentity
  /// How the model writes calls of tools; nil when its template is for none, or for a form that is not known here.
  public let toolCallForm: ToolCallForm?
  private let constraint = Mutex<GrammarVocabulary?>(nil)

  /// Opens, checks and repacks a file, and computes its digest from the very bytes that were repacked.
  /// - Parameter threads: used for repacking only.
  public static func load(path: String, kernel: KernelChoice, threads: Int) throws(GenerationError) -> ChatModel {
    let loaded: Model
    do { loaded = try Model.load(path: path, kernel: kernel, threads: threads) } catch { throw .model(error) }
    return try ChatModel(loaded)
  }

  /// Around a model that was loaded.
  public convenience init(_ model: Model) throws(GenerationError) {
    do { try self.init(checking: model) } catch {
      guard let known = GenerationError(error) else { preconditionFailure("the engine threw \(error)") }
      throw known
    }
  }

  private init(checking model: Model) throws {
    let metadata = model.file.metadata
    self.model = model
    tokenizer = Tokenizer(vocabulary: try Vocabulary(metadata: metadata))
    template = try ChatTemplate(metadata: metadata)
    toolCallForm =
      template.acceptsTools
      ? metadata["tokenizer.chat_template"]?.string.flatMap { ToolCallForm(template: $0) } : nil
    // The output layer chooses among its rows: each must be a token that can be spelled.
    guard tokenizer.vocabulary.count == model.shape.vocabulary else {
      throw ModelError.badValue(
        key: "tokenizer.ggml.tokens", value: "\(tokenizer.vocabulary.count) tokens",
        requirement: "one for each of the \(model.shape.vocabulary) rows of the embedding")
    }
    identity = ModelIdentity(
      fileDigest: model.file.digest(), fileBytes: UInt64(model.file.byteCount),
      templateDigest: SHA256.hash(Array((metadata["tokenizer.chat_template"]?.string ?? "").utf8)),
      contextLength: model.shape.contextLength)
    do { try model.file.requireUnchanged() } catch { throw ModelError.gguf(error) }
    // The weights are copies: the file need not take as much room again.
    model.file.releasePages()
  }

  /// The prompt of a conversation.
  ///
  /// - Parameter tools: the tool objects as the client sent them.
  /// - Throws: `template`, which names a byte that the vocabulary lacks.
  public func render(_ messages: [ChatMessage], tools: [JSON] = []) throws(GenerationError) -> [UInt32] {
    do { return try template.render(messages, tools: tools, tokenizer: tokenizer) } catch { throw .template(error) }
  }

  /// What grammars need of the vocabulary, made when it is first asked for.
  var grammarVocabulary: GrammarVocabulary {
    constraint.withLock { known in
      let made = known ?? GrammarVocabulary(tokenizer)
      known = made
      return made
    }
  }

  /// The text of an answer: what a stream of its pieces adds up to.
  public func text(of tokens: [UInt32]) throws(GenerationError) -> String {
    do {
      var decoder = StreamingDecoder(tokenizer)
      var text = ""
      for token in tokens { text += try decoder.push(token) }
      return text + decoder.finish()
    } catch {
      throw .tokenizer(error)
    }
  }

  func requireRoom(prompt: Int, answer: Int) throws(GenerationError) {
    guard prompt > 0 else { throw .emptyPrompt }
    guard answer > 0 else { throw .badMaxTokens(answer) }
    let limit = model.shape.contextLength
    guard prompt <= limit, answer <= limit - prompt else {
      throw .contextExceeded(promptTokens: prompt, maxTokens: answer, limit: limit)
    }
  }
}
