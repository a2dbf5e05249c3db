import RPC
import Receipts
import Testing
import Wire

@testable import AttributionService

/// Requests about answers whose text owes something to somebody.
extension Office {
  static func content(_ texts: [String]) throws -> Opening {
    let choices = texts.enumerated().map { AnswerContent.Choice(index: $0, text: $1, finishReason: .stop) }
    return try Opening(salt: [UInt8](repeating: 4, count: 32), data: AnswerContent(choices: choices).encoded())
  }

  /// About an answer of these texts, opened; what was found in it is for the caller to put there.
  static func request(_ number: Int, answering texts: [String]) throws -> AttributeRequest {
    let content = try content(texts)
    let committed = try content.commitment(for: .content)
    var request = try request(number)
    request.executionStatement = try execution(id(number), subjectDigest: committed) { $0.content = committed }
    request.content = content.blob
    return request
  }

  /// The opening of what was found, or of values.
  static func opening(_ data: [UInt8]) throws -> [UInt8] {
    try Opening(salt: [UInt8](repeating: 5, count: 32), data: data).blob
  }

  /// The opening with some of its text replaced, which must be in it.
  static func edited(_ blob: [UInt8], _ old: String, _ new: String) throws -> [UInt8] {
    let opening = try Opening(blob: blob)
    let text = String(decoding: opening.data, as: UTF8.self)
    #expect(text.contains(old), "\(old)")
    return try Opening(salt: opening.salt, data: Array(text.replacing(old, with: new).utf8)).blob
  }
}

extension AttributionService {
  /// What is signed about the request.
  func attributed(_ request: AttributeRequest) async throws -> AttributionPredicate {
    let answer = try await attribute(request)
    return try AttributionPredicate(SignedStatement(answer.attributionStatement).statement.predicate)
  }

  /// What the request is refused with when it is edited; nil when it is not refused.
  func refused(
    _ request: AttributeRequest, _ edit: (inout AttributeRequest) throws -> Void
  ) async throws -> RPCCode? {
    var request = request
    try edit(&request)
    let edited = request
    return try await refusal { try await attribute(edited) }?.code
  }
}
