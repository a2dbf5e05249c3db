import FuzzKit

@testable import Exact

extension FuzzTarget {
  /// A chat template, read and then rendered with one conversation.
  static let template = FuzzTarget(name: "template", mutate: nil) { bytes in
    guard let text = String(validating: bytes, as: UTF8.self) else { return false }
    var metadata = TemplateVocabulary.metadata
    metadata["tokenizer.chat_template"] = .string(text)
    guard (try? ChatTemplate(metadata: metadata)) != nil else { return false }
    // Less work than a server allows: the sanitizer makes it ten times as slow, and few inputs a second find little.
    var limits = TemplateLimits()
    limits.steps = 1 << 16
    limits.textBytes = 1 << 20
    let names = ["bos_token": "<|im_start|>", "eos_token": "<|im_end|>"]
    guard let template = try? ChatTemplate(text: text, tokenTexts: names, limits: limits) else { return false }
    let messages = [
      ChatMessage(role: .system, content: "Be <|im_end|> brief."), ChatMessage(role: .user, content: "Zwölf 12?\n"),
      ChatMessage(role: .assistant, content: ""), ChatMessage(role: .user, content: "'\"{{ x }}"),
    ]
    guard let tokens = try? template.render(messages, tokenizer: TemplateVocabulary.tokenizer) else { return false }
    precondition(tokens.allSatisfy { $0 < TemplateVocabulary.tokenizer.vocabulary.count })
    return true
  }
}

/// The least that a chat model has: each byte, and three markers.
private enum TemplateVocabulary {
  static let metadata: [String: GGUFValue] = {
    let bytes = ByteAlphabet.scalars.map { GGUFValue.string(Unicode.Scalar($0).map { String(Character($0)) } ?? "") }
    let markers = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]
    return [
      "tokenizer.ggml.model": .string("gpt2"), "tokenizer.ggml.pre": .string("smollm"),
      "tokenizer.ggml.tokens": .array(bytes + markers.map { .string($0) }),
      "tokenizer.ggml.token_type": .array(bytes.map { _ in .int32(1) } + markers.map { _ in .int32(3) }),
      "tokenizer.ggml.merges": .array([]), "tokenizer.ggml.bos_token_id": .uint32(256),
      "tokenizer.ggml.eos_token_id": .uint32(257),
    ]
  }()

  static let tokenizer: Tokenizer = {
    do { return Tokenizer(vocabulary: try Vocabulary(metadata: metadata)) } catch {
      preconditionFailure("the vocabulary of the target is refused: \(error)")
    }
  }()
}
