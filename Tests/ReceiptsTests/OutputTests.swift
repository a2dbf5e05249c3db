import Codec
import Credit
import Cryptography
import Testing

@testable import Receipts

/// What the library writes for others: the report of a verification, a bill of materials.
@Suite struct OutputTests {
  @Test func `a report is written with each check, what is unmet, and what no bundle shows`() throws {
    var trust = try World.trust()
    trust.required.append(.tee)
    for (world, accepted) in [(World(), false), (World(), true)] {
      if accepted { trust.required.removeAll { $0 == .tee } }
      let report = try world.report(trust)
      let json = report.json
      #expect(json["accepted"] == .bool(accepted) && json["receipt_id"] == .string(World.id.description))
      #expect(json["checks"]?.arrayValue?.map { $0["name"] } == Check.Name.allCases.map { .string($0.rawValue) })
      #expect(json["checks"]?[0]?["state"] == "pass" && json["checks"]?[8]?["state"] == "not_offered")
      #expect(json["required_unmet"] == (accepted ? [] : ["tee"]))
      #expect(json["does_not_show"]?.arrayValue?.count == Bundle.doesNotShow.count)
    }
    let unreadable = BundleVerifier(policy: trust).verify([])
    #expect(unreadable.json["receipt_id"] == .null && unreadable.failed == [.signatures])
    #expect(unreadable.checks.count == Check.Name.allCases.count && unreadable.checks[1].state == .notChecked)
  }

  @Test func `a quorum that is set is required, and named once`() throws {
    var trust = try World.trust(witnesses: 1, quorum: 1)
    #expect(try World().report(trust).unmet == [.witnesses])
    trust.required.append(.witnesses)
    #expect(try World().report(trust).unmet == [.witnesses])
    #expect(try World().report(World.trust(witnesses: 1)).unmet.isEmpty)
  }

  @Test func `a bill of materials names each asset by its kind, its authors and what it was made from`() throws {
    let kinds: [(AssetKind, JSON)] = [
      (.model, "machine-learning-model"), (.adapter, "machine-learning-model"), (.dataset, "data"),
      (.documents, "data"),
      (.code, "library"),
    ]
    let parents = kinds.map { LineageParent(id: "the \($0.0.rawValue)".replacing(" ", with: "-"), basisPoints: 800) }
    var nodes: [LineageNode] = []
    for (at, (kind, _)) in kinds.enumerated() {
      nodes.append(
        LineageNode(
          id: parents[at].id, kind: kind, name: "The \(kind.rawValue)",
          contributor: at == 2 ? CreditID.unattributed : "author"))
    }
    nodes.append(
      LineageNode(
        id: "root", kind: .model, name: "Root", contributor: "maker", retainedBasisPoints: 6_000, parents: parents))
    var world = World()
    let lineage = try Lineage(root: "root", nodes: nodes)
    world.manifest = { $0.lineage = lineage }
    let manifest = try world.madeManifest()
    let bom = try manifest.cyclonedx()
    let component = bom["metadata"]?["component"]
    #expect(component?["bom-ref"] == "asset:root")
    #expect(try component?["version"] == .string(manifest.digest().hex))
    #expect(component?["authors"] == [["name": "maker"]])
    let sets = component?["modelCard"]?["modelParameters"]?["datasets"]?.arrayValue?.compactMap {
      $0["ref"]?.stringValue
    }
    #expect(Set(sets ?? []) == ["asset:the-dataset", "asset:the-documents", "asset:the-code"])
    let others = try #require(bom["components"]?.arrayValue)
    #expect(others.count == kinds.count)
    for (kind, type) in kinds {
      let other = try #require(others.first { $0["name"]?.stringValue == "The \(kind.rawValue)" })
      #expect(other["type"] == type && (other["data"] != nil) == (type == "data"))
      #expect((other["authors"] == nil) == (kind == .dataset))
    }
    let edges = bom["dependencies"]?.arrayValue?.first { $0["ref"] == "asset:root" }
    #expect(edges?["dependsOn"]?.arrayValue?.count == kinds.count)
    let bare = try World().madeManifest()
    #expect(try bare.cyclonedx()["components"]?.arrayValue?.count == bare.lineage.nodes.count - 1)
    world.manifest = {
      guard
        let alone = try? Lineage(
          root: "root", nodes: [LineageNode(id: "root", kind: .model, name: "R", contributor: "m")])
      else { return }
      $0.lineage = alone
    }
    let parameters = try world.madeManifest().cyclonedx()["metadata"]?["component"]?["modelCard"]?["modelParameters"]
    #expect(parameters != nil && parameters?["datasets"] == nil)
  }
}
