import Cryptography
import Foundation
import NIOHTTP1
import Testing

@testable import Stores

@Suite struct S3ClientTests {
  let scratch = Scratch()

  /// The examples of "Authenticating Requests: Using the Authorization Header" in the Amazon S3 API reference.
  @Test func `Signatures are those of the reference`() throws {
    let signer = S3Signer(
      credentials: S3Credentials(
        accessKey: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
      region: "us-east-1")
    func signature(
      _ method: String, _ path: String, _ query: [(name: String, value: String)] = [],
      _ headers: [(name: String, value: String)] = [], _ body: String = ""
    ) -> String? {
      signer.headers(
        method: method, host: "examplebucket.s3.amazonaws.com", path: path, query: query, headers: headers,
        payload: SHA256.hash(Array(body.utf8)), unixSeconds: 1_369_353_600
      ).first { $0.name == "authorization" }?.value.components(separatedBy: "Signature=").last
    }
    #expect(
      signature("GET", "/test.txt", [], [("range", "bytes=0-9")])
        == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    #expect(
      signature(
        "PUT", "/test%24file.text", [],
        [("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
        "Welcome to Amazon S3.") == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
    #expect(
      signature("GET", "/", [("lifecycle", "")]) == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")
    #expect(
      signature("GET", "/", [("prefix", "J"), ("max-keys", "2")])
        == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
    #expect(S3Signer.encode("a b/ü+1:~", slash: true) == "a%20b/%C3%BC%2B1%3A~")
    #expect(S3Signer.encode("a/b", slash: false) == "a%2Fb")
  }

  @Test func `HMAC is that of RFC 4231`() {
    #expect(
      Hex.encode(HMACSHA256.code(of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }

  @Test func `A key file must be private and have two lines`() throws {
    let path = "\(scratch.path)/key"
    func write(_ text: String, _ mode: Int = 0o600) throws {
      try Data(text.utf8).write(to: URL(filePath: path))
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
    #expect(throws: S3Error.self) { try S3Credentials(file: path) }
    try write("key-id\nthe secret\n")
    #expect(throws: S3Error.self) { try S3Credentials(file: path) }
    try write("key-id\nsecret\n")
    let credentials = try S3Credentials(file: path)
    #expect(credentials.accessKey == "key-id" && credentials.secret == Array("secret".utf8))
    #expect(!"\(credentials)".contains("secret") && !String(reflecting: credentials).contains("115"))
    for (text, mode) in [("key-id\nsecret\n", 0o640), ("key-id\n", 0o600), ("a\nb\nc\n", 0o600), ("", 0o600)] {
      try write(text, mode)
      #expect(throws: S3Error.self) { try S3Credentials(file: path) }
    }
  }

  @Test(arguments: ["ftp://h", "http://", "h:80", "http://h/path", "http://u@h", "https://h?x"])
  func `An endpoint is a scheme, a host and a port`(text: String) {
    #expect(throws: S3Error.endpoint(text)) {
      try S3Client(
        http: S3Server.http, endpoint: text, bucket: "b", region: "r",
        credentials: S3Credentials(accessKey: "a", secret: "b"))
    }
  }

  @Test func `Answers are read strictly`() {
    let text = "<r><Key>a&amp;b</Key><Key>c</Key><Size>1"[...]
    #expect(S3XML.all("Key", in: text) == ["a&amp;b", "c"])
    #expect(S3XML.first("Key", in: text) == "a&b")
    #expect(S3XML.first("Size", in: text) == nil)
    #expect(S3XML.seconds("2023-11-14T22:13:20.000Z") == 1_700_000_000)
    #expect(S3XML.seconds("yesterday") == nil && S3XML.seconds("2023-11-14") == nil)
  }

  @Test(arguments: BackendKind.Blobs.allCases.filter { $0 != .filesystem })
  func `A wrong secret is refused with the store's own word`(kind: BackendKind.Blobs) async throws {
    let server = try kind.server
    let client = try S3Client(
      http: S3Server.http, endpoint: server.endpoint, bucket: "wrong-secret", region: "us-east-1",
      credentials: S3Credentials(accessKey: S3Server.accessKey, secret: "another"))
    let error = await #expect(throws: S3Error.self) { try await client.put("k", [1]) }
    guard case .refused(_, 403, let code) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(code == "SignatureDoesNotMatch")
  }

  @Test func `A store that cannot be reached is named, after a few tries`() async throws {
    let client = try S3Client(
      http: S3Server.http, endpoint: "http://127.0.0.1:\(try S3Server.freePort())", bucket: "b", region: "r",
      credentials: S3Credentials(accessKey: "a", secret: "b"))
    let error = await #expect(throws: S3Error.self) { try await client.delete("k") }
    guard case .unreachable("DELETE k", _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `What is not sent again never goes over a connection that was kept`() async throws {
    let server = try await ConnectionCounter()
    let client = try S3Client(
      http: S3Server.http, endpoint: server.endpoint, bucket: "b", region: "r",
      credentials: S3Credentials(accessKey: "a", secret: "b"))
    var connections: [S3Client.Repeat: Set<String>] = [:]
    for repeats in [S3Client.Repeat.always, .ifRefused] {
      for _ in 0..<3 {
        let answer = try await client.send(.init(method: .DELETE, key: "k", repeats: repeats))
        connections[repeats, default: []].formUnion(answer.headers[ConnectionCounter.header])
      }
    }
    try await server.close()
    #expect(connections[.always]?.count == 1 && connections[.ifRefused]?.count == 3)
    #expect(connections[.always, default: []].isDisjoint(with: connections[.ifRefused, default: []]))
  }

  @Test(arguments: BackendKind.Blobs.allCases.filter { $0 != .filesystem })
  func `Parts make one object, ranges give its parts, and a listing has every key`(kind: BackendKind.Blobs) async throws
  {
    let client = try kind.server.client(bucket: "client-tests")
    try await client.makeBucket()
    try await client.makeBucket()
    let blob = bytes(Int(S3Client.partBytesMin) * 2 + 12_345)
    try await client.put("large/a b+ü", bytes: UInt64(blob.count)) { Array(blob[Int($0)..<Int($0) + $1]) }
    #expect(try await client.bytes(of: "large/a b+ü") == UInt64(blob.count))
    #expect(
      try await client.get("large/a b+ü", from: 8_000_000, count: 1_000_000) == Array(blob[8_000_000..<9_000_000]))
    let end = Array(blob[(blob.count - 5)...])
    #expect(try await client.get("large/a b+ü", from: UInt64(blob.count) - 5, count: 100) == end)
    #expect(try await client.get("large/none", from: 0, count: 1) == nil)
    await #expect(throws: Stopped.self) {
      try await client.put("large/broken", bytes: 9 << 20) { offset, count in
        guard offset == 0 else { throw Stopped() }
        return [UInt8](repeating: 0, count: count)
      }
    }
    #expect(try await client.bytes(of: "large/broken") == nil)
    for number in 0..<7 { try await client.put("listed/\(number)", [UInt8](repeating: 0, count: number)) }
    let listed = try await client.list(prefix: "listed/")
    #expect(listed.map(\.key).sorted() == (0..<7).map { "listed/\($0)" })
    #expect(Set(listed.map(\.bytes)) == Set(0..<7))
    try await client.copy("listed/3", to: "copied")
    #expect(try await client.get("copied", from: 0, count: 9) == [0, 0, 0])
    try await client.delete("copied")
    try await client.delete("copied")
    #expect(try await client.bytes(of: "copied") == nil)
  }
}
