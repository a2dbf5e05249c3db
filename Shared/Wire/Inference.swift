// Proto/colophon/inference/v1/inference.proto. Models and cancelling; answers are in Generation.swift.

internal import CWire

/// Asks which models an inference service runs.
public struct ListModelsRequest: WireMessage, Equatable {
  public init() {}
}

extension ListModelsRequest: WireTwin {
  typealias Twin = Colophon__Inference__V1__ListModelsRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__list_models_request__init(twin) }
  init(lifting twin: Twin) {}
  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) {}
}

/// The models that an inference service runs.
public struct ListModelsResponse: WireMessage, Equatable {
  public var models: [ServedModel]

  public init(models: [ServedModel] = []) {
    self.models = models
  }
}

extension ListModelsResponse: WireTwin {
  typealias Twin = Colophon__Inference__V1__ListModelsResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__list_models_response__init(twin) }

  init(lifting twin: Twin) {
    models = lift(twin.models, twin.n_models)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.n_models = models.count
    twin.pointee.models = try arena.list(models)
  }
}

/// `Model` of the proto: one model that an inference service runs.
public struct ServedModel: WireMessage, Equatable {
  public var id: String
  /// SHA-256 of the manifest in JCS form.
  public var manifestDigest: [UInt8]
  /// COSE_Sign1 of kind `model`.
  public var modelStatement: [UInt8]
  /// Tokens that prompt and answer may have together.
  public var contextLength: UInt32
  public var createdUnixMs: Int64

  public init(
    id: String = "", manifestDigest: [UInt8] = [], modelStatement: [UInt8] = [], contextLength: UInt32 = 0,
    createdUnixMs: Int64 = 0
  ) {
    self.id = id
    self.manifestDigest = manifestDigest
    self.modelStatement = modelStatement
    self.contextLength = contextLength
    self.createdUnixMs = createdUnixMs
  }
}

extension ServedModel: WireTwin {
  typealias Twin = Colophon__Inference__V1__Model
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__model__init(twin) }

  init(lifting twin: Twin) {
    id = lift(twin.id)
    manifestDigest = [UInt8](twin.manifest_digest)
    modelStatement = [UInt8](twin.model_statement)
    contextLength = twin.context_length
    createdUnixMs = twin.created_unix_ms
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.id = try lowered(id, in: arena)
    twin.pointee.manifest_digest = try arena.data(manifestDigest)
    twin.pointee.model_statement = try arena.data(modelStatement)
    twin.pointee.context_length = contextLength
    twin.pointee.created_unix_ms = createdUnixMs
  }
}

/// Ends a running generation after its current token.
public struct CancelRequest: WireMessage, Equatable {
  public var receiptID: String

  public init(receiptID: String = "") {
    self.receiptID = receiptID
  }
}

extension CancelRequest: WireTwin {
  typealias Twin = Colophon__Inference__V1__CancelRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__cancel_request__init(twin) }

  init(lifting twin: Twin) {
    receiptID = lift(twin.receipt_id)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.receipt_id = try lowered(receiptID, in: arena)
  }
}

/// Whether there was a generation to end.
public struct CancelResponse: WireMessage, Equatable {
  public var found: Bool

  public init(found: Bool = false) {
    self.found = found
  }
}

extension CancelResponse: WireTwin {
  typealias Twin = Colophon__Inference__V1__CancelResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__inference__v1__cancel_response__init(twin) }

  init(lifting twin: Twin) {
    found = twin.found != 0
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.found = found ? 1 : 0
  }
}
