import ArgumentParser
import Codec
import Exact
import Foundation

struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the engine on this machine: prefill, decode, and checking answers.",
    discussion: """
      pp N takes in a prompt of N tokens and computes the logits of its last row; tg N generates N tokens greedily, one at
      a time, from an empty context; generate N is a greedy answer of N tokens to a prompt of 32, and verify N executes both
      again, as the verification service does. apart N and together N check N answers of 32 tokens, one after another and
      in passes that they share. Each test runs once uncounted, then --repeat times.
        colophon bench --model model.gguf --threads 2
        colophon bench --model model.gguf --first-token --json
      """)

  @Option(help: "The model's GGUF file.") var model: String
  @Option(help: "Threads of a forward pass; one per core unless set. The bits do not depend on them.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount
  @Option(help: "Kernel form: \(KernelChoice.allCases.map(\.rawValue).joined(separator: ", ")).")
  var kernel: String = KernelChoice.automatic.rawValue
  @Option(help: "Prompt lengths, with commas between; empty for none.") var pp: String = "64,512"
  @Option(help: "Numbers of tokens to generate, with commas between; empty for none.") var tg: String = "128"
  @Option(help: "Tokens to generate and check; 0 for none.") var verify: Int = 256
  @Option(help: "Answers of 32 tokens to check one after another and together; 0 for none.") var batch: Int = 16
  @Option(help: "Counted runs of each test.") var `repeat`: Int = 5
  @Option(help: "Tokens that one pass of a prefill takes, at most.") var chunk: Int = Session.maxChunk
  @Flag(help: "Only load, take in a prompt of 5 tokens, print the token that follows, and end.")
  var firstToken = false
  @Flag(help: "Print one JSON object instead of a table; times in seconds.") var json = false

  func run() async throws {
    try await Failure.report {
      guard let kernel = KernelChoice(rawValue: kernel) else {
        throw Failure("--kernel \(kernel) is unknown", status: 64)
      }
      guard (1...10_000).contains(self.repeat) else {
        throw Failure("--repeat must be from 1 to 10000, not \(self.repeat)", status: 64)
      }
      guard (0...1024).contains(batch) else {
        throw Failure("--batch must be from 0 to 1024, not \(batch)", status: 64)
      }
      let (prompts, answers) = (try Self.counts(pp, "--pp"), try Self.counts(tg, "--tg"))
      let clock = ContinuousClock()
      let begun = clock.now
      let loaded = try Model.load(path: model, kernel: kernel, threads: threads)
      let bench = EngineBench(model: loaded, pool: try ThreadPool(threads: threads), chunk: chunk)
      var report = BenchReport(bench, loadSeconds: (clock.now - begun).seconds)
      if firstToken {
        report.firstToken = try bench.firstToken()
      } else {
        // What may find nothing to measure comes first.
        let checked = verify > 0 ? try bench.verify(verify, repeats: self.repeat) : []
        for count in prompts { report.tests.append(try bench.prefill(count, repeats: self.repeat)) }
        for count in answers { report.tests.append(try bench.decode(count, repeats: self.repeat)) }
        report.tests += checked
        if batch > 0 { report.tests += try bench.batch(batch, repeats: self.repeat) }
      }
      Console.out(json ? report.json.text : report.table, terminator: json || firstToken ? "\n" : "")
    }
  }

  private static func counts(_ list: String, _ option: String) throws -> [Int] {
    try list.split(separator: ",").map { part in
      guard let count = Int(part), (1...1_048_576).contains(count) else {
        throw Failure("\(option) \(list): \"\(part)\" is no number of tokens from 1 to 1048576", status: 64)
      }
      return count
    }
  }
}

extension Duration {
  /// In seconds.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
