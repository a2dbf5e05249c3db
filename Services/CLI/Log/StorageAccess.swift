import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// The storage service of a data folder: that of the running suite, or one started for the length of one command.
struct StorageAccess {
  let url: String
  private let child: Child?

  init(_ data: DataOption) async throws {
    if let url = try? ReadyFile(data).urls()["storage"], await Self.answers(url) {
      self.url = url
      child = nil
      return
    }
    guard FileManager.default.fileExists(atPath: data.folder.appending(path: "storage").path) else {
      throw Failure("\(data.folder.path) holds no log: colophon up makes one", status: 66)
    }
    let child = try Up.child("storage", 0, data)
    guard let port = await child.port() else {
      throw Failure("storage did not start: see \(data.folder.path)/logs/storage.jsonl", status: 71)
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
