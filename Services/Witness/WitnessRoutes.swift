internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import MerkleLog
internal import NIOCore
internal import RPC
internal import ServiceKit

/// The two endpoints of c2sp.org/tlog-witness, and a page that says whose witness this is. All of it is public: what
/// decides is the log's signature.
struct WitnessRoutes: Sendable {
  let witness: Witness

  func add(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > AddCheckpointRequest.bytesMax {
      return Self.tooLarge
    }
    let body: [UInt8]
    do {
      body = Array(try await request.body.collect(upTo: AddCheckpointRequest.bytesMax).readableBytesView)
    } catch is NIOTooManyBytesError { return Self.tooLarge }
    do {
      return Self.text(.ok, try await witness.add(body).line)
    } catch let refusal as WitnessRefusal {
      context.logger.info("refused", metadata: ["why": "\(refusal)"])
      return Self.answer(refusal)
    } catch let unable as Witness.Unable {
      context.logger.error("not cosigned", metadata: ["why": "\(unable)"])
      var response = Self.text(.serviceUnavailable, "\(unable)\n")
      response.headers[.retryAfter] = "5"
      return response
    } catch {
      context.logger.error("not cosigned", metadata: ["cause": "\(error)"])
      return Self.text(.serviceUnavailable, "the witness cannot write what it would cosign\n")
    }
  }

  func latest(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    guard let note = try await witness.latest(originHash: context.parameters.get("hash") ?? "") else {
      return Self.text(.notFound, "no checkpoint of such a log was cosigned here\n")
    }
    var response = Self.text(.ok, String(decoding: note, as: UTF8.self))
    response.headers[.cacheControl] = "no-cache"
    return response
  }

  /// First line: the verifier key. Then the origins that are followed.
  func about(_ request: Request, _ context: ServiceRequestContext) -> Response {
    Self.text(.ok, ([witness.verifierKey.description] + witness.origins).map { $0 + "\n" }.joined())
  }

  private static func answer(_ refusal: WitnessRefusal) -> Response {
    switch refusal {
    case .malformed, .oldBeyondNew: return text(.badRequest, "\(refusal)\n")
    case .unknownOrigin: return text(.notFound, "\(refusal)\n")
    case .notSigned: return text(.forbidden, "\(refusal)\n")
    case .inconsistent: return text(.unprocessableContent, "\(refusal)\n")
    case .conflict(let known): return text(.conflict, TreeSizeText.encode(known), type: TreeSizeText.mediaType)
    }
  }

  private static var tooLarge: Response {
    text(.contentTooLarge, "the body is larger than the limit of \(AddCheckpointRequest.bytesMax) bytes\n")
  }

  private static func text(
    _ status: HTTPResponse.Status, _ text: String, type: String = "text/plain; charset=utf-8"
  ) -> Response {
    Response(status: status, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}
