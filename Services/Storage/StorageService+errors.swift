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
    } catch let error as UploadError {
      throw Self.rpcError(error)
    } catch let error as S3Error {
      call.logger.error("S3 store failed", metadata: ["cause": "\(error)"])
      throw RPCError(.unavailable, "the blob store gave no usable answer: see the log of storage")
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
    case .missing, .erased: return RPCError(.notFound, "\(error)")
    // Sent again, the same call puts or reads it again.
    case .misread:
      logger.error("blob misread", metadata: ["cause": "\(error)"])
      return RPCError(.unavailable, "\(error)")
    case .moving: return RPCError(.unavailable, "\(error)")
    case .rangeBeyondEnd: return RPCError(.outOfRange, "\(error)")
    case .damaged:
      logger.critical("blob damaged", metadata: ["cause": "\(error)"])
      return RPCError(.dataLoss, "\(error)")
    }
  }

  private static func rpcError(_ error: UploadError) -> RPCError {
    switch error {
    case .id, .partTooLarge, .beyondEnd: RPCError(.invalidArgument, "\(error)")
    case .unknown: RPCError(.notFound, "\(error)")
    case .conflict: RPCError(.alreadyExists, "\(error)")
    case .tooMany, .quota: RPCError(.resourceExhausted, "\(error)")
    case .offset: RPCError(.outOfRange, "\(error)")
    case .incomplete: RPCError(.failedPrecondition, "\(error)")
    case .digest: RPCError(.dataLoss, "\(error)")
    }
  }

  private static func rpcError(_ error: RegistrationError) -> RPCError {
    switch error {
    case .unknownKey, .issuer, .kind, .signature, .key: RPCError(.permissionDenied, "\(error)")
    case .policy: RPCError(.unavailable, "the registration policy cannot be read: see the log of storage")
    }
  }
}
