internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Wire

/// Writes the envelopes of one answer.
///
/// `@unchecked Sendable`: the body writer is not Sendable, yet the handler runs in a child task so that the deadline can
/// cancel it. Only one task ever writes: the handler gets `send` as a closure that neither escapes nor is Sendable, so no
/// other task can hold it, and `finish` is called after the task group that ran the handler has ended.
final class EnvelopeSink: @unchecked Sendable {
  private var writer: any ResponseBodyWriter
  private let gzip: Bool

  init(_ writer: any ResponseBodyWriter, gzip: Bool) {
    self.writer = writer
    self.gzip = gzip
  }

  func write(_ message: some WireMessage) async throws {
    try await writer.write(Envelope.wrapping(encoded(message), gzip: gzip).bytes)
  }

  /// Runs a handler against this sink and says how it ended.
  func run<In: WireMessage, Out: WireMessage>(
    _ input: In, _ call: IncomingCall,
    _ handler: @escaping @Sendable (In, CallContext, (Out) async throws -> Void) async throws -> Void
  ) async -> RPCError? {
    do {
      try await withDeadline(call.context.deadline) {
        try await handler(input, call.context) { try await self.write($0) }
      }
      return nil
    } catch {
      return call.failure(error)
    }
  }

  /// Ends a Connect stream.
  func finish(_ end: Envelope) async throws {
    try await writer.write(end.bytes)
    try await writer.finish(nil)
  }

  /// Ends a gRPC stream with trailers.
  func finish(_ trailers: HTTPFields) async throws {
    try await writer.finish(trailers)
  }
}
