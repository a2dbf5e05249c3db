internal import Codec
internal import Credit
internal import Cryptography

/// A record of a collection that was retrieved for a request: content that is not in the request's bytes, and has an
/// opening of its own, `retrieved` (FORMAT section 1).
public struct RetrievedDocument: Sendable, Equatable {
  /// The place in the request's `documents` of the collection that it was retrieved for.
  public let item: Int
  /// The collection's id.
  public let asset: String
  /// Whose the collection is, as whoever retrieved it says.
  public let contributor: String
  public let text: String

  public init(item: Int, asset: String, contributor: String, text: String) {
    self.item = item
    self.asset = asset
    self.contributor = contributor
    self.text = text
  }

  /// The data of the opening: JCS of the list.
  public static func encode(_ documents: [RetrievedDocument]) throws(ReceiptError) -> [UInt8] {
    let list = documents.map { document -> JSON in
      [
        "asset": .string(document.asset), "contributor": .string(document.contributor),
        "item": .integer(document.item), "text": .string(document.text),
      ]
    }
    do { return try JCS.encode(.array(list)) } catch { throw .encoding(what: "retrieved", why: "\(error)") }
  }

  /// Reads the opening's data. Whether these are documents of a request says ``ChatRequest/give(_:)``.
  public static func list(_ data: [UInt8]) throws(ReceiptError) -> [RetrievedDocument] {
    guard data.count <= ChatRequest.bodyBytesMax else {
      throw .limit(name: "retrieved bytes", limit: ChatRequest.bodyBytesMax, got: data.count)
    }
    let json: JSON
    do { json = try JCS.parse(data) } catch { throw .encoding(what: "retrieved", why: "\(error)") }
    guard let list = json.arrayValue else { throw .field("retrieved", why: "must be an array") }
    guard list.count <= RequestedDocument.countMax else {
      throw .limit(name: "retrieved documents", limit: RequestedDocument.countMax, got: list.count)
    }
    var documents: [RetrievedDocument] = []
    for (at, value) in list.enumerated() {
      let path = "retrieved[\(at)]"
      var fields = try Fields(value, path)
      let document = RetrievedDocument(
        item: try fields.count("item"), asset: try fields.string("asset"),
        contributor: try fields.string("contributor"),
        text: try fields.name("text", max: RequestedDocument.textBytesMax))
      try fields.end()
      guard CreditID.isValid(document.asset), CreditID.isValid(document.contributor) else {
        throw .field(path, why: "has what is no id")
      }
      documents.append(document)
    }
    return documents
  }
}

extension ChatRequest {
  /// Reads a body with what was retrieved for it: the request as it is executed, whose documents are all that the model is
  /// shown.
  /// - Parameter retrieved: data of the opening; nil where the request asks for no collection, and only there.
  public init(body: [UInt8], retrieved: [UInt8]? = nil) throws(ReceiptError) {
    try self.init(asked: body)
    if let retrieved {
      try give(RetrievedDocument.list(retrieved))
    } else if let first = parameters.collections.first {
      throw .field("documents[\(first.item)]", why: "is of a collection, and what was retrieved of it is not here")
    }
  }

  /// Puts what was retrieved in the places of its collections. Errors: what is not documents of this request.
  public mutating func give(_ retrieved: [RetrievedDocument]) throws(ReceiptError) {
    guard !parameters.collections.isEmpty else {
      throw .field("retrieved", why: "is given, and the request asks for no collection")
    }
    guard zip(retrieved, retrieved.dropFirst()).allSatisfy({ $0.item <= $1.item }) else {
      throw .field("retrieved", why: "is not in the order of the request's documents")
    }
    var byItem: [Int: [RequestedDocument]] = [:]
    for collection in parameters.collections {
      let found = retrieved.filter { $0.item == collection.item }
      let path = "retrieved of documents[\(collection.item)]"
      guard (1...collection.count).contains(found.count) else {
        throw .field(path, why: "must be 1 to \(collection.count) documents, not \(found.count)")
      }
      guard found.allSatisfy({ $0.asset.hasSameBytes(as: collection.asset) }) else {
        throw .field(path, why: "is of another asset than \(collection.asset)")
      }
      byItem[collection.item] = found.map { RequestedDocument(retrieved: $0) }
      guard Set(found.map { SHA256.hash(Array($0.text.utf8)) }).count == found.count else {
        throw .field(path, why: "has one text twice")
      }
    }
    guard byItem.values.reduce(0, { $0 + $1.count }) == retrieved.count else {
      throw .field("retrieved", why: "has a document of an item that is no collection of the request")
    }
    var inline = parameters.documents[...]
    let places = parameters.documents.count + parameters.collections.count
    parameters.documents = (0..<places).flatMap { item in byItem[item] ?? inline.popFirst().map { [$0] } ?? [] }
  }
}

extension RequestedDocument {
  fileprivate init(retrieved document: RetrievedDocument) {
    id = nil
    title = nil
    text = document.text
    source = DocumentSource(
      contributor: document.contributor, asset: document.asset, record: SHA256.hash(Array(document.text.utf8)),
      text: document.text)
    isRetrieved = true
  }
}
