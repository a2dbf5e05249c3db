import ArgumentParser
import Codec
import Exact
import Foundation

struct Score: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score given tokens by teacher forcing, a JSON line each.",
    discussion: """
      Reads {"prompt_tokens": [...], "tokens": [...]} lines. Writes {"positions": [...]} lines with, for each of tokens:
      "argmax" (the id that the model prefers there), "margin" (its logit less the second's) and "logprob" (natural
      logarithm of the given token's probability at temperature 1).
      """)

  @Option(help: "The model's id.") var model: String
  @Option(help: "Threads; the bits do not depend on them.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount
  @Option(help: "Kernel form: \(KernelChoice.names); the bits do not depend on it.")
  var kernel: String = "automatic"
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      guard let choice = KernelChoice(rawValue: kernel) else {
        throw Failure("--kernel \(kernel) is unknown", status: 64)
      }
      let path = try ModelFolder(data: data, id: model).existingWeights()
      let loaded = try Model.load(path: path, kernel: choice, threads: threads)
      let pool = try ThreadPool(threads: threads)
      try JSONLines.answer { line in
        let prompt = try line.tokens("prompt_tokens")
        let tokens = try line.tokens("tokens")
        guard !prompt.isEmpty, !tokens.isEmpty else { throw Failure("prompt_tokens and tokens must not be empty") }
        let session = try Session(model: loaded, pool: pool, contextLimit: prompt.count + tokens.count)
        var positions: [JSON] = []
        try session.append(prompt + tokens.dropLast(), rowsFrom: prompt.count - 1) { _, _, logits in
          positions.append(Self.position(logits, tokens[positions.count]))
        }
        return ["positions": .array(positions)]
      }
    }
  }

  /// For people who evaluate: ordinary double arithmetic, no part of exact/1.
  private static func position(_ logits: UnsafeBufferPointer<Float>, _ token: UInt32) -> JSON {
    var best = 0
    var second = -Float.infinity
    for (id, logit) in logits.enumerated().dropFirst() {
      if logit > logits[best] {
        second = logits[best]
        best = id
      } else if logit > second {
        second = logit
      }
    }
    let top = Double(logits[best])
    let sum = logits.reduce(0.0) { $0 + exp(Double($1) - top) }
    let logprob = Int(token) < logits.count ? Double(logits[Int(token)]) - top - log(sum) : -Double.infinity
    return [
      "argmax": .integer(best), "margin": .number("\(logits[best] - second)"), "logprob": .number("\(logprob)"),
    ]
  }
}
