import ArgumentParser
import Codec
import Foundation

extension ReceiptCommand {
  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fetch a receipt's bundle from the server, with what came later: verdicts, cosignatures, timestamps.",
      discussion: """
        colophon receipt get 01990000-0000-7102-8304-05060708090a > bundle.json
        colophon verify bundle.json --trust trust.json
        """)

    @Argument(help: "A receipt id, or the id of a chat completion.") var id: String
    @OptionGroup var server: ServerOption

    func run() async throws {
      try await Failure.report {
        Console.out(
          String(decoding: try await OrchestratorClient(server).get("/v1/receipts/\(id)/bundle"), as: UTF8.self))
      }
    }
  }

  struct Verdict: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ask that an answer of yours be executed again, and wait for the verdict.",
      discussion: """
        The verdict stands in the log, and from then on in the receipt's bundle. --again has one that is there made anew, with a
        statement that supersedes it: after a model's bytes were found to be others, say, or a fault of the verifier's was
        mended. What is superseded stays in the log and in the bundle. The reason is public.
        """)

    private static let pause = Duration.milliseconds(500)

    @Argument(help: "A receipt id, or the id of a chat completion.") var id: String
    @Option(help: "Seconds to wait for the verdict; 0 only asks.") var wait: Int = 60
    @Option(help: "Why the verdict in force is to be superseded by a new one.") var again: String?
    @OptionGroup var server: ServerOption

    func run() async throws {
      try await Failure.report {
        guard (0...86_400).contains(wait) else { throw Failure("--wait must be 0 to 86400 seconds", status: 64) }
        let client = try OrchestratorClient(server)
        let deadline = ContinuousClock.now + .seconds(wait)
        var body: JSON?
        if let again {
          let standing = try JSON(parsing: try await client.post("/v1/receipts/\(id)/verdict"))
          guard let verdict = standing["verdict"]?.stringValue else {
            throw Failure(
              "there is no verdict on \(id) yet that another could supersede: ask without --again", status: 1)
          }
          body = ["supersedes": .string(verdict), "reason": .string(again)]
        }
        var answer = try JSON(parsing: try await client.post("/v1/receipts/\(id)/verdict", body))
        while ["queued", "signed"].contains(answer["state"]?.stringValue ?? ""), ContinuousClock.now < deadline {
          try await Task.sleep(for: Self.pause)
          answer = try JSON(parsing: try await client.post("/v1/receipts/\(id)/verdict", body))
        }
        Console.out(answer.text)
        if answer["result"] == "fail" { throw Failure("the answer does not come out the same", status: 1) }
      }
    }
  }
}
