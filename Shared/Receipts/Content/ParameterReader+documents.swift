internal import Codec
internal import Credit
internal import Cryptography

extension ParameterReader {
  /// What the model answers from: documents that stand in the request, and collections.
  mutating func documents(_ result: inout RequestedParameters) throws(ReceiptError) {
    guard let value = take("documents") else { return }
    guard let list = value.arrayValue else {
      throw ChatRequest.invalid("documents", "documents must be an array of objects with text or collection")
    }
    try Self.check(list.count, "elements")
    for (at, item) in list.enumerated() {
      if item["collection"]?.isNull == false {
        result.collections.append(try RequestedCollection(item, at: at, after: result.collections))
      } else {
        result.documents.append(try RequestedDocument(item, "documents[\(at)]"))
      }
    }
    let count = result.collections.reduce(result.documents.count) { $0 + $1.count }
    try Self.check(count, "documents, with all that it asks for,")
  }

  private static func check(_ count: Int, _ what: String) throws(ReceiptError) {
    guard count <= RequestedDocument.countMax else {
      throw ChatRequest.invalid(
        "documents",
        "documents has \(count) \(what) above the limit of \(RequestedDocument.countMax): give the nearest ones")
    }
  }
}

extension RequestedDocument {
  fileprivate init(_ json: JSON, _ path: String) throws(ReceiptError) {
    guard let members = json.objectValue else { throw ChatRequest.invalid(path, "\(path) must be an object") }
    for member in members where !["id", "title", "text", "contributor", "asset"].contains(member.name) {
      throw ChatRequest.invalid(
        "\(path).\(member.name)", "\(path).\(member.name) is not supported by this server",
        code: "unsupported_parameter")
    }
    id = try Self.text(json, "id", path, max: Self.nameBytesMax)
    title = try Self.text(json, "title", path, max: Self.nameBytesMax)
    guard let text = try Self.text(json, "text", path, max: Self.textBytesMax) else {
      throw ChatRequest.invalid("\(path).text", "\(path).text is required")
    }
    self.text = text
    source = DocumentSource(
      contributor: try Self.creditID(json, "contributor", path) ?? CreditID.unattributed,
      asset: try Self.creditID(json, "asset", path), record: SHA256.hash(Array(text.utf8)), text: text)
  }

  private static func text(_ json: JSON, _ name: String, _ path: String, max: Int) throws(ReceiptError) -> String? {
    guard let value = json[name], !value.isNull else { return nil }
    guard let text = value.stringValue, (1...max).contains(text.utf8.count) else {
      throw ChatRequest.invalid("\(path).\(name)", "\(path).\(name) must be a string of 1 to \(max) bytes")
    }
    return text
  }

  static func creditID(_ json: JSON, _ name: String, _ path: String) throws(ReceiptError) -> String? {
    guard let id = try text(json, name, path, max: CreditID.byteCountMax) else { return nil }
    guard CreditID.isValid(id) else {
      throw ChatRequest.invalid(
        "\(path).\(name)",
        "\(path).\(name) is no id: use 1 to \(CreditID.byteCountMax) printable ASCII characters without spaces")
    }
    return id
  }
}
