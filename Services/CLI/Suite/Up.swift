import ArgumentParser
import AsyncHTTPClient
import Codec
@preconcurrency import Dispatch
import Foundation
import NIOCore
import NIOHTTP1
import ServiceKit

struct Up: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Start the five services on loopback, watch over them, and stop them together.",
    discussion: """
      Prints one JSON line {"ready": {service: url}} when questions can be asked. A service that dies is started again.
      Ctrl-C or SIGTERM stops everything. Logs: DATA/logs/<service>.jsonl. Whatever a service can be told otherwise goes
      by its environment variables, as COLOPHON_INFERENCE_THREADS=1; see colophon-inference --help.
      """)

  static let services = ["storage", "inference", "attribution", "verification", "orchestrator"]
  /// Places behind the port base (DESIGN section 11).
  static let places = ["orchestrator": 0, "inference": 1, "verification": 2, "storage": 3, "attribution": 4]

  @Option(help: "The orchestrator's port; the other services take the four behind it. 0 takes free ones.")
  var portBase: Int = 8080
  @Option(help: "Seconds to wait until the suite can answer.") var readyTimeout: Int = 120
  @Option(
    help: "Sentence encoder that finds documents of collections: a folder, or the id of one that was added (minilm).")
  var embeddingsModel: String?
  @Option(help: "Folder of registered texts, of which requests may want documents.") var collections: String?
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      guard (0...65_531).contains(portBase) else { throw Failure("--port-base must be 0 to 65531", status: 64) }
      if let embeddingsModel {
        setenv(
          "COLOPHON_INFERENCE_EMBEDDINGS_MODEL", try EncoderFolder(naming: embeddingsModel, data: data).folder.path, 1)
      }
      if let collections { setenv("COLOPHON_ATTRIBUTION_COLLECTIONS", collections, 1) }
      let lock = try lockData()
      let signals = Self.signals()
      let supervisor = Supervisor { [data] service, port in try Self.child(service, port, data) }
      do {
        let urls = try await start(supervisor)
        Console.out(JSON.object([JSONMember("ready", .object(urls.map { JSONMember($0, .string($1)) }))]).text)
        await Self.first(of: signals, supervisor.failed)
      } catch {
        _ = await supervisor.stop()
        throw error
      }
      ReadyFile(data).remove()
      let failure = await supervisor.stop()
      withExtendedLifetime(lock) {}
      if let failure { throw failure }
    }
  }

  private func lockData() throws -> DataLock {
    let folder = data.folder.appending(path: "up").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    do { return try DataLock(folder: folder) } catch { throw Failure("\(error)", status: 75) }
  }

  private func start(_ supervisor: Supervisor) async throws -> [(String, String)] {
    var urls: [String: String] = [:]
    for service in Self.services {
      if ["attribution", "inference", "verification"].contains(service) {
        setenv("COLOPHON_\(service.uppercased())_STORAGE_URL", urls["storage"] ?? "", 1)
      }
      if service == "attribution" { setenv("COLOPHON_ATTRIBUTION_INFERENCE_URL", urls["inference"] ?? "", 1) }
      if service == "orchestrator" {
        for (peer, url) in urls { setenv("COLOPHON_ORCHESTRATOR_\(peer.uppercased())_URL", url, 1) }
      }
      let wanted = portBase == 0 ? 0 : portBase + (Self.places[service] ?? 0)
      let port = try await supervisor.run(service, port: wanted)
      urls[service] = "http://127.0.0.1:\(port)"
    }
    try await Introduction(data: data, urls: urls).run()
    try await waitUntilReady(urls["orchestrator"] ?? "")
    try ReadyFile(data).write(urls)
    try await KeptHead.keep(urls["storage"] ?? "", data)
    return urls.sorted { $0.key < $1.key }
  }

  private func waitUntilReady(_ url: String) async throws {
    let deadline = ContinuousClock.now + .seconds(readyTimeout)
    var reason = "no answer"
    while ContinuousClock.now < deadline {
      if let response = try? await Peers.http.execute(HTTPClientRequest(url: url + "/readyz"), timeout: .seconds(5)) {
        if response.status == .ok { return }
        if let body = try? await response.body.collect(upTo: 65_536) { reason = String(buffer: body) }
      }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw Failure("not ready after \(readyTimeout) s: \(reason)", status: 75)
  }

  static func child(_ service: String, _ port: Int, _ data: DataOption) throws -> Child {
    try Child(
      service: service, executable: executable(service), arguments: ["--data", data.data, "--port", String(port)],
      log: data.folder.appending(path: "logs/\(service).jsonl"))
  }

  /// The service's program, beside this one.
  static func executable(_ service: String) -> URL {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return own.deletingLastPathComponent().appending(path: "colophon-\(service)")
  }

  private static func signals() -> AsyncStream<Void> {
    AsyncStream { continuation in
      for number in [SIGINT, SIGTERM] {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number)
        source.setEventHandler { continuation.yield() }
        source.resume()
        continuation.onTermination = { _ in source.cancel() }
      }
    }
  }

  private static func first(of a: AsyncStream<Void>, _ b: AsyncStream<Void>) async {
    await withTaskGroup(of: Void.self) { group in
      for stream in [a, b] { group.addTask { for await _ in stream { return } } }
      await group.next()
      group.cancelAll()
    }
  }
}
