internal import Codec
internal import Cryptography

/// The in-toto statement (predicate `https://model_signing/signature/v1.0`).
extension ModelResources {
  static let statementType = "https://in-toto.io/Statement/v1"
  static let predicateType = "https://model_signing/signature/v1.0"
  static let statementBytesMax = 48 << 20

  func statement() throws(ReceiptError) -> [UInt8] {
    let algorithm = JSON.string(serialization.algorithm)
    let listed = resources.map { resource -> JSON in
      ["name": .string(resource.name), "algorithm": algorithm, "digest": .string(Hex.encode(resource.digest))]
    }
    let serialization: JSON = .members(
      self.serialization.members + [
        ("allow_symlinks", .bool(followsLinks)),
        ("ignore_paths", ignored.isEmpty ? nil : .array(ignored.map { .string($0) })),
      ])
    let statement: JSON = [
      "_type": .string(Self.statementType), "predicateType": .string(Self.predicateType),
      "subject": [["name": .string(model), "digest": ["sha256": .string(root.hex)]]],
      "predicate": ["serialization": serialization, "resources": .array(listed)],
    ]
    do { return try JCS.encode(statement) } catch { throw .encoding(what: "model signature", why: "\(error)") }
  }

  /// Reads what was signed. Members that this version does not define are passed over, as the standard asks.
  init(statement bytes: [UInt8]) throws(ReceiptError) {
    let json: JSON
    do {
      json = try JSON(parsing: bytes, limits: JSONLimits(byteCountMax: Self.statementBytesMax, depthMax: 8))
    } catch { throw .encoding(what: "model signature: statement", why: "\(error)") }
    func refuse(_ member: String, _ why: String) -> ReceiptError { .field("model signature: \(member)", why: why) }
    guard json["_type"]?.stringValue == Self.statementType else {
      throw refuse("_type", "is not \(Self.statementType)")
    }
    guard json["predicateType"]?.stringValue == Self.predicateType else {
      throw refuse("predicateType", "is not \(Self.predicateType)")
    }
    let stated = json["predicate"]?["serialization"]
    let serialization = try ModelSerialization(stated)
    guard let followsLinks = stated?["allow_symlinks"]?.boolValue else {
      throw refuse("allow_symlinks", "must be true or false")
    }
    var ignored: [String] = []
    for path in stated?["ignore_paths"]?.arrayValue ?? [] {
      guard let text = path.stringValue else { throw refuse("ignore_paths", "must hold strings") }
      ignored.append(text)
    }
    var resources: [Resource] = []
    for item in json["predicate"]?["resources"]?.arrayValue ?? [] {
      guard item["algorithm"]?.stringValue == serialization.algorithm, let name = item["name"]?.stringValue,
        let digest = item["digest"]?.stringValue.flatMap(Hex.decode),
        let resource = Resource(name: name, in: serialization, digest: digest)
      else { throw refuse("resources", "must hold names with digests by \(serialization.algorithm)") }
      resources.append(resource)
    }
    guard let subjects = json["subject"]?.arrayValue, subjects.count == 1, let name = subjects[0]["name"]?.stringValue
    else {
      throw refuse("subject", "must be one, with a name")
    }
    try self.init(
      model: name, serialization: serialization, resources: resources, ignored: ignored, followsLinks: followsLinks)
    // Over the digests as they are listed there: other writers have another order.
    guard subjects[0]["digest"]?["sha256"]?.stringValue == Self.root(resources).hex else {
      throw refuse("subject", "is not the digest of the resources")
    }
  }
}
