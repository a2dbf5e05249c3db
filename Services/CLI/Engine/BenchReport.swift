import Codec
import Exact
import Foundation

/// What `colophon bench` prints.
struct BenchReport {
  var tests: [BenchTest] = []
  var firstToken: UInt32?
  private let loadSeconds: Double
  private let loadedBytes: Int
  private let work: TokenWork
  private let bench: EngineBench

  init(_ bench: EngineBench, loadSeconds: Double) {
    self.bench = bench
    self.loadSeconds = loadSeconds
    loadedBytes = ProcessMemory.residentBytes()
    work = TokenWork(bench.model)
  }

  /// Seconds, bytes and counts; `seconds` has one entry for each counted run.
  var json: JSON {
    var members = [
      JSONMember("kernel", .string(bench.model.kernel.rawValue)), JSONMember("threads", .integer(bench.pool.threads)),
      JSONMember("load_s", Self.seconds(loadSeconds)), JSONMember("resident_loaded_bytes", .integer(loadedBytes)),
      JSONMember("resident_bytes", .integer(ProcessMemory.residentBytes())),
      JSONMember("weight_bytes", .integer(work.weightBytes)),
      JSONMember("layer_multiplications", .integer(work.layerMultiplications)),
      JSONMember("output_multiplications", .integer(work.outputMultiplications)),
      JSONMember("cache_bytes_512", .integer(Session.cacheBytes(bench.model.shape, contextLimit: 512))),
    ]
    if let firstToken { members.append(JSONMember("first_token", .integer(Int(firstToken)))) }
    members.append(
      JSONMember(
        "tests",
        .array(
          tests.map { test in
            [
              "name": .string(test.name), "tokens": .integer(test.tokens),
              "seconds": .array(test.seconds.map(Self.seconds)),
            ]
          })))
    return .object(members)
  }

  /// One line a test: median, and the spread of the runs.
  var table: String {
    if let firstToken { return "\(firstToken)" }
    var lines = [
      "kernel \(bench.model.kernel.rawValue), \(bench.pool.threads) threads, loaded in \(Self.fixed(loadSeconds * 1000, 0)) ms"
    ]
    for test in tests {
      let rates = test.seconds.map { Double(test.tokens) / $0 }.sorted()
      guard let (low, high) = rates.first.flatMap({ low in rates.last.map { (low, $0) } }) else { continue }
      let median = (rates[(rates.count - 1) / 2] + rates[rates.count / 2]) / 2
      lines.append(
        "\(test.name.padded(to: 12)) \(Self.fixed(median, 1).padded(to: 10)) tok/s   (\(Self.fixed(low, 1)) to "
          + "\(Self.fixed(high, 1)), \(rates.count) runs)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func seconds(_ value: Double) -> JSON { .number(fixed(value, 6)) }

  private static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}

/// What one token must cost: the bytes of weights that decoding it reads, and the multiplications of its products.
struct TokenWork {
  /// As the file holds them. The embedding counts only where it is the output too: of an input one row is read.
  let weightBytes: Int
  let layerMultiplications: Int
  /// Of the logits, which a prefill needs for its last row alone.
  let outputMultiplications: Int

  init(_ model: Model) {
    let matrices = model.file.tensors.filter { $0.dimensions.count == 2 }
    let outputName = matrices.contains { $0.name == "output.weight" } ? "output.weight" : "token_embd.weight"
    let output = matrices.filter { $0.name == outputName }
    let layers = matrices.filter { $0.name.hasPrefix("blk.") }
    func size(_ tensors: [GGUFTensorInfo]) -> Int { tensors.reduce(0) { $0 + $1.dimensions.reduce(1, *) } }
    weightBytes = (layers + output).reduce(0) { $0 + $1.byteCount }
    layerMultiplications = size(layers)
    outputMultiplications = size(output)
  }
}

enum ProcessMemory {
  /// What the kernel says this process holds; 0 where it does not say.
  static func residentBytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
      let kib = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
    else { return 0 }
    return kib * 1024
  }
}
