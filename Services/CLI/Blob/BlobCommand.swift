import ArgumentParser
import Cryptography
import Foundation
import RPC
import Receipts
import ServiceKit
import Wire

struct BlobCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "blob",
    abstract: "Keep files of any size in storage, get them back, erase them.",
    discussion: """
      A blob is named after its SHA-256. Its chunks of 1 MiB hash to a root, under which a range is checked without the
      rest. Where the suite is not up, its storage service is started for as long as this takes.
      """,
    subcommands: [BlobPut.self, BlobGet.self, BlobRelease.self, BlobErase.self])
}

/// The blobs of a storage service.
struct BlobClient: Sendable {
  let rpc: RPCClient

  /// Runs `work` with the storage of a data folder.
  static func with<T: Sendable>(_ data: DataOption, _ work: (BlobClient) async throws -> T) async throws -> T {
    let storage = try await ServiceAccess("storage", data)
    let result: Result<T, any Error>
    do { result = .success(try await work(BlobClient(rpc: try Peers.client(storage.url, data)))) } catch {
      result = .failure(error)
    }
    await storage.close()
    return try result.get()
  }

  func call<In: WireMessage, Out: WireMessage>(_ procedure: Procedure<In, Out>, _ input: In) async throws -> Out {
    do { return try await rpc.call(procedure, input, timeout: StorageBlobs.timeout) } catch let error as RPCError {
      throw Self.failure(error)
    }
  }

  /// Runs `work` with the blobs as a reader has them, whose errors are said in words.
  func reading<T: Sendable>(_ work: (StorageBlobs) async throws -> T) async throws -> T {
    do { return try await work(StorageBlobs(rpc)) } catch let error as RPCError {
      throw Self.failure(error)
    } catch let error as BlobFileError {
      throw Failure("\(error)", status: error == .otherChunk ? 76 : 65)
    } catch let error as FileError {
      throw Failure("\(error)", status: 73)
    }
  }

  private static func failure(_ error: RPCError) -> Failure {
    Failure("storage: \(error.message)", status: error.code == .notFound ? 66 : 69)
  }

  static func digest(_ name: String) throws -> Digest32 {
    guard name.hasPrefix("sha256:"), let digest = try? Digest32(hex: String(name.dropFirst(7))) else {
      throw Failure("\"\(name)\" is not sha256: and 64 lower-case hexadecimal digits", status: 64)
    }
    return digest
  }

  static func retention(_ word: String) throws -> Retention {
    guard let found = Retention.allCases.first(where: { $0 != .unspecified && "\($0)" == word }) else {
      throw Failure("the class must be statement, opening, content, model or evidence, not \"\(word)\"", status: 64)
    }
    return found
  }
}

/// How far a transfer is, on standard error, where somebody looks at it.
final class BlobProgress: Sendable {
  private let what: String
  private let total: UInt64
  private let isShown = isatty(STDERR_FILENO) == 1

  init(_ what: String, of total: UInt64) {
    self.what = what
    self.total = total
  }

  func show(_ done: UInt64) {
    guard isShown else { return }
    let end = done >= total ? "\n" : ""
    let percent = total == 0 ? 100 : min(done, total) * 100 / total
    try? FileHandle.standardError.write(
      contentsOf: Data("\r\(what) \(min(done, total) >> 20) of \(total >> 20) MiB, \(percent) %\(end)".utf8))
  }
}

struct BlobRelease: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "No longer keep a blob that was put from here; it goes when nobody else does.")

  @Argument(help: "sha256:<64 hex>") var name: String
  @Option(name: .customLong("class"), help: "The class it was put with.") var retention: String = "model"
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let request = ReleaseBlobRequest(
        digest: try BlobClient.digest(name).bytes, retention: try BlobClient.retention(retention))
      let answer = try await BlobClient.with(data) { try await $0.call(StorageProcedures.releaseBlob, request) }
      guard answer.released else { throw Failure("\(name) was not put from here in this class", status: 66) }
      Console.out("released \(name)")
    }
  }
}

struct BlobErase: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase", abstract: "Erase a blob for good, whoever keeps it, and register a tombstone in the log.")

  @Argument(help: "sha256:<64 hex>") var name: String
  @Option(help: "Why. Public: it stands in the tombstone.") var reason: String
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let request = EraseBlobRequest(digest: try BlobClient.digest(name).bytes, reason: reason)
      let answer = try await BlobClient.with(data) { try await $0.call(StorageProcedures.eraseBlob, request) }
      let index = answer.inclusion.map { "\($0.index)" } ?? "unknown"
      Console.out(
        "erased \(name), tombstone \(SHA256.hash(answer.tombstoneStatement).named) at log index \(index)")
    }
  }
}
