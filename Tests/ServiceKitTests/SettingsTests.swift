import Glibc
import Testing

@testable import ServiceKit

@Suite struct SettingsTests {
  private static let table = SettingsTable(
    service: "storage", defaultPort: 8083,
    settings: [
      Setting("workers", .int(1...64), default: "2", help: "Threads that write."),
      Setting("peer", .url, help: "Address of the peer."),
      Setting("flush-after", .duration, default: "250ms", help: "Longest wait of a group commit."),
      Setting("api-key", .string, help: "Key of the upstream.", secret: true),
      Setting("strict", .bool, default: "false", help: "Refuse what could be mended."),
      Setting("mode", .choice(["required", "best_effort"]), default: "required", help: "What a lost receipt means."),
      Setting("models", .list, default: "", help: "Models to load."),
    ])

  private func resolve(
    _ arguments: [String] = [], _ environment: [String: String] = [:]
  ) throws(SettingsError) -> SettingsValues {
    try Self.table.resolve(arguments: arguments, environment: environment)
  }

  private func withFile(_ text: String, _ work: (String) throws -> Void) throws {
    try withFolder { folder throws in
      let path = "\(folder)/settings.json"
      #expect(try SmallFile.create(path, Array(text.utf8)))
      try work(path)
    }
  }

  @Test func aFlagBeatsTheEnvironmentWhichBeatsTheFileWhichBeatsTheDefault() throws {
    let variable = ["COLOPHON_STORAGE_WORKERS": "4"]
    #expect(try resolve().int("workers") == 2)
    try withFile(#"{"workers": 3}"#) { file throws in
      #expect(try resolve(["--config", file]).int("workers") == 3)
      #expect(try resolve(["--config", file], variable).int("workers") == 4)
      #expect(try resolve(["--config", file, "--workers", "5"], variable).int("workers") == 5)
      #expect(try resolve([], ["COLOPHON_STORAGE_CONFIG": file]).int("workers") == 3)
    }
  }

  @Test func eachKindOfValueIsRead() throws {
    let values = try resolve([
      "--peer=http://127.0.0.1:8081", "--flush-after", "2s", "--strict", "--mode", "best_effort", "--models", "a, b,",
      "--h2c-port=0",
    ])
    #expect(try values.string("peer") == "http://127.0.0.1:8081")
    #expect(try values.duration("flush-after") == .seconds(2))
    #expect(values.bool("strict"))
    #expect(values.list("models") == ["a", "b"])
    #expect(values.optionalInt("h2c-port") == 0)
    #expect(values.isGiven("mode") && !values.isGiven("workers"))
    #expect(try !resolve(["--strict", "false"]).bool("strict"))
    #expect(try resolve(["--strict", "--workers", "9"]).int("workers") == 9)
  }

  @Test func aFileMayHoldNumbersBoolsTextsAndLists() throws {
    try withFile(#"{"workers": 7, "strict": true, "peer": "http://h:1", "models": ["a", "b"]}"#) { file throws in
      let values = try resolve(["--config", file])
      #expect(try values.int("workers") == 7)
      #expect(values.bool("strict"))
      #expect(values.list("models") == ["a", "b"])
    }
  }

