import AsyncHTTPClient
import Foundation
import MerkleLog
import NIOCore
import NIOHTTP1

/// Where a log is published as C2SP tlog-tiles: a folder of files, or an address that serves them. Nothing that it gives
/// is believed before it has been hashed up to a signed root.
enum LogSource: Sendable, CustomStringConvertible {
  case folder(String)
  case address(String)

  private static let timeoutSeconds: Int64 = 30
  private static let bytesMax = 17 << 20

  init(_ text: String) {
    let isAddress = text.hasPrefix("http://") || text.hasPrefix("https://")
    let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
    self = isAddress ? .address(trimmed) : .folder(trimmed)
  }

  var description: String {
    switch self {
    case .folder(let path): path
    case .address(let url): url
    }
  }

  /// The newest checkpoint, signed by the log. Witnesses follow, so a quorum is not asked of it.
  func checkpoint(_ policy: CheckpointPolicy) throws -> (note: SignedNote, checkpoint: Checkpoint) {
    guard let bytes = try fetch("checkpoint") else { throw Failure("\(self) has no checkpoint", status: 66) }
    do {
      let note = try SignedNote(parsing: bytes)
      return (note, try policy.verify(note, requiringQuorum: false).checkpoint)
    } catch let failure as Failure { throw failure } catch {
      throw Failure("\(self): its checkpoint is not one of this log: \(error)", status: 65)
    }
  }

  /// A tile, or the beginning of the full one that took its place.
  func tile(_ tile: Tile) throws -> [UInt8] {
    if let bytes = try fetch(tile.path) { return bytes }
    guard tile.isPartial, let full = try fetch(tile.full.path) else {
      throw Failure("\(self) has no \(tile.path)", status: 66)
    }
    return try tile.beginning(of: full)
  }

  /// Waits for it: only commands read from here, on a thread that has nothing else to do. Nil when there is none.
  private func fetch(_ path: String) throws -> [UInt8]? {
    switch self {
    case .folder(let folder):
      return FileManager.default.contents(atPath: "\(folder)/\(path)").map { Array($0) }
    case .address(let url):
      let response: HTTPClient.Response
      do {
        let request = try HTTPClient.Request(url: "\(url)/\(path)")
        response = try Peers.http.execute(
          request: request, delegate: ResponseAccumulator(request: request, maxBodySize: Self.bytesMax),
          deadline: NIODeadline.now() + TimeAmount.seconds(Self.timeoutSeconds)
        ).wait()
      } catch { throw Failure("\(url)/\(path) cannot be read: \(error)", status: 69) }
      switch response.status {
      case .ok: return response.body.map { Array($0.readableBytesView) } ?? []
      case .notFound, .gone: return nil
      default: throw Failure("\(url)/\(path) answered \(response.status.code)", status: 69)
      }
    }
  }
}
