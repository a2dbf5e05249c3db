internal import Hummingbird
internal import NIOCore
internal import Receipts

/// Writes events to one client and keeps the chain over the chunks that went out.
struct EventSink {
  private var writer: any ResponseBodyWriter
  private(set) var chain: StreamChain
  /// The bytes after "data: " of each chunk in the chain.
  private(set) var chunks: [[UInt8]] = []
  /// Set when the socket is gone; nothing is written after it.
  private(set) var isBroken = false

  init(writer: any ResponseBodyWriter, chain: StreamChain) {
    self.writer = writer
    self.chain = chain
  }

  /// A chunk before the one with `finish_reason`: it counts once it is on its way to the socket.
  mutating func writeChunk(_ bytes: [UInt8]) async {
    await writeEvent(bytes)
    guard !isBroken else { return }
    chain.append(bytes)
    chunks.append(bytes)
  }

  /// Any other event: finish, usage, error, end.
  mutating func writeEvent(_ bytes: [UInt8]) async {
    guard !isBroken else { return }
    var buffer = ByteBufferAllocator().buffer(capacity: bytes.count + 8)
    buffer.writeStaticString("data: ")
    buffer.writeBytes(bytes)
    buffer.writeStaticString("\n\n")
    do { try await writer.write(buffer) } catch { isBroken = true }
  }

  /// Ends the body. Throws when the client left, so that the connection is closed.
  consuming func end() async throws {
    guard !isBroken else { throw ClientLeft() }
    try await writer.finish(nil)
  }
}

struct ClientLeft: Error {}
