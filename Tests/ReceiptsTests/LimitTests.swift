import Codec
import Cryptography
import Testing

@testable import Receipts

/// The last size that is read and the first that is refused. The numbers stand here once more: a limit that moves is a
/// change of the format.
@Suite struct LimitTests {
  private func refusal(_ work: () throws -> Void) -> String {
    do {
      try work()
      return ""
    } catch { return "\(error)" }
  }

  /// Reads `count` of something: refused with the word `saying` above `limit`, and not for that at it.
  private func expect(_ limit: Int, _ what: String, saying: String = "limit", _ read: (Int) throws -> Void) {
    #expect(!refusal { try read(limit) }.contains(saying), "\(what) at \(limit)")
    #expect(refusal { try read(limit + 1) }.contains(saying), "\(what) above \(limit)")
  }

  @Test func `bytes, before anything is read`() throws {
    let key = try ECSigningKey(pem: Array(ModelSignatureTests.pem.utf8)).publicKey
    let readers: [(String, Int, ([UInt8]) throws -> Void)] = [
      ("bundle", 64 << 20, { _ = try Bundle($0) }), ("epoch proof", 4 << 20, { _ = try EpochProof($0) }),
      ("trust", 1 << 20, { _ = try TrustPolicy($0) }), ("opening", 16 << 20, { _ = try Opening(blob: $0) }),
      ("request", 4 << 20, { _ = try ChatRequest(body: $0) }), ("statement", 1 << 20, { _ = try SignedStatement($0) }),
      ("model signature", 64 << 20, { _ = try ModelSignature.verify($0, key: key) }),
      ("model statement", 48 << 20, { _ = try ModelResources(statement: $0) }),
    ]
    for (what, limit, read) in readers { expect(limit, what) { try read([UInt8](repeating: 0x21, count: $0)) } }
  }

  @Test func `nesting`() throws {
    let key = try ECSigningKey(pem: Array(ModelSignatureTests.pem.utf8)).publicKey
    let claims = CWTClaims(issuer: "i", subject: "s", issuedAt: 0)
    let readers: [(String, Int, ([UInt8]) throws -> Void)] = [
      ("bundle", 8, { _ = try Bundle($0) }), ("epoch proof", 4, { _ = try EpochProof($0) }),
      ("trust", 8, { _ = try TrustPolicy($0) }), ("payload", 32, { _ = try Statement(payload: $0, claims: claims) }),
      ("model signature", 16, { _ = try ModelSignature.verify($0, key: key) }),
      ("model statement", 8, { _ = try ModelResources(statement: $0) }),
    ]
    for (what, limit, read) in readers {
      expect(limit, what) { depth in
        try read([UInt8](repeating: 0x5b, count: depth) + [UInt8](repeating: 0x5d, count: depth))
      }
    }
  }

  @Test func `lists of the trust policy`() throws {
    var trust = try World.trust(witnesses: 1)
    trust.tee = .init(kinds: [.simulated, .tdx])
    trust.timestampRoots = try TestAuthority().roots
    let json = trust.json
    let issuer = try #require(json["issuers"]?[0])
    let digest = JSON.string(SHA256.hash([1]).named)
    let root = try #require(json["timestamp_roots"]?[0])
    func list(_ value: JSON, _ count: Int) -> JSON { .array(Array(repeating: value, count: count)) }
    let lists: [(Int, [String], JSON)] = [
      (1024, ["issuers"], issuer), (1024, ["manifests", "signers"], digest), (4096, ["manifests", "digests"], digest),
      (64, ["profiles"], "p"), (1024, ["attribution_policies"], digest), (64, ["required"], "binding"),
      (64, ["tee", "roots", "simulated"], .string(try Base64.encode(World.key("root").publicKey.raw))),
      (1024, ["tee", "measurements", "simulated", "measurement"], "00"), (64, ["timestamp_roots"], root),
      (6, ["tee", "tcb_statuses", "tdx"], "UpToDate"),
    ]
    for (limit, path, value) in lists {
      // Of evidence it says how many there may be.
      expect(limit, path.joined(separator: "."), saying: path[0] == "tee" ? "1 to \(limit)" : "limit") {
        _ = try TrustPolicy(JCS.encode(json.with(path, list(value, $0))))
      }
    }
    expect(32, "kinds") {
      _ = try TrustPolicy(JCS.encode(json.with(["issuers"], [issuer.with(["kinds"], list("execution", $0))])))
    }
    expect(64, "witnesses") { _ = try TrustPolicy(JCS.encode(World.trust(witnesses: $0).json)) }
  }

