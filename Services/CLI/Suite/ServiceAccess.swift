import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A service of a data folder: that of the running suite, or one started for the length of one command.
struct ServiceAccess {
  let url: String
  private let child: Child?

  /// - Parameter service: `storage` or `attribution`, which need no other.
  init(_ service: String, _ data: DataOption) async throws {
    if let url = try? ReadyFile(data).urls()[service], await Self.answers(url) {
      self.url = url
      child = nil
      return
    }
    guard FileManager.default.fileExists(atPath: data.folder.appending(path: service).path) else {
      throw Failure("\(data.folder.path) holds nothing of \(service): colophon up makes it", status: 66)
    }
    let child = try Up.child(service, 0, data)
    guard let port = await child.port() else {
      throw Failure("\(service) did not start: see \(data.folder.path)/logs/\(service).jsonl", status: 71)
    }
    self.child = child
    url = "http://127.0.0.1:\(port)"
  }

  /// Ends what was started for this command.
  func close() async {
    child?.stop()
    _ = await child?.status()
  }

  private static func answers(_ url: String) async -> Bool {
    let request = HTTPClientRequest(url: url + "/healthz")
    return (try? await Peers.http.execute(request, timeout: .seconds(5)))?.status == .ok
  }
}
