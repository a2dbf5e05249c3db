internal import Credit
internal import Cryptography
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

extension AttributionService {
  /// The scores that came with a request; nil where none did.
  static func scores(_ input: AttributeRequest) throws -> DocumentScores? {
    guard !input.scores.isEmpty || !input.documents.isEmpty else { return nil }
    let sources = try sources(input.documents)
    do { return try DocumentScores(Opening(blob: input.scores), sources: sources) } catch {
      throw RPCError(.invalidArgument, "\(error)")
    }
  }

  /// The documents of a request, each with a contributor that is an id.
  static func sources(_ documents: [WireDocumentSource]) throws(RPCError) -> [DocumentSource] {
    var sources: [DocumentSource] = []
    for source in documents {
      guard CreditID.isValid(source.contributor) else {
        throw RPCError(
          .invalidArgument,
          "the contributor of a document is no id: use 1 to \(CreditID.byteCountMax) printable ASCII characters, no "
            + "spaces")
      }
      guard source.asset.isEmpty || CreditID.isValid(source.asset) else {
        throw RPCError(.invalidArgument, "the asset of a document is no id")
      }
      guard source.text.isEmpty || SHA256.hash(Array(source.text.utf8)).bytes == source.record else {
        throw RPCError(.invalidArgument, "the record of a document is not the SHA-256 of its text")
      }
      guard source.record.isEmpty || source.record.count == Digest32.count else {
        throw RPCError(
          .invalidArgument, "the record of a document has \(source.record.count) bytes, a SHA-256 has \(Digest32.count)"
        )
      }
      sources.append(
        DocumentSource(
          contributor: source.contributor, asset: source.asset.isEmpty ? nil : source.asset,
          record: try? Digest32(source.record), text: source.text.isEmpty ? nil : source.text))
    }
    return sources
  }

  /// What was signed before is an answer to a repeated call only where that has the same scores, spans and nearest records.
  static func require(
    _ kept: KeptAttribution, of scores: DocumentScores?, _ spans: AnswerSpans?, _ nearest: AnswerNearest?,
    about subject: Digest32
  ) throws {
    let signed = try SignedStatement(kept.statement)
    let predicate = try AttributionPredicate(signed.statement.predicate)
    guard signed.statement.subjectDigest == subject else {
      throw RPCError(.alreadyExists, "receipt \(predicate.receiptID) is attributed already, about another statement")
    }
    guard predicate.scores == scores?.stated else {
      throw RPCError(.alreadyExists, "receipt \(predicate.receiptID) is attributed with other scores of its documents")
    }
    guard predicate.spans == spans?.stated else {
      throw RPCError(.alreadyExists, "receipt \(predicate.receiptID) is attributed with other spans of its answer")
    }
    guard predicate.nearest == nearest?.stated else {
      throw RPCError(
        .alreadyExists, "receipt \(predicate.receiptID) is attributed with other records near to its answer")
    }
  }

  /// The next page of what one contributor is credited.
  func credits(_ input: ListCreditsRequest) async throws -> ListCreditsResponse {
    guard CreditID.isValid(input.contributor) else {
      throw RPCError(
        .invalidArgument,
        "contributor is no id: use 1 to \(CreditID.byteCountMax) printable ASCII characters without spaces")
    }
    let page = try await ledger.credits(of: input.contributor, afterEntry: input.afterEntry)
    return ListCreditsResponse(
      credits: page.map { credit in
        CreditedAmount(
          entry: credit.entry, receiptID: credit.receiptID, amountNano: credit.amountNano,
          attributionStatement: credit.statement, logIndex: credit.logIndex)
      })
  }
}