  @Test func anUnknownNameIsRefusedWithASuggestion() throws {
    #expect(throws: SettingsError.unknown(name: "--prot", source: "the command line", suggestion: "--port")) {
      try resolve(["--prot", "1"])
    }
    #expect(
      throws: SettingsError.unknown(
        name: "COLOPHON_STORAGE_WORKER", source: "the environment", suggestion: "COLOPHON_STORAGE_WORKERS")
    ) { try resolve([], ["COLOPHON_STORAGE_WORKER": "1"]) }
    try withFile(#"{"wrokers": 1}"#) { file throws in
      #expect(throws: SettingsError.unknown(name: "wrokers", source: file, suggestion: "workers")) {
        try resolve(["--config", file])
      }
    }
    #expect(throws: SettingsError.unknown(name: "--zzzzzzzzzzzz", source: "the command line", suggestion: nil)) {
      try resolve(["--zzzzzzzzzzzz", "1"])
    }
  }

  @Test func theVariablesOfOtherProgramsAreLeftAlone() throws {
    #expect(try resolve([], ["COLOPHON_INFERENCE_WORKERS": "1", "PATH": "x"]).int("workers") == 2)
  }

  @Test(arguments: [
    ["--workers", "0"], ["--workers", "65"], ["--workers", "two"], ["--peer", "127.0.0.1:80"],
    ["--peer", "http://a b"], ["--peer", "http://h/path"], ["--flush-after", "10"], ["--strict=yes"],
    ["--mode", "sometimes"], ["--port", "65536"], ["--data", ""],
  ])
  func aValueThatIsNotOfItsKindIsRefusedByName(_ arguments: [String]) {
    let name = String(arguments[0].dropFirst(2).prefix { $0 != "=" })
    do {
      _ = try resolve(arguments)
      Issue.record("\(arguments) must be refused")
    } catch {
      guard case .invalid(let named, _, _, _) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(named == name)
      #expect(error.description.contains("'\(name)'"))
    }
  }

  @Test func aBadValueIsRefusedEvenWhereAnotherSourceOverridesIt() {
    #expect(throws: SettingsError.self) { try resolve(["--workers", "3"], ["COLOPHON_STORAGE_WORKERS": "x"]) }
  }

  @Test func flagsWithoutSenseAreRefused() {
    #expect(throws: SettingsError.repeated(name: "port", source: "the command line")) {
      try resolve(["--port", "1", "--port=2"])
    }
    #expect(throws: SettingsError.missingValue(flag: "--port")) { try resolve(["--port"]) }
    #expect(throws: SettingsError.unexpectedArgument("start")) { try resolve(["start"]) }
    #expect(throws: SettingsError.unexpectedArgument("-p")) { try resolve(["-p", "1"]) }
  }

  @Test(arguments: ["", "[]", "{\"workers\": {\"a\": 1}}", "{\"workers\": 1.5}", "{\"workers\": null}", "{"])
  func aFileThatIsNotOneFlatObjectIsRefused(_ text: String) throws {
    try withFile(text) { file throws in
      do {
        _ = try resolve(["--config", file])
        Issue.record("\(text) must be refused")
      } catch let error as SettingsError {
        #expect(error.description.contains(file))
      }
    }
  }

  @Test func aFileThatIsNotThereIsRefusedByPath() {
    do {
      _ = try resolve(["--config", "/nonexistent/settings.json"])
      Issue.record("there is no such file")
    } catch { #expect(error.description.contains("/nonexistent/settings.json")) }
  }

  @Test func aSettingThatNobodyGaveIsNamed() throws {
    let values = try resolve()
    #expect(values.optionalString("peer") == nil)
    #expect(throws: SettingsError.unset(name: "peer")) { try values.string("peer") }
  }

  @Test func secretsAreShownNowhere() throws {
    let values = try resolve(["--api-key", "sk-live-1"])
    #expect(try values.string("api-key") == "sk-live-1")
    #expect(!"\(values.shown)".contains("sk-live-1"))
    #expect(values.shown.contains { $0.name == "api-key" && $0.value == "(secret)" })
    #expect(values.shown.contains { $0.name == "workers" && $0.value == "2" && $0.source == "default" })
  }

  @Test func theHelpTextTeaches() {
    let table = SettingsTable(
      service: "storage", defaultPort: 8083,
      settings: [Setting("workers", .int(1...64), default: "2", help: "Threads that write.")])
    #expect(table.help(summary: "keeps statements.") == Self.help)
  }

  private static let help = """
    colophon-storage: keeps statements.

    usage: colophon-storage [--name VALUE]...

    A setting is taken from its flag, else from its environment variable, else from the JSON file named by
    --config, else its default holds. Unknown names stop the start.

      --workers N
          Threads that write.
          COLOPHON_STORAGE_WORKERS, default: 2
      --host TEXT
          Address to listen on; 0.0.0.0 listens on all.
          COLOPHON_STORAGE_HOST, default: 127.0.0.1
      --port N
          Port for HTTP/1.1; 0 takes a free one and prints it.
          COLOPHON_STORAGE_PORT, default: 8083
      --h2c-port N
          Port for plaintext HTTP/2 by prior knowledge, which real gRPC needs; off unless set.
          COLOPHON_STORAGE_H2C_PORT, default: unset
      --data PATH
          Folder of all state; each service has one folder in it.
          COLOPHON_STORAGE_DATA, default: ./.colophon
      --token-file PATH
          File with the bearer token that services show each other; DATA/token unless set, made if absent.
          COLOPHON_STORAGE_TOKEN_FILE, default: unset
      --issuer TEXT
          URI of this operator, the issuer of every statement that the service signs.
          COLOPHON_STORAGE_ISSUER, default: https://storage.colophon.invalid
      --log-level trace|debug|info|notice|warning|error|critical
          Least severe log lines that are written to standard error.
          COLOPHON_STORAGE_LOG_LEVEL, default: info
      --config PATH
          JSON file with one object of setting names and values.
          COLOPHON_STORAGE_CONFIG, default: unset
      --help
          Print this text.

    """
}
