internal import NIOCore

/// Hears that a caller has gone: its half of an HTTP/1.1 connection closed, or the channel of its HTTP/2 stream did.
///
/// Hummingbird's own way, `consumeWithCancellationOnInboundClose`, is not for us: it must own the body's bytes, it ends
/// the connection after each call, and its body source traps when it is dropped before the body's end.
final class HangUpHandler: ChannelInboundHandler, RemovableChannelHandler, Sendable {
  typealias InboundIn = NIOAny

  private let transport: Transport
  private let heard: @Sendable () -> Void

  init(_ transport: Transport, heard: @escaping @Sendable () -> Void) {
    self.transport = transport
    self.heard = heard
  }

  func handlerAdded(context: ChannelHandlerContext) {
    if !context.channel.isActive { heard() }
  }

  func channelInactive(context: ChannelHandlerContext) {
    heard()
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    // Every HTTP/2 caller closes its half when its request is sent; over HTTP/1.1 that means it is leaving.
    if transport == .http1, case ChannelEvent.inputClosed? = event as? ChannelEvent { heard() }
    context.fireUserInboundEventTriggered(event)
  }
}

/// Runs `work` and cancels it when the caller on `channel` leaves; then throws `CancellationError`.
func untilHangUp(
  _ channel: (any Channel)?, _ transport: Transport, _ work: @escaping @Sendable () async throws -> Void
) async throws {
  guard let channel, transport != .inProcess else { return try await work() }
  let (hangUps, source) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
  let handler = HangUpHandler(transport) { source.yield() }
  do { try await channel.pipeline.addHandler(handler, position: .first).get() } catch { throw CancellationError() }
  defer { channel.pipeline.removeHandler(handler, promise: nil) }
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await work() }
    group.addTask {
      for await _ in hangUps { throw CancellationError() }
    }
    defer { group.cancelAll() }
    try await group.next()
  }
}