  @Test func `lists and texts of statements`() throws {
    let sealed = try World().sealed()
    func read(_ kind: StatementKind, _ path: [String], _ value: JSON) throws {
      let json = try #require(sealed.statements[kind]).statement.predicate.with(path, value)
      try Statement(
        kind: kind, issuer: "i", subject: "s", subjectDigest: SHA256.hash([]), issuedAt: 0, predicate: json
      ).checkPredicate()
    }
    func text(_ count: Int) -> JSON { .string(String(repeating: "t", count: count)) }
    let blob = try #require(sealed.statements[.custody]?.statement.predicate["blobs"]?[0])
    expect(4096, "blobs") { try read(.custody, ["blobs"], .array(Array(repeating: blob, count: $0))) }
    expect(64, "ignored") { try read(.execution, ["parameters", "ignored"], .array(Array(repeating: "i", count: $0))) }
    let digest = JSON.string(SHA256.hash([1]).named)
    expect(1024, "messages") {
      try read(.execution, ["commitments", "messages"], .array(Array(repeating: digest, count: $0)))
    }
    for path in [["profile"], ["model", "id"], ["engine", "build"]] {
      expect(1024, path[0]) { try read(.execution, path, text($0)) }
    }
    expect(1024, "finding") { try read(.verdict, ["finding"], text($0)) }
    for (position, isGood) in [(-1, false), (0, true)] {
      #expect(refusal { try read(.verdict, ["first_position"], .integer(position)) }.isEmpty == isGood)
      #expect(refusal { try read(.execution, ["usage", "prompt_tokens"], .integer(position)) }.isEmpty == isGood)
    }
    let superseded = Superseded(number: 1, verdict: SHA256.hash([1]), reason: "r").json
    expect(1024, "reason") { try read(.verdict, ["supersedes"], superseded.with(["reason"], text($0))) }
    expect(16, "number") { try read(.verdict, ["supersedes"], superseded.with(["number"], .integer($0))) }
    #expect(throws: ReceiptError.self) { try read(.verdict, ["supersedes"], superseded.with(["number"], 0)) }
    let epoch = EpochTests.epoch(1 << 16)
    #expect(epoch != nil && EpochTests.epoch(1 << 16 + 1) == nil)
    let json = try #require(epoch).json
    expect(1 << 16, "receipts of an epoch") { _ = try EpochPredicate(json.with(["last"], .string("\(4 + $0)"))) }
    for (code, good) in [(64, true), (65, false)] {
      let error = refusal { try read(.receipt, ["error"], ["code": text(code)]) }
      #expect(error.contains("limit") != good)
    }
    for (bytes, good) in [(1, true), (64, true), (65, false)] {
      let nonce = JSON.string(Base64URL.encode([UInt8](repeating: 7, count: bytes)))
      #expect(refusal { try read(.execution, ["nonce"], nonce) }.isEmpty == good, "a nonce of \(bytes) bytes")
    }
    #expect(!refusal { try read(.execution, ["nonce"], "") }.isEmpty)
    for (rate, good) in [(0, false), (1, true), (10_000, true), (10_001, false)] {
      let policy: JSON = ["policy": "sample", "rate_bp": .integer(rate)]
      #expect(refusal { _ = try VerificationPolicy(policy) }.isEmpty == good, "\(rate)")
    }
  }

  @Test func `choices, calls and proofs`() throws {
    func calls(_ count: Int, id: Int = 1, name: Int = 1) throws {
      let call = AnswerContent.ToolCall(
        id: String(repeating: "c", count: id), name: String(repeating: "n", count: name), arguments: "")
      let choice = AnswerContent.Choice(
        index: 0, text: "", toolCalls: Array(repeating: call, count: count), finishReason: .stop)
      _ = try AnswerContent(AnswerContent(choices: [choice]).encoded())
    }
    expect(128, "calls") { try calls($0) }
    expect(64, "ids of calls") { try calls(1, id: $0) }
    expect(64, "names of calls") { try calls(1, name: $0) }
    let choice = AnswerContent.Choice(index: 0, text: "", finishReason: .stop)
    expect(128, "choices") {
      _ = try AnswerContent(AnswerContent(choices: Array(repeating: choice, count: $0)).encoded())
    }
    expect(128, "choices of tokens") { _ = try TokenIDs.decode([UInt8](repeating: 0, count: 4 * $0)) }
    let digest = SHA256.hash([1])
    expect(64, "an epoch's path") {
      let proof = EpochProof(
        receiptID: World.id, sequence: 1, receipt: digest, path: Array(repeating: digest, count: $0), epoch: [],
        tlogProof: "")
      _ = try EpochProof(proof.json.serialized())
    }
    expect(8, "a score's path") {
      let line = ScoreLine(document: 0, source: DocumentSource(contributor: "c"), score: 0)
      let path = Array(repeating: digest, count: $0)
      _ = try LineProof<ScoreLine>(LineProof(line: line, salt: digest.bytes, size: 1, path: path).json)
    }
    #expect(Real(literal: "0." + String(repeating: "0", count: 62)) != nil)
    #expect(Real(literal: "0." + String(repeating: "0", count: 63)) == nil)
  }

  @Test func `names and files of a model's signature`() throws {
    func resources(_ names: [String]) throws {
      _ = try ModelResources(model: "m", resources: names.map { .init(path: $0, digest: SHA256.hash([]).bytes) })
    }
    expect(100_000, "files") { try resources(Array(repeating: "the same", count: $0)) }
    #expect(refusal { try resources([String(repeating: "n", count: 4096)]) }.isEmpty)
    #expect(!refusal { try resources([String(repeating: "n", count: 4097)]) }.isEmpty)
  }
}

extension JSON {
  /// With the member at `path` replaced or added.
  func with(_ path: [String], _ value: JSON) -> JSON {
    let inner = path.count == 1 ? value : (self[path[0]] ?? [:]).with(Array(path.dropFirst()), value)
    return .object((objectValue ?? []).filter { $0.name != path[0] } + [JSONMember(path[0], inner)])
  }
}
