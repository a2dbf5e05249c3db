internal import HTTPTypes

/// The media types of the two protocols spoken here. Connect's JSON codec is not among them.
enum RPCMediaType: String {
  case unary = "application/proto"
  case streaming = "application/connect+proto"
  case grpc = "application/grpc"
  case grpcProto = "application/grpc+proto"

  /// Reads a Content-Type header; its parameters and its case do not matter.
  init?(_ header: String?) {
    guard let type = header?.split(separator: ";", omittingEmptySubsequences: false).first else { return nil }
    self.init(rawValue: type.filter { $0 != " " && $0 != "\t" }.lowercased())
  }

  var isGRPC: Bool { self == .grpc || self == .grpcProto }
}

extension HTTPField.Name {
  static func known(_ name: String) -> HTTPField.Name {
    guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is not a header name") }
    return field
  }

  static let acceptPost = known("Accept-Post")
  static let connectProtocolVersion = known("Connect-Protocol-Version")
  static let connectTimeout = known("Connect-Timeout-Ms")
  static let connectContentEncoding = known("Connect-Content-Encoding")
  static let connectAcceptEncoding = known("Connect-Accept-Encoding")
  static let grpcTimeout = known("grpc-timeout")
  static let grpcEncoding = known("grpc-encoding")
  static let grpcAcceptEncoding = known("grpc-accept-encoding")
  static let grpcStatus = known("grpc-status")
  static let grpcMessage = known("grpc-message")
}
