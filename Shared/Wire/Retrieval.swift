// Proto/colophon/inference/v1/inference.proto and attribution/v1: how documents of a collection are found.

internal import CWire

/// Asks for vectors of texts.
public struct EmbedRequest: WireMessage, Equatable {
  /// None: for the encoder's name alone.
  public var texts: [String]

  public init(texts: [String] = []) {
    self.texts = texts
  }
}

extension EmbedRequest: WireTwin {
  typealias Twin = Colophon__Inference__V1__EmbedRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__embed_request__init(twin) }

  init(lifting twin: Twin) {
    texts = lift(twin.texts, twin.n_texts)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.n_texts = texts.count
    twin.pointee.texts = try lowered(texts, in: arena)
  }
}

/// Vectors in int8, and who made them.
public struct EmbedResponse: WireMessage, Equatable {
  /// SHA-256 that names the encoder's files.
  public var model: [UInt8]
  public var width: UInt32
  /// One behind the other, in the order of the texts.
  public var vectors: [UInt8]

  public init(model: [UInt8] = [], width: UInt32 = 0, vectors: [UInt8] = []) {
    self.model = model
    self.width = width
    self.vectors = vectors
  }
}

extension EmbedResponse: WireTwin {
  typealias Twin = Colophon__Inference__V1__EmbedResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__embed_response__init(twin) }

  init(lifting twin: Twin) {
    model = [UInt8](twin.model)
    width = twin.width
    vectors = [UInt8](twin.vectors)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.model = try arena.data(model)
    twin.pointee.width = width
    twin.pointee.vectors = try arena.data(vectors)
  }
}

/// Asks for the records of a collection that are nearest to a vector.
public struct RetrieveRequest: WireMessage, Equatable {
  public var collection: String
  /// That made the vector.
  public var model: [UInt8]
  /// int8.
  public var vector: [UInt8]
  public var count: UInt32

  public init(collection: String = "", model: [UInt8] = [], vector: [UInt8] = [], count: UInt32 = 0) {
    self.collection = collection
    self.model = model
    self.vector = vector
    self.count = count
  }
}

extension RetrieveRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__RetrieveRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__retrieve_request__init(twin) }

  init(lifting twin: Twin) {
    collection = lift(twin.collection)
    model = [UInt8](twin.model)
    vector = [UInt8](twin.vector)
    count = twin.count
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.collection = try lowered(collection, in: arena)
    twin.pointee.model = try arena.data(model)
    twin.pointee.vector = try arena.data(vector)
    twin.pointee.count = count
  }
}

/// The nearest first.
public struct RetrieveResponse: WireMessage, Equatable {
  public var documents: [CollectionRecord]

  public init(documents: [CollectionRecord] = []) {
    self.documents = documents
  }
}

extension RetrieveResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__RetrieveResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__retrieve_response__init(twin) }

  init(lifting twin: Twin) {
    documents = lift(twin.documents, twin.n_documents)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.n_documents = documents.count
    twin.pointee.documents = try arena.list(documents)
  }
}

/// One record of a collection.
public struct CollectionRecord: WireMessage, Equatable {
  public var text: String
  /// Whose the collection is.
  public var contributor: String
  public var asset: String
  /// SHA-256 of the text.
  public var record: [UInt8]

  public init(text: String = "", contributor: String = "", asset: String = "", record: [UInt8] = []) {
    self.text = text
    self.contributor = contributor
    self.asset = asset
    self.record = record
  }
}

extension CollectionRecord: WireTwin {
  typealias Twin = Colophon__Attribution__V1__CollectionRecord
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__collection_record__init(twin) }

  init(lifting twin: Twin) {
    text = lift(twin.text)
    contributor = lift(twin.contributor)
    asset = lift(twin.asset)
    record = [UInt8](twin.record)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.text = try lowered(text, in: arena)
    twin.pointee.contributor = try lowered(contributor, in: arena)
    twin.pointee.asset = try lowered(asset, in: arena)
    twin.pointee.record = try arena.data(record)
  }
}
