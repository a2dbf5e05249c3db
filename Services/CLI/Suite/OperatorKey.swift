import Cryptography
import Foundation
import ServiceKit

/// The key of whoever runs the suite: it signs model manifests, and no service has it.
enum OperatorKey {
  static let issuer = "urn:colophon:operator"

  static func load(_ data: DataOption) throws -> SigningKey {
    try KeyFile.load(folder: data.folder.appending(path: "operator/keys").path, name: "signing")
  }
}
