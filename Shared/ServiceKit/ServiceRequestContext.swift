public import Hummingbird
public import NIOCore
public import RPC

/// What a request carries through the routes of every service.
public struct ServiceRequestContext: CallRequestContext {
  public var coreContext: CoreRequestContextStorage
  /// Set by the first middleware; before it, a fresh identity.
  public var identity: CallIdentity
  public let channel: (any Channel)?

  public init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    channel = source.channel
    identity = CallIdentity(requestID: RequestID.fresh())
  }
}
