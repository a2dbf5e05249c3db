import Codec
import Exact
import Foundation
import TestKit

/// The sentence encoders that the tests run: the real one, and a small one with random weights.
enum EmbeddingFixture {
  static func realFolder() throws -> String { try GivenModel.miniLM.path() }

  /// The real model, loaded once.
  static func real() throws -> EmbeddingModel { try loaded.get() }

  private static let loaded = Result { try EmbeddingModel.load(folder: realFolder(), threads: 2) }

  static let words = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "##s", "##at", "c", "##a", "##t", "sat", "on", "mat",
    ".", ",", "!", "e", "##e", "日", "本", "ᄒ", "##ᅡ", "##ᆫ", "un", "##aff", "##able", "x", "##x",
  ]

  /// The files of an encoder of two layers: width 64, 4 heads of 16, feed-forward 96, 150 positions.
  static func files(seed: UInt64 = 1) -> [String: [UInt8]] {
    var random = SplitMix64(state: seed)
    var weights = SafetensorsWriter()
    func add(_ name: String, _ shape: [Int], around centre: Float = 0) {
      let values = random.floats(shape.reduce(1, *), scale: 0.2).map { $0 + centre }
      weights.add(name, shape, values)
    }
    func norm(_ name: String) {
      add("\(name).weight", [64], around: 1)
      add("\(name).bias", [64])
    }
    func dense(_ name: String, _ rows: Int, _ columns: Int) {
      add("\(name).weight", [rows, columns])
      add("\(name).bias", [rows])
    }
    add("embeddings.word_embeddings.weight", [words.count, 64])
    add("embeddings.position_embeddings.weight", [150, 64])
    add("embeddings.token_type_embeddings.weight", [2, 64])
    norm("embeddings.LayerNorm")
    for layer in 0..<2 {
      let name = "encoder.layer.\(layer)."
      for part in ["query", "key", "value"] { dense("\(name)attention.self.\(part)", 64, 64) }
      dense(name + "attention.output.dense", 64, 64)
      norm(name + "attention.output.LayerNorm")
      dense(name + "intermediate.dense", 96, 64)
      dense(name + "output.dense", 64, 96)
      norm(name + "output.LayerNorm")
    }
    return [
      "config.json": Array(config.utf8), "tokenizer.json": Array(tokenizer().text.utf8),
      "modules.json": Array(modules.utf8), "1_Pooling/config.json": Array(pooling.utf8),
      "sentence_bert_config.json": Array(#"{"max_seq_length":140,"do_lower_case":false}"#.utf8),
      "model.safetensors": weights.bytes(),
    ]
  }

  static let config = """
    {"model_type":"bert","hidden_act":"gelu","num_hidden_layers":2,"hidden_size":64,"num_attention_heads":4,\
    "intermediate_size":96,"vocab_size":\(words.count),"max_position_embeddings":150,"type_vocab_size":2,\
    "layer_norm_eps":1e-12}
    """
  static let modules = """
    [{"type":"sentence_transformers.models.Transformer","path":""},\
    {"type":"sentence_transformers.models.Pooling","path":"1_Pooling"},\
    {"type":"sentence_transformers.models.Normalize","path":"2_Normalize"}]
    """
  static let pooling =
    #"{"word_embedding_dimension":64,"pooling_mode_mean_tokens":true,"pooling_mode_cls_token":false}"#

  static func tokenizer(_ words: [String] = words) -> JSON {
    [
      "normalizer": [
        "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": .null,
        "lowercase": true,
      ],
      "pre_tokenizer": ["type": "BertPreTokenizer"],
      "post_processor": [
        "type": "TemplateProcessing",
        "single": [
          ["SpecialToken": ["id": "[CLS]", "type_id": 0]], ["Sequence": ["id": "A", "type_id": 0]],
          ["SpecialToken": ["id": "[SEP]", "type_id": 0]],
        ],
      ],
      "model": [
        "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
        "vocab": .object(words.enumerated().map { JSONMember($1, .integer($0)) }),
      ],
    ]
  }
}
