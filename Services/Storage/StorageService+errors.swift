internal import Logging
internal import MerkleLog
internal import RPC
internal import Receipts
internal import Stores

extension StorageService {
  /// Runs a handler and gives its errors their codes: the one place where they are mapped. What says nothing about the
  /// request goes to the log, and the caller gets a phrase.
  func answering<T: Sendable>(_ call: CallContext, _ body: () async throws -> T) async throws -> T {
    do { return try await body() } catch let error as RPCError {
      throw error
    } catch let error as LogError {
      throw Self.rpcError(error, call.logger)
    } catch let error as BlobError {
      throw Self.rpcError(error, call.logger)
    } catch let error as RegistrationError {
      throw Self.rpcError(error)
    } catch let error as LogContradictionSeen {
      throw RPCError(.failedPrecondition, "\(error)")
    } catch let error as ReceiptError {
      throw RPCError(.invalidArgument, "\(error)")
    } catch let error as TileError {
      throw RPCError(.invalidArgument, "\(error)")
    }
  }

  private static func rpcError(_ error: LogError, _ logger: Logger) -> RPCError {
    switch error {
    case .queueFull: return RPCError(.resourceExhausted, "\(error)")
    case .conflict: return RPCError(.alreadyExists, "\(error)")
    case .notPublished: return RPCError(.unavailable, "\(error)")
    case .indexBeyondLog, .noSuchTile: return RPCError(.notFound, "\(error)")
    case .sizeBeyondLog: return RPCError(.failedPrecondition, "\(error)")
    case .sizesOutOfOrder: return RPCError(.invalidArgument, "\(error)")
    case .commitFailed, .headMoved, .rowsMissing, .locked:
      logger.error("log commit failed", metadata: ["cause": "\(error)"])
      return RPCError(.unavailable, "the log could not be extended; append the same statement again")
    }
  }

  private static func rpcError(_ error: BlobError, _ logger: Logger) -> RPCError {
    switch error {
    case .tooLarge: return RPCError(.invalidArgument, "\(error)")
    case .missing: return RPCError(.notFound, "\(error)")
    case .damaged:
      logger.critical("blob damaged", metadata: ["cause": "\(error)"])
      return RPCError(.dataLoss, "\(error)")
    }
  }

  private static func rpcError(_ error: RegistrationError) -> RPCError {
    switch error {
    case .unknownKey, .issuer, .kind, .signature: RPCError(.permissionDenied, "\(error)")
    case .policy: RPCError(.unavailable, "the registration policy cannot be read: see the log of storage")
    }
  }
}
