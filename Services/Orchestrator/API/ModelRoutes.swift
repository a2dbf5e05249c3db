internal import Codec
internal import HTTPTypes
internal import Hummingbird
internal import RPC
internal import ServiceKit

/// `GET /v1/models` and `GET /v1/models/{id}`.
struct ModelRoutes: Sendable {
  let pipeline: Pipeline

  func list(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    _ = try Caller(request, keys: pipeline.settings.apiKeys)
    let models = try await reaching { try await pipeline.models.all() }
    return Response(.ok, json: ["object": "list", "data": .array(models.map(\.json))])
  }

  func one(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    _ = try Caller(request, keys: pipeline.settings.apiKeys)
    let id = context.parameters.get("id") ?? ""
    guard let model = try await reaching({ try await pipeline.models.model(id) }) else {
      throw APIError.modelNotFound(id)
    }
    return Response(.ok, json: model.json)
  }

  private func reaching<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
    do { return try await work() } catch is RPCError {
      throw APIError(.serviceUnavailable, code: "inference_unavailable", "The models cannot be reached now.")
    }
  }
}
