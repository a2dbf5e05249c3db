public import Codec

extension Lineage {
  /// `{"root": id, "nodes": [{"id", "kind", "name", "contributor", "claim", "retained_bp", "parents": [{"id",
  /// "basis_points"}]}]}`: every member always there, the order of nodes and parents kept.
  public var json: JSON {
    .object([JSONMember("root", .string(root)), JSONMember("nodes", .array(nodes.map(\.json)))])
  }

  public init(json: JSON) throws(CreditError) {
    let fields = try Fields(json, "lineage", ["root", "nodes"])
    var nodes: [LineageNode] = []
    for (at, item) in try fields.array("nodes", limit: Self.nodeCountMax).enumerated() {
      nodes.append(try LineageNode(json: item, path: "lineage.nodes[\(at)]"))
    }
    try self.init(root: try fields.id("root", "asset"), nodes: nodes)
  }
}

extension LineageNode {
  var json: JSON {
    .object([
      JSONMember("id", .string(id)),
      JSONMember("kind", .string(kind.rawValue)),
      JSONMember("name", .string(name)),
      JSONMember("contributor", .string(contributor)),
      JSONMember("claim", .string(claim.rawValue)),
      JSONMember("retained_bp", .integer(retainedBasisPoints)),
      JSONMember("parents", .array(parents.map(\.json))),
    ])
  }

  init(json: JSON, path: String) throws(CreditError) {
    let fields = try Fields(
      json, path, ["id", "kind", "name", "contributor", "claim", "retained_bp", "parents"])
    var parents: [LineageParent] = []
    for (at, item) in try fields.array("parents", limit: Lineage.nodeCountMax).enumerated() {
      parents.append(try LineageParent(json: item, path: "\(path).parents[\(at)]"))
    }
    self.init(
      id: try fields.id("id", "asset"), kind: try fields.choice("kind"), name: try fields.text("name"),
      contributor: try fields.id("contributor", "contributor"), claim: try fields.choice("claim"),
      retainedBasisPoints: try fields.integer("retained_bp"), parents: parents)
  }
}

extension LineageParent {
  var json: JSON {
    .object([JSONMember("id", .string(id)), JSONMember("basis_points", .integer(basisPoints))])
  }

  init(json: JSON, path: String) throws(CreditError) {
    let fields = try Fields(json, path, ["id", "basis_points"])
    self.init(id: try fields.id("id", "asset"), basisPoints: try fields.integer("basis_points"))
  }
}
