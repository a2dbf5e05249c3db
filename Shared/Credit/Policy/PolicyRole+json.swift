internal import Codec
internal import Cryptography

extension PolicyRole {
  var json: JSON {
    .object(
      [
        JSONMember("role", .string(role)), JSONMember("basis_points", .integer(basisPoints)),
        JSONMember("method", .string(method.name)),
      ] + method.members)
  }

  init(json: JSON, path: String) throws(CreditError) {
    let wanted = "one of \(AttributionMethod.names.joined(separator: ", "))"
    guard let name = json["method"]?.stringValue, var own = AttributionMethod.memberNames[name] else {
      throw .json(path: "\(path).method", wanted: wanted)
    }
    if name == "context-shapley/1" { own = ContextParameters.names(of: json) }
    let fields = try Fields(json, path, own.union(["role", "basis_points", "method"]))
    guard let method = try AttributionMethod(name, fields) else { throw .json(path: "\(path).method", wanted: wanted) }
    self.init(
      role: try fields.id("role", "role"), basisPoints: try fields.integer("basis_points"), method: method)
  }
}

extension AttributionMethod {
  /// The members that each method has besides `role`, `basis_points` and `method`: all of them, but `judge` may be absent, and
  /// no other.
  static let memberNames: [String: Set<String>] = [
    "lineage/1": [], "operator/1": [], "equal/1": ["contributors"], "fixed/1": ["parts"],
    "metered/1": ["per_token", "per_millisecond"],
    "knn-shapley/1": ["neighbours", "negatives", "shift", "near_bp"],
    "tknn-shapley/1": ["radius", "negatives", "shift", "near_bp"],
    "span/1": ["length_min", "rarity_min", "rarity_table", "shingle", "words", "near_bp"],
    "context-shapley/1": [], "feedback/1": ["judge"],
  ]

  /// In the order in which messages list them.
  static let names = [
    "lineage/1", "equal/1", "fixed/1", "operator/1", "metered/1", "knn-shapley/1", "tknn-shapley/1", "span/1",
    "context-shapley/1", "feedback/1",
  ]

  var members: [JSONMember] {
    switch self {
    case .lineage, .operator, .contextShapley: []
    case .feedback(let judge): judge.map { [JSONMember("judge", .string($0))] } ?? []
    case .contextShapleyBy(let parameters): parameters.members
    case .equal(let contributors): [JSONMember("contributors", .array(contributors.map(JSON.string)))]
    case .fixed(let parts): [JSONMember("parts", .array(parts.map(\.json)))]
    case .metered(let rates):
      [
        JSONMember("per_token", .integer(rates.perToken)),
        JSONMember("per_millisecond", .integer(rates.perMillisecond)),
      ]
    case .nearest(let nearest): nearest.members
    case .span(let span):
      [
        JSONMember("length_min", .integer(span.lengthMin)), JSONMember("rarity_min", .integer(span.rarityMin)),
        JSONMember("rarity_table", .string("sha256:\(span.rarityTable.hex)")),
        JSONMember("shingle", .integer(span.shingle)), JSONMember("words", .integer(span.words)),
        JSONMember("near_bp", .integer(span.nearBasisPoints)),
      ]
    }
  }

  /// Nil for a name of nothing.
  fileprivate init?(_ name: String, _ fields: Fields) throws(CreditError) {
    switch name {
    case "lineage/1": self = .lineage
    case "operator/1": self = .operator
    case "context-shapley/1":
      self = try ContextParameters(fields).map { .contextShapleyBy($0) } ?? .contextShapley
    case "feedback/1": self = .feedback(judge: fields.has("judge") ? try fields.id("judge", "judge") : nil)
    case "equal/1": self = .equal(try Self.contributors(fields))
    case "fixed/1": self = .fixed(try Self.parts(fields))
    case "metered/1":
      self = .metered(
        try Metered(perToken: Self.rate(fields, "per_token"), perMillisecond: Self.rate(fields, "per_millisecond")))
    case "knn-shapley/1":
      self = .nearest(
        try NearestParameters(
          fields,
          .nearest(try KNNShapley(neighbours: fields.integer("neighbours"), negatives: fields.choice("negatives")))))
    case "tknn-shapley/1":
      guard let radius = Int32(exactly: try fields.integer("radius")) else {
        throw .json(path: fields.at("radius"), wanted: "an integer of 32 bits")
      }
      self = .nearest(
        try NearestParameters(
          fields, .within(ThresholdKNNShapley(radius: radius, negatives: try fields.choice("negatives")))))
    case "span/1":
      guard let table = Asset.digest(.string(try fields.text("rarity_table"))) else {
        throw .json(path: fields.at("rarity_table"), wanted: "\"sha256:\" and 64 lower-case digits")
      }
      self = .span(
        try SpanParameters(
          lengthMin: fields.integer("length_min"), rarityMin: fields.integer("rarity_min"), rarityTable: table,
          shingle: fields.integer("shingle"), words: fields.integer("words"),
          nearBasisPoints: fields.integer("near_bp")))
    default: return nil
    }
  }

  private static func rate(_ fields: Fields, _ name: String) throws(CreditError) -> UInt32 {
    guard let rate = UInt32(exactly: try fields.integer(name)) else {
      throw .json(path: fields.at(name), wanted: "an integer from 0 to 4294967295")
    }
    return rate
  }

  private static func contributors(_ fields: Fields) throws(CreditError) -> [String] {
    var ids: [String] = []
    for item in try fields.array("contributors", limit: contributorCountMax) {
      guard let id = item.stringValue else {
        throw .json(path: "\(fields.at("contributors"))[\(ids.count)]", wanted: "a string")
      }
      ids.append(id)
    }
    return ids
  }

  private static func parts(_ fields: Fields) throws(CreditError) -> [FixedPart] {
    var parts: [FixedPart] = []
    for item in try fields.array("parts", limit: contributorCountMax) {
      let part = try Fields(item, "\(fields.at("parts"))[\(parts.count)]", ["contributor", "basis_points"])
      parts.append(
        FixedPart(
          contributor: try part.id("contributor", "contributor"), basisPoints: try part.integer("basis_points")))
    }
    return parts
  }
}

extension NearestParameters {
  fileprivate init(_ fields: Fields, _ form: Form) throws(CreditError) {
    try self.init(form, shift: fields.integer("shift"), nearBasisPoints: fields.integer("near_bp"))
  }

  fileprivate var members: [JSONMember] {
    let own =
      switch form {
      case .nearest(let method):
        [
          JSONMember("neighbours", .integer(method.neighbours)),
          JSONMember("negatives", .string(method.negatives.rawValue)),
        ]
      case .within(let method):
        [
          JSONMember("radius", .integer(method.radius)), JSONMember("negatives", .string(method.negatives.rawValue)),
        ]
      }
    return own + [JSONMember("shift", .integer(shift)), JSONMember("near_bp", .integer(nearBasisPoints))]
  }
}

extension FixedPart {
  var json: JSON {
    .object([JSONMember("contributor", .string(contributor)), JSONMember("basis_points", .integer(basisPoints))])
  }
}
