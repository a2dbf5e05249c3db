import Codec
import Foundation

/// One answer with documents in its prompt, and what its receipt says of their credit.
struct DemoAnswer {
  let model: String
  let text: String
  let receiptID: String
  private let credit: JSON

  /// Errors: `Failure` where the suite's policy does not credit documents, or it was not done in time.
  init(_ question: String, _ passages: [DemoPassage], maxTokens: Int, _ client: OrchestratorClient) async throws {
    let listed = try JSON(parsing: try await client.get("/v1/models"))["data"]?[0]?["id"]?.stringValue
    guard let model = listed else { throw Failure("the server has no model: colophon model add smollm2", status: 69) }
    let documents = passages.map { passage -> JSON in
      [
        "title": .string(passage.title), "text": .string(passage.text), "contributor": .string(passage.contributor),
        "asset": .string("\(passage.contributor)/pages"),
      ]
    }
    let body: JSON = [
      "model": .string(model), "stream": true, "temperature": .integer(0), "max_tokens": .integer(maxTokens),
      "messages": [["role": "user", "content": .string(question)]], "documents": .array(documents),
    ]
    var text = ""
    var receipt: JSON?
    try await client.stream("/v1/chat/completions", body) { chunk in
      if let message = chunk["error"]?["message"]?.stringValue { throw Failure(message, status: 76) }
      text += chunk["choices"]?[0]?["delta"]?["content"]?.stringValue ?? ""
      receipt = chunk["receipt"] ?? receipt
    }
    guard let id = receipt?["id"]?.stringValue, let credit = receipt?["credit"] else {
      throw Failure("the answer came without a receipt that has credit", status: 76)
    }
    guard credit["method"]?.stringValue != nil else {
      throw Failure(
        "receipt \(id): the documents were not scored: give attribution a policy with context-shapley/1, or the "
          + "orchestrator a longer --credit-budget (what it is credited later, its bundle shows)", status: 76)
    }
    self.model = model
    self.text = text
    receiptID = id
    self.credit = credit
  }

  func score(_ document: Int) -> String { credit["documents"]?[document]?["score"]?.stringValue ?? "?" }

  /// Together the documents did harm, or nothing.
  var isWithoutScores: Bool {
    credit["documents"]?.arrayValue?.allSatisfy { $0["score"]?.stringValue == "0" } ?? false
  }

  private var lines: [(contributor: String, nano: UInt64)] {
    (credit["shares"]?.arrayValue ?? []).compactMap { share in
      guard let id = share["contributor"]?.stringValue, let nano = share["amount_nano"]?.decimalValue else {
        return nil
      }
      return (id, nano)
    }
  }

  var priceNano: UInt64 { lines.reduce(0) { $0 + $1.nano } }

  var shares: String {
    lines.sorted { $0.nano > $1.nano }.map { "\($0.contributor) \($0.nano)" }.joined(separator: ", ")
  }
}
