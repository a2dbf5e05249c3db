public import Codec
internal import Credit
internal import Cryptography

extension ModelManifest {
  /// The manifest as a machine-learning bill of materials, CycloneDX 1.6: the model with its weights' digest and its card, and
  /// each asset of the lineage as a component that the model depends on. What only this suite says stands in properties.
  public func cyclonedx() throws(ReceiptError) -> JSON {
    let digest = try digest()
    let root = lineage.nodes.first { $0.id == lineage.root }
    let others = lineage.nodes.filter { $0.id != lineage.root }
    let datasets = others.filter { [.dataset, .documents, .code].contains($0.kind) }
    let model: JSON = .members([
      ("type", "machine-learning-model"), ("bom-ref", .string(Self.reference(lineage.root))), ("name", .string(name)),
      ("version", .string(digest.hex)), ("authors", root.flatMap(Self.authors)),
      ("hashes", [["alg": "SHA-256", "content": .string(fileDigest.hex)]]),
      ("licenses", [["license": ["name": .string(licence)]]]),
      (
        "modelCard",
        [
          "modelParameters": .members([
            ("architectureFamily", .string(architecture)), ("modelArchitecture", .string(name)),
            ("datasets", datasets.isEmpty ? nil : .array(datasets.map { ["ref": .string(Self.reference($0.id))] })),
          ])
        ]
      ),
      (
        "properties",
        .array(
          [
            Self.property("manifest", digest.named), Self.property("id", id), Self.property("file", fileName),
            Self.property("bytes", String(fileBytes)), Self.property("quantization", quantization),
            Self.property("template", template.named), Self.property("profile", profile),
            Self.property("context_length", String(contextLength)),
          ] + (root.map(Self.properties) ?? []))
      ),
    ])
    return [
      "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": ["component": model],
      "components": .array(others.map(Self.component)),
      "dependencies": .array(
        lineage.nodes.map { node in
          [
            "ref": .string(Self.reference(node.id)),
            "dependsOn": .array(node.parents.map { .string(Self.reference($0.id)) }),
          ]
        }),
    ]
  }

  private static func component(_ node: LineageNode) -> JSON {
    let type: JSON =
      switch node.kind {
      case .model, .adapter: "machine-learning-model"
      case .dataset, .documents: "data"
      case .code: "library"
      case .machine: "device"
      case .operator: "platform"
      }
    return .members([
      ("type", type), ("bom-ref", .string(reference(node.id))), ("name", .string(node.name)),
      ("authors", authors(node)),
      ("data", type == "data" ? [["type": "dataset", "name": .string(node.name)]] : nil),
      ("properties", .array(properties(node))),
    ])
  }

  private static func reference(_ id: String) -> String { "asset:\(id)" }

  /// Nobody claims what is `unattributed`.
  private static func authors(_ node: LineageNode) -> JSON? {
    node.contributor == CreditID.unattributed ? nil : [["name": .string(node.contributor)]]
  }

  private static func properties(_ node: LineageNode) -> [JSON] {
    [
      property("kind", node.kind.rawValue), property("claim", node.claim.rawValue),
      property("retained_bp", String(node.retainedBasisPoints)),
    ] + node.parents.map { property("parent_bp:\($0.id)", String($0.basisPoints)) }
  }

  private static func property(_ name: String, _ value: String) -> JSON {
    ["name": .string("colophon:\(name)"), "value": .string(value)]
  }
}
