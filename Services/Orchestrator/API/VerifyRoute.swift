internal import Codec
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Receipts
internal import ServiceKit

/// `POST /v1/verify`: every check of a bundle, by the trust policy of this orchestrator's owner.
struct VerifyRoute: Sendable {
  let pipeline: Pipeline
  let slots: RequestSlots

  func verify(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    _ = try Caller(request, keys: pipeline.settings.apiKeys)
    let slot = try slots.take()
    defer { withExtendedLifetime(slot) {} }
    let bundle = try await BodyReader.read(
      request, types: [Bundle.mediaType, "application/json"], limit: Bundle.bytesMax)
    let report = BundleVerifier(policy: try policy(context)).verify(bundle)
    return Response(.ok, json: Self.json(report))
  }

  /// Read on each call: its owner may change it at any time.
  private func policy(_ context: ServiceRequestContext) throws -> TrustPolicy {
    do { return try TrustPolicy([UInt8](Data(contentsOf: URL(fileURLWithPath: pipeline.settings.trustPath)))) } catch {
      context.logger.error(
        "no trust policy", metadata: ["path": "\(pipeline.settings.trustPath)", "error": "\(error)"])
      throw APIError(
        .serviceUnavailable, code: "trust_policy_missing",
        "This server has no readable trust policy (setting 'trust'), so it can accept nothing.")
    }
  }

  static func json(_ report: VerificationReport) -> JSON {
    [
      "accepted": .bool(report.isAccepted), "receipt_id": report.receiptID.map { .string($0.description) } ?? .null,
      "checks": .array(
        report.checks.map {
          ["name": .string($0.name.rawValue), "state": .string($0.state.rawValue), "detail": .string($0.detail)]
        }), "required_unmet": .array(report.unmet.map { .string($0.rawValue) }),
    ]
  }
}
