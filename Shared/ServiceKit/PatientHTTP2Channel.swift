internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import Logging
internal import NIOCore
internal import NIOHTTP2

/// Hummingbird's plaintext HTTP/2 channel, made patient with PING frames.
///
/// Hummingbird closes a connection ("too_many_pings") at the fourth PING within 30 seconds and does not start over when it
/// has sent data, as gRPC servers do. grpcio sends a PING with nearly every answer it reads, to measure the path, so any
/// gRPC stream of more than a few messages would be cut off. This channel keeps such frames from that count; NIO's HTTP/2
/// handler has answered them before.
struct PatientHTTP2Channel: ServerChildChannel {
  private let inner: HTTP2Channel

  init(_ inner: HTTP2Channel) { self.inner = inner }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP2Channel.Value> {
    inner.setup(channel: channel, logger: logger).flatMapThrowing { value in
      let pipeline = channel.pipeline.syncOperations
      let http2 = try pipeline.handler(type: NIOHTTP2Handler.self)
      try pipeline.addHandler(PingFilter(), position: .after(http2))
      return value
    }
  }

  func handle(value: HTTP2Channel.Value, logger: Logger) async {
    await inner.handle(value: value, logger: logger)
  }
}

/// Keeps up to `perSecondMax` PING frames a second from the handlers behind it. A flood passes, and those close it.
final class PingFilter: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame
  typealias InboundOut = HTTP2Frame

  static let perSecondMax = 100
  private var second = NIODeadline.now()
  private var count = 0

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .ping(_, ack: false) = unwrapInboundIn(data).payload {
      let now = NIODeadline.now()
      if now - second > .seconds(1) {
        second = now
        count = 0
      }
      count += 1
      if count <= Self.perSecondMax { return }
    }
    context.fireChannelRead(data)
  }
}

extension HTTPServerBuilder {
  /// HTTP/2 by prior knowledge, for real gRPC clients.
  static func patientHTTP2() -> HTTPServerBuilder {
    HTTPServerBuilder { responder in
      let configuration = HTTP2ChannelConfiguration(idleTimeout: .seconds(300), gracefulCloseTimeout: .seconds(10))
      return PatientHTTP2Channel(HTTP2Channel(responder: responder, configuration: configuration))
    }
  }
}
