import Codec
import Foundation

/// One answer with documents in its prompt, and what is credited for it, once that is in the log.
struct DemoAnswer {
  let model: String
  let text: String
  let receiptID: String
  /// What `/v1/attribution/{receipt}` shows its owner.
  private let credit: JSON

  /// Errors: `Failure` where the suite's policy does not credit documents, or the server refuses.
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
    guard let id = receipt?["id"]?.stringValue else { throw Failure("the answer came without a receipt", status: 76) }
    self.model = model
    self.text = text
    receiptID = id
    credit = try await Self.credit(of: id, client)
    guard credit["scores"]?["method"]?.stringValue != nil else {
      throw Failure("receipt \(id): the documents were not scored: give attribution a policy with context-shapley/1")
    }
  }

  /// Waits for an attribution that comes after its receipt.
  private static func credit(of id: String, _ client: OrchestratorClient) async throws -> JSON {
    var isWaiting = false
    while true {
      if let bytes = try await client.getReady("/v1/attribution/\(id)") { return try JSON(parsing: bytes) }
      if !isWaiting { Console.error("  credited later: the documents are being valued, every set of them") }
      isWaiting = true
      try await Task.sleep(for: .seconds(1))
    }
  }

  func score(_ document: Int) -> String { score(of: document) ?? "?" }

  private func score(of document: Int) -> String? {
    (credit["documents"]?.arrayValue ?? []).lazy.compactMap { $0["line"] }
      .first { $0["document"]?.intValue == Int64(document) }?["score"]?.stringValue
  }

  /// Together the documents did harm, or nothing.
  var isWithoutScores: Bool {
    credit["documents"]?.arrayValue?.allSatisfy { $0["line"]?["score"]?.stringValue == "0" } ?? false
  }

  /// Its words that stand in registered texts, each with whose they are.
  var spans: [(words: String, contributor: String, asset: String)] {
    let words = text.utf8.split { $0 == 0x20 || (0x09...0x0D).contains($0) }
    return (credit["span_proofs"]?.arrayValue ?? []).compactMap { proof in
      guard let line = proof["line"], let start = line["start"]?.intValue, let length = line["length"]?.intValue,
        let contributor = line["contributor"]?.stringValue, let asset = line["asset"]?.stringValue
      else { return nil }
      let said = words.dropFirst(Int(start)).prefix(Int(length)).map { String(Substring($0)) }
      return (said.joined(separator: " "), contributor, asset)
    }
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
