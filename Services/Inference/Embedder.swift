internal import CoreMetrics
internal import Cryptography
internal import Exact
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Wire

/// The sentence encoder behind documents of collections: vectors of records, and of what is asked.
final class Embedder: Sendable {
  static let textsMax = 64
  /// Of all texts of one call.
  static let bytesMax = 1 << 20
  /// Calls that may wait for the one that is served.
  static let waitingMax = 32

  private let model: EmbeddingModel
  private let pool: ThreadPool
  private let thread: EngineThread

  /// Nil where no encoder is set. Errors: `SettingsError` for a folder that holds none.
  convenience init?(_ settings: InferenceSettings, pool: ThreadPool) async throws {
    guard let folder = settings.embeddingsModel else { return nil }
    try await self.init(folder: folder, kernel: settings.kernel, pool: pool)
  }

  private init(folder: String, kernel: KernelChoice, pool: ThreadPool) async throws {
    self.pool = pool
    // Passes of answers and of vectors take turns on one pool; callers wait on a thread of their own.
    thread = try EngineThread(waitingMax: Self.waitingMax)
    do {
      model = try await thread.run { try EmbeddingModel.load(folder: folder, kernel: kernel, threads: pool.threads) }
    } catch let error as EmbeddingError {
      throw SettingsError.invalid(
        name: "embeddings-model", value: folder, source: "the settings", why: "holds no sentence encoder: \(error)")
    }
  }

  /// Errors: `invalid_argument` that names the limit, `resource_exhausted` where too many wait.
  func embed(_ texts: [String]) async throws -> EmbedResponse {
    try Self.check(texts)
    let vectors: [[Float]]
    do {
      vectors = try await thread.run { [model, pool] in try model.embed(texts, truncates: true, pool: pool) }
    } catch let error as EngineThread.Full {
      throw RPCError(.resourceExhausted, "\(error)")
    } catch let error as EmbeddingError {
      throw RPCError(.invalidArgument, "\(error)")
    }
    return EmbedResponse(
      model: model.identity.bytes, width: UInt32(model.dimension),
      vectors: vectors.flatMap { QuantizedVector.make($0).map { UInt8(bitPattern: $0) } })
  }

  private static func check(_ texts: [String]) throws(RPCError) {
    guard texts.count <= textsMax else {
      throw RPCError(.invalidArgument, "\(texts.count) texts are above the limit of \(textsMax): send fewer at a time")
    }
    let bytes = texts.map(\.utf8.count)
    guard bytes.allSatisfy({ $0 <= RequestedDocument.textBytesMax }), bytes.reduce(0, +) <= bytesMax else {
      throw RPCError(
        .invalidArgument,
        "a text has at most \(RequestedDocument.textBytesMax) bytes, and those of one call \(bytesMax) together")
    }
  }
}

extension InferenceService {
  func embed(_ input: EmbedRequest) async throws -> EmbedResponse {
    guard let embedder else {
      throw RPCError(
        .failedPrecondition,
        "no sentence encoder is served here: set --embeddings-model to the folder of all-MiniLM-L6-v2 or its like")
    }
    let answer = try await embedder.embed(input.texts)
    metrics.textsEmbedded.increment(by: Int64(input.texts.count))
    return answer
  }
}
