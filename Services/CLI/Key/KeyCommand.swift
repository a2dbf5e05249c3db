import ArgumentParser
import Foundation
import Receipts

struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "State in the log from where to where a key is good, and read what was stated.",
    discussion: """
      A key says itself from which entry of the log it is good: 'colophon up' registers that for the suite's keys. The
      operator's key says where another ends, so that whoever stole a key can neither end it nor keep it alive.
        colophon key list                      what the log says, each statement verified
        colophon key retire inference          the key ends with the newest entry
        colophon key trust --output new.json   the trust policy with these intervals
      'colophon keys' prints the public keys of a trust policy.
      """,
    subcommands: [KeyList.self, KeyRegisterCommand.self, KeyRetire.self, KeyTrust.self])
}

/// The storage service that a command asks: given, or that of the data folder.
struct StorageOption: ParsableArguments {
  @Option(help: "Address of the storage service; by default that of the data folder, started if it is not up.")
  var storage: String?
  @OptionGroup var data: DataOption

  func with<T>(_ body: (String) async throws -> T) async throws -> T {
    if let storage { return try await body(storage) }
    let access = try await ServiceAccess("storage", data)
    let outcome: Result<T, any Error>
    do { outcome = .success(try await body(access.url)) } catch { outcome = .failure(error) }
    await access.close()
    return try outcome.get()
  }
}

struct KeyRegisterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "register", abstract: "State of each key of this data folder from where it is good, once.",
    discussion: """
      'colophon up' does this. By hand it is for services that were started by hand: for each line of
      DATA/storage/registration.json whose private key lies in the data folder, the line is given the kind 'key', and the
      key's own statement is registered.
      """)

  @OptionGroup var storage: StorageOption

  func run() async throws {
    try await Failure.report {
      let stated = try await storage.with { url in
        let register = try KeyRegister(url, storage.data)
        let size = try await register.logSize()
        var lines = try register.folder.registration.lines()
        for at in lines.indices where try register.folder.signer(lines[at].key) != nil {
          guard try register.folder.remembered(lines[at].keyID, .end) == nil else {
            throw Failure("\(lines[at].keyID.named) was retired: strike its line", status: 78)
          }
          lines[at].kinds.insert(.key)
        }
        try register.folder.registration.write(lines)
        return try await register.beginAll(from: size)
      }
      for keyID in stated { Console.out("stated \(keyID.named)") }
      if stated.isEmpty { Console.out("nothing to state: the log has the statement of every key here") }
    }
  }
}
