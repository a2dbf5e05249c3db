import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on loopback that answers every request with 204 and the number of its connection, and keeps
/// connections open.
struct ConnectionCounter {
  static let header = "x-connection"

  private let channel: any Channel

  init() async throws {
    let count = Atomic<Int>(0)
    channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelInitializer { channel in
        let number = count.add(1, ordering: .relaxed).newValue
        return channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
          try channel.pipeline.syncOperations.addHandler(Answer(number: number))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  var endpoint: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

  func close() async throws { try await channel.close() }

  private final class Answer: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    let number: Int

    init(number: Int) { self.number = number }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      guard case .end = unwrapInboundIn(data) else { return }
      let head = HTTPResponseHead(
        version: .http1_1, status: .noContent, headers: [ConnectionCounter.header: "\(number)"])
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
