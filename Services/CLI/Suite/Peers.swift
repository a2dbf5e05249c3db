import AsyncHTTPClient
import Foundation
import RPC
import ServiceKit

/// Connections of the command line to the services of its data folder.
enum Peers {
  /// Lives as long as the process, which is how long one command takes.
  static let http = HTTPClient(configuration: RPCClient.httpConfiguration)

  /// - Parameter http: for a command that needs more connections than ``http`` makes.
  static func client(_ url: String, _ data: DataOption, http: HTTPClient = http) throws -> RPCClient {
    var options = RPCClient.Options()
    options.token = try TokenFile.load(data.folder.appending(path: "token").path)
    options.caller = "colophon"
    return RPCClient(http: http, base: url, options: options)
  }
}
