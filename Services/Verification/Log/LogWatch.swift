internal import Cryptography
internal import Logging
internal import MerkleLog
internal import RPC
internal import ServiceKit
internal import ServiceLifecycle
internal import Synchronization
internal import Wire

/// Verification's own memory of the log (FORMAT section 4): a second one beside the orchestrator's, so that a log that is
/// restored from an old backup together with the orchestrator is noticed still.
///
/// At start, and again and again, the log must prove that it continues the head that was kept. No verdict is signed
/// before it has, nor after it has failed to.
final class LogWatch: Service {
  /// What is asked of storage.
  struct Source: Sendable {
    var keys: @Sendable () async throws -> LogKeys
    var checkpoint: @Sendable () async throws -> String
    var consistency: @Sendable (_ old: UInt64, _ new: UInt64) async throws -> [[UInt8]]
  }

  /// The log contradicts what was seen of it.
  struct Contradiction: Error, CustomStringConvertible {
    let description: String
  }

  private let path: String
  private let source: Source
  private let logger: Logger
  private let interval: Duration
  /// Why nothing is signed, nil when it is; and the head that is on the disk.
  private let state: Mutex<(refusal: String?, isWrong: Bool, kept: LogHead?)>

  /// - Parameter path: of the file that holds the head. Errors: a file that cannot be read or holds something else.
  init(path: String, source: Source, logger: Logger, interval: Duration = .seconds(10)) throws {
    self.path = path
    self.source = source
    self.logger = logger
    self.interval = interval
    let bytes = try StateFile.read(path, limit: LogHead.fileBytesMax)
    let kept = bytes.flatMap { LogHead(file: $0) }
    if bytes != nil, kept == nil {
      throw Contradiction(description: "\(path) holds no head of a log: restore it from a backup")
    }
    state = Mutex(("the log has not been asked yet", false, kept))
  }

  var refusal: String? { state.withLock { $0.refusal } }

  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      while !Task.isCancelled {
        await check()
        try? await Task.sleep(for: interval)
      }
    }
  }

  /// Errors: `unavailable` while the log is not known, `failedPrecondition` for one that contradicts what was seen.
  func requireConsistent() async throws {
    if refusal != nil { await check() }
    let (why, isWrong) = state.withLock { ($0.refusal, $0.isWrong) }
    if let why { throw RPCError(isWrong ? .failedPrecondition : .unavailable, "no verdict is signed: \(why)") }
  }

  /// Asks the log once. One that does not answer is what it was.
  func check() async {
    do {
      let head = try await provenHead()
      try state.withLock { state in
        if (state.kept?.size ?? 0) < head.size {
          try StateFile.replace(path, head.file)
          state.kept = head
        }
        (state.refusal, state.isWrong) = (nil, false)
      }
    } catch let contradiction as Contradiction {
      refuse("\(contradiction)", isWrong: true)
    } catch {
      let isKnown = state.withLock { $0.refusal == nil || $0.isWrong }
      if !isKnown { refuse("the log has not answered: \(error)", isWrong: false) }
    }
  }

  private func refuse(_ why: String, isWrong: Bool) {
    let isNews = state.withLock { state in
      defer { (state.refusal, state.isWrong) = (why, isWrong) }
      return state.refusal != why
    }
    if isNews { logger.error("no verdict is signed", metadata: ["reason": "\(why)"]) }
  }

  private func provenHead() async throws -> LogHead {
    let kept = state.withLock { $0.kept }
    let keys = try await source.keys()
    do {
      return try await LogHead.current(
        continuing: kept, origin: keys.origin, vkey: keys.checkpointVkey, note: source.checkpoint(),
        path: source.consistency)
    } catch let error as LogHeadError {
      guard case .otherLog = error else { throw Contradiction(description: "\(error)") }
      throw Contradiction(description: "\(error). For a new log on purpose, remove \(path)")
    }
  }
}

extension LogWatch.Source {
  /// The storage service behind this client.
  init(_ storage: RPCClient) {
    let log = StorageLog(storage)
    keys = { try await log.keys() }
    checkpoint = { try await log.checkpoint() }
    consistency = { try await log.consistency($0, $1) }
  }
}
