import ArgumentParser
import Codec
import Foundation
import Receipts

struct Ask: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ask a question; print the answer as it comes, then its receipt.",
    discussion: """
      The answer streams to standard output. The receipt is printed as a table; --bundle keeps everything that
      colophon verify needs, and --request and --response what only you can know: what you asked, and what you saw.
        colophon ask "Why is the sky blue?" --bundle b.json --request q.json --response a.txt
        colophon verify b.json --trust trust.json --request q.json --response a.txt
      """)

  @Argument(help: "The question.") var question: String
  @Option(help: "The model's id; by default the first that the server lists.") var model: String?
  @Option(help: "System message.") var system: String?
  @Option(help: "Sampling temperature; 0 takes the likeliest token each time.") var temperature: String = "0"
  @Option(help: "Seed of the sampler; without it the server draws one and the receipt records it.") var seed: UInt64?
  @Option(help: "Most tokens of the answer.") var maxTokens: Int = 256
  @Option(help: "Write the bundle to this file.") var bundle: String?
  @Option(help: "Write the request's body, as it is sent, to this file.") var request: String?
  @Option(help: "Write the answer's text, as it came, to this file.") var response: String?
  @OptionGroup var server: ServerOption

  func run() async throws {
    try await Failure.report {
      let client = try OrchestratorClient(server)
      let id = try await answer(client)
      let bytes = try await client.get("/v1/receipts/\(id)/bundle")
      Console.out("\n" + (try ReceiptTable(try Receipts.Bundle(bytes))).text)
      if let bundle {
        try Files.write(bytes, to: URL(fileURLWithPath: bundle))
        Console.out("bundle: \(bundle)")
      }
    }
  }

  /// Prints the text and returns the receipt id, which the chunk with the finish reason carries.
  private func answer(_ client: OrchestratorClient) async throws -> String {
    let listed = try JSON(parsing: try await client.get("/v1/models"))["data"]?[0]?["id"]?.stringValue
    guard let name = model ?? listed else {
      throw Failure("the server has no model: colophon model add smollm2", status: 69)
    }
    var messages: [JSON] = system.map { [["role": "system", "content": .string($0)]] } ?? []
    messages.append(["role": "user", "content": .string(question)])
    var members: [JSONMember] = [
      JSONMember("model", .string(name)), JSONMember("messages", .array(messages)), JSONMember("stream", true),
      JSONMember("temperature", .number(temperature)), JSONMember("max_tokens", .integer(maxTokens)),
    ]
    if let seed { members.append(JSONMember("seed", .integer(seed))) }
    let body = JSON.object(members)
    if let request { try Files.write(body.serialized(), to: URL(fileURLWithPath: request)) }
    var receipt: String?
    var answer = ""
    func keep() throws { if let response { try Files.write(Array(answer.utf8), to: URL(fileURLWithPath: response)) } }
    // Where nothing can be kept, nothing is asked. Of a stream that breaks the beginning is: a receipt may still be had of it.
    try keep()
    do {
      try await client.stream("/v1/chat/completions", body) { chunk in
        if let message = chunk["error"]?["message"]?.stringValue { throw Failure(message, status: 76) }
        if let text = chunk["choices"]?[0]?["delta"]?["content"]?.stringValue {
          Console.out(text, terminator: "")
          answer += text
        }
        if let id = chunk["receipt"]?["id"]?.stringValue { receipt = id }
      }
    } catch {
      try keep()
      throw error
    }
    try keep()
    guard let receipt else { throw Failure("the answer came without a receipt", status: 76) }
    return receipt
  }
}
