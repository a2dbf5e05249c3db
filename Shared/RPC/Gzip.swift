internal import CZlib
internal import NIOCore

/// gzip (RFC 1952), one member, over zlib.
enum Gzip {
  /// Bodies up to this many bytes are not worth compressing.
  static let worthwhileBytes = 1024
  private static let chunkBytes = 16_384

  /// Undoes one gzip member. Stops as soon as the output passes `limit` bytes, so that a bomb costs no more than that.
  static func decompress(_ body: ByteBuffer, limit: Int) throws(RPCError) -> ByteBuffer {
    var stream = z_stream()
    guard colophon_inflate_init_gzip(&stream) == Z_OK else { throw .unexpected }
    defer { inflateEnd(&stream) }
    var input = body
    var output = ByteBuffer()
    let status = run(&stream, over: &input, into: &output, stopAfter: limit) { inflate($0, Z_NO_FLUSH) }
    guard output.readableBytes <= limit else {
      throw RPCError(.resourceExhausted, "the decompressed message passes the limit of \(limit) bytes")
    }
    guard status == Z_STREAM_END, stream.avail_in == 0 else {
      throw RPCError(.invalidArgument, "the message is not one complete gzip member")
    }
    return output
  }

  /// `body` as one gzip member, at zlib's fastest level: hops are short and processors are few.
  static func compress(_ body: ByteBuffer) throws(RPCError) -> ByteBuffer {
    var stream = z_stream()
    guard colophon_deflate_init_gzip(&stream, Z_BEST_SPEED) == Z_OK else { throw .unexpected }
    defer { deflateEnd(&stream) }
    var input = body
    var output = ByteBuffer()
    let status = run(&stream, over: &input, into: &output, stopAfter: .max) { deflate($0, Z_FINISH) }
    guard status == Z_STREAM_END else { throw .unexpected }
    return output
  }

  private static func run(
    _ stream: inout z_stream, over input: inout ByteBuffer, into output: inout ByteBuffer, stopAfter limit: Int,
    _ step: (UnsafeMutablePointer<z_stream>) -> Int32
  ) -> Int32 {
    input.readWithUnsafeMutableReadableBytes { bytes in
      stream.next_in = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.avail_in = UInt32(clamping: bytes.count)
      var status = Z_OK
      while status == Z_OK, output.readableBytes <= limit {
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: chunkBytes) { room in
          // The buffer may offer more than was asked for: one step never passes a chunk.
          let offered = min(room.count, chunkBytes)
          stream.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
          stream.avail_out = UInt32(offered)
          status = step(&stream)
          return offered - Int(stream.avail_out)
        }
      }
      return (bytes.count, status)
    }
  }
}
