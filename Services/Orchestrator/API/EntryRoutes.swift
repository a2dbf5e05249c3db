internal import Codec
internal import Cryptography
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Wire

/// The log as a SCITT transparency service: `POST /entries` registers a signed statement, `GET /entries/{id}` gives the
/// receipt of one (draft-ietf-scitt-scrapi, sections 2.1.2 and 2.1.4). An id is the lower-case hexadecimal SHA-256 of the
/// statement's bytes. Errors are concise problem details (RFC 9290), and tell anyone why the log refused.
struct EntryRoutes: Sendable {
  static let statementTypes = ["application/cose", "application/scitt-statement+cose"]
  static let receiptType = "application/scitt-receipt+cose"
  static let problemType = "application/concise-problem-details+cbor"
  /// Keys of RFC 9290 section 2.
  private static let titleKey: Int64 = -1
  private static let detailKey: Int64 = -2

  let pipeline: Pipeline

  /// Answers 201 with the COSE Receipt once the entry is in the published tree; the same statement has one entry for ever.
  func register(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    await answering {
      let bytes: [UInt8]
      do {
        bytes = try await BodyReader.read(request, types: Self.statementTypes, limit: SignedStatement.bytesMax)
      } catch let error as APIError { return Self.problem(error.status, error.code, error.message) }
      let inclusion = try await pipeline.peers.append(bytes, context.callContext())
      var response = Self.receipt(inclusion, .created)
      response.headers[.location] = "/entries/\(SHA256.hash(bytes).hex)"
      return response
    }
  }

  func resolve(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    let id = context.parameters.get("id") ?? ""
    guard let digest = try? Digest32(hex: id) else {
      return Self.problem(.badRequest, "Bad entry id", "an entry id is 64 lower-case hexadecimal digits")
    }
    return await answering {
      Self.receipt(try await pipeline.peers.inclusion(digest.bytes, context.callContext()), .ok)
    }
  }

  private func answering(_ work: () async throws -> Response) async -> Response {
    do { return try await work() } catch let error as RPCError {
      let (status, title): (HTTPResponse.Status, String) =
        switch error.code {
        case .invalidArgument, .outOfRange: (.badRequest, "Bad statement")
        case .permissionDenied: (.forbidden, "Refused by the registration policy")
        case .alreadyExists: (.conflict, "Another statement is registered for this subject")
        case .notFound: (.notFound, "No such entry")
        case .resourceExhausted: (.tooManyRequests, "Too many registrations")
        default: (.serviceUnavailable, "The log cannot be reached now")
        }
      return Self.problem(status, title, status == .serviceUnavailable ? "try again later" : error.message)
    } catch {
      return Self.problem(.serviceUnavailable, "The log cannot be reached now", "try again later")
    }
  }

  private static func receipt(_ inclusion: Inclusion, _ status: HTTPResponse.Status) -> Response {
    Response(
      status: status, headers: [.contentType: receiptType],
      body: .init(byteBuffer: ByteBuffer(bytes: inclusion.coseReceipt)))
  }

  private static func problem(_ status: HTTPResponse.Status, _ title: String, _ detail: String) -> Response {
    let map = CBOR.map([CBORPair(.int(titleKey), .text(title)), CBORPair(.int(detailKey), .text(detail))])
    var headers: HTTPFields = [.contentType: problemType]
    if [.tooManyRequests, .serviceUnavailable].contains(status) { headers[.retryAfter] = "1" }
    return Response(
      status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: (try? map.encoded()) ?? [])))
  }
}
