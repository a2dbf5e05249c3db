import Codec
import Credit
import Cryptography
import MerkleLog

@testable import Receipts

extension World {
  struct Sealed: Sendable {
    var bundle: Bundle
    let statements: [StatementKind: SignedStatement]
    let wire: [UInt8]
    let chunks: [[UInt8]]
  }

  func madeOpenings(wire: [UInt8], chunks: [[UInt8]]) throws -> [CommittedField: Opening] {
    let request = try ChatRequest(asked: body)
    func opening(_ field: CommittedField, _ data: [UInt8]) throws -> Opening {
      try Opening(salt: Self.salt(field.description), data: data)
    }
    var result: [CommittedField: Opening] = [:]
    result[.request] = try opening(.request, body)
    if let retrieved { result[.retrieved] = try opening(.retrieved, retrieved) }
    for (index, message) in request.messages.enumerated() {
      result[.message(index)] = try opening(.message(index), Array(body[message.range]))
    }
    let content = AnswerContent(choices: [.init(index: 0, text: Self.text, finishReason: .stop)])
    result[.content] = try opening(.content, content.encoded())
    result[.tokens] = try opening(.tokens, TokenIDs.encode([Self.tokens]))
    let list = Self.tokens.indices.flatMap { SHA256.hash([UInt8($0)]).bytes }
    result[.activation] = try opening(.activation, list)
    result[streamed ? .stream : .wire] =
      try streamed ? opening(.stream, StreamChain.encode(chunks)) : opening(.wire, wire)
    if let values { result[.scores] = try opening(.scores, DocumentScores.data(values) + ownership) }
    if let spans { result[.spans] = try opening(.spans, spans) }
    if let nearest { result[.nearest] = try opening(.nearest, nearest) }
    return result
  }

  func sealed() throws -> Sealed {
    let wire = JSON.object([
      JSONMember("id", "chatcmpl-1"),
      JSONMember("choices", [["index": 0, "message": ["role": "assistant", "content": .string(sentText)]]]),
    ]).serialized()
    let chunks = sentText.map { letter in
      JSON.object([JSONMember("choices", [["index": 0, "delta": ["content": .string(String(letter))]]])]).serialized()
    }
    var openings = try madeOpenings(wire: wire, chunks: chunks)
    func commitment(_ field: CommittedField) throws -> Digest32 {
      guard let opening = openings[field] else { throw ReceiptError.field("\(field)", why: "is missing") }
      return try opening.commitment(for: field)
    }
    let request = try readAs ?? ChatRequest(body: body, retrieved: retrieved)
    let manifest = try madeManifest()
    let model = try sign(.model, manifest.id, manifest.digest(), manifest.json)
    let policy = try sign(.policy, rules.id, SHA256.hash(JCS.encode(rules.json)), rules.json)

    let list = openings[.activation]?.data ?? []
    var executed = ExecutionPredicate(
      receiptID: Self.id, nonce: "bm9uY2U", request: try commitment(.request),
      messages: try request.messages.indices.map { try commitment(.message($0)) }, content: try commitment(.content),
      tokens: try commitment(.tokens), model: manifest.id, manifest: try manifest.digest(), profile: "exact/1",
      build: "colophon test", parameters: EffectiveParameters(request.parameters, drawnSeed: 1, room: 64 - 20),
      promptTokens: 20, completionTokens: Self.tokens.count, finishReason: .stop, startedUnixMs: 1_757_000_000_000,
      endedUnixMs: 1_757_000_000_500, activation: try Digest32(Array(list.suffix(32))))
    executed.retrieved = try openings[.retrieved] == nil ? nil : commitment(.retrieved)
    self.execution(&executed)
    let execution = try sign(.execution, Self.id.description, executed.content, executed.json)

    let kept =
      [execution.bytes, model.bytes].map { ($0, RetentionClass.statement) }
      + openings.sorted { $0.key.description < $1.key.description }.map { ($0.value.blob, .opening) }
    var custodian = CustodyPredicate(
      receiptID: Self.id,
      blobs: kept.map { .init(name: SHA256.hash($0.0), bytes: UInt64($0.0.count), retention: $0.1) },
      keptUnixMs: 1_757_000_000_600)
    self.custody(&custodian)
    let custody = try sign(.custody, Self.id.description, execution.digest, custodian.json)

    let scores = try openings[.scores].map { opening in
      try DocumentScores(opening, sources: request.parameters.documents.map(\.source))
    }
    let content = try openings[.content].map { try AnswerContent($0.data).choices.map(\.text) } ?? []
    let spans = try openings[.spans].map { try AnswerSpans($0, of: content) }
    let nearest = try openings[.nearest].map { try AnswerNearest($0, of: content) }
    let shares = try computeShares(
      policy: rules, lineage: manifest.lineage, operator: Self.issuer(.execution), price: Self.price,
      usage: executed.count(by: Self.issuer(.execution)),
      scores: rules.methodNotServed.map { [$0: [Weighted(contributor: "somebody", weight: 1)]] }
        ?? CreditScores.weights(scores, spans, nearest))
    var credited = AttributionPredicate(
      receiptID: Self.id, policy: policy.digest, manifest: try manifest.digest(), operatorID: Self.issuer(.execution),
      priceNano: Self.price, shares: shares, scores: scores?.stated,
      spans: spans?.stated, nearest: nearest?.stated)
    self.attribution(&credited)
    let attribution = try sign(.attribution, Self.id.description, execution.digest, credited.json)

    var judged = VerdictPredicate(
      receiptID: Self.id, profile: "exact/1", execution: execution.digest, result: .pass, positions: Self.tokens.count)
    self.verdict(&judged)
    let verdict = try sign(.verdict, Self.id.description, execution.digest, judged.json)

    var chain = StreamChain(salt: Self.salt("stream"), id: Self.id)
    for chunk in chunks { chain.append(chunk) }
    var bound = ReceiptPredicate(
      receiptID: Self.id, outcome: outcome, sequence: 41, request: try commitment(.request),
      statements: .init(
        execution: execution.digest, custody: custody.digest, attribution: attribution.digest, verdict: verdict.digest),
      delivery: try streamed ? .stream(chunks: chain.chunks, head: chain.head) : .body(commitment(.wire)),
      errorCode: nil, priceNano: Self.price, acceptedUnixMs: 1_756_999_999_900)
    self.receipt(&bound)
    let receipt = try sign(.receipt, Self.id.description, bound.subjectDigest, bound.json)

    self.openings(&openings)
    let all: [StatementKind: SignedStatement] = [
      .model: model, .policy: policy, .execution: execution, .custody: custody, .attribution: attribution,
      .verdict: verdict, .receipt: receipt,
    ]
    let present = all.filter { !absent.contains($0.key) }
    let (proof, coseReceipt, size) = try logged([model, policy, receipt], at: 2)
    let bundle = Bundle(
      receiptID: Self.id, asOf: size, statements: present.mapValues(\.bytes), coseReceipt: coseReceipt,
      tlogProof: proof,
      openings: openings.mapValues(\.blob), evidence: evidence)
    return Sealed(bundle: bundle, statements: all, wire: wire, chunks: chunks)
  }

  /// The log: genesis, these statements, and three entries of other requests.
  func logged(_ statements: [SignedStatement], at place: Int) throws -> ([UInt8], [UInt8], UInt64) {
    let genesis = SHA256.hash(try CBOR.map([CBORPair("genesis", .text(Self.origin))]).encoded())
    let others = (0..<3).map { SHA256.hash(Array("other \($0)".utf8)) }
    let leaves = ([genesis] + statements.map(\.digest) + others).map { TreeHash.leaf($0.bytes) }
    let index = place + 1
    guard let path = MerkleTree.inclusionPath(index, leaves[...]) else { throw ReceiptError.signing("no such leaf") }
    let checkpoint = try Checkpoint(origin: Self.origin, size: UInt64(leaves.count), root: MerkleTree.root(leaves[...]))
    var note = try checkpoint.signed(by: NoteSigner(name: Self.origin, key: Self.key("checkpoint")))
    for witness in 0..<witnesses {
      note = try note.adding(Self.witness(witness).cosign(checkpoint, timeSeconds: witnessSeconds + UInt64(witness)))
    }
    let proof = try TlogProof(index: UInt64(index), path: path, note: note)
    let receipt = try COSEReceipt(
      proof: InclusionProof(index: UInt64(index), size: checkpoint.size, path: path), root: checkpoint.root,
      issuer: "https://example.org/log", subject: Self.id.description, issuedAt: Self.issuedAt,
      key: Self.key("log receipt"))
    return (proof.encoded, receipt.bytes, checkpoint.size)
  }

  static func witness(_ index: Int) throws -> Cosigner {
    try Cosigner(name: "witness\(index).example", key: key("witness \(index)"))
  }

  static func trust(witnesses: Int = 0, quorum: Int = 0) throws -> TrustPolicy {
    let groups: [Set<StatementKind>] = [
      [.execution], [.custody], [.attribution, .policy], [.verdict], [.receipt], [.model],
    ]
    let issuers = try groups.map { kinds in
      let kind = kinds.sorted { $0.rawValue < $1.rawValue }[0]
      return TrustPolicy.Issuer(issuer: issuer(kind), key: try key(issuer(kind)).publicKey, kinds: kinds)
    }
    return TrustPolicy(
      log: try CheckpointPolicy(
        origin: origin, logKey: NoteSigner(name: origin, key: key("checkpoint")).verifierKey,
        witnesses: (0..<witnesses).map { try witness($0).verifierKey }, quorum: quorum),
      receiptLogKey: try key("log receipt").publicKey, issuers: issuers,
      manifestSigners: [issuers[5].keyID], manifestDigests: [], profiles: ["exact/1"], attributionPolicies: [],
      required: [.signatures, .binding, .content, .inclusion, .model, .reexecution, .attribution, .custody])
  }

  func report(
    _ trust: TrustPolicy? = nil, ownRequest: [UInt8]? = nil, ownResponse: [UInt8]? = nil
  ) throws -> VerificationReport {
    let policy = try trust ?? Self.trust()
    return BundleVerifier(policy: policy, ownRequest: ownRequest, ownResponse: ownResponse)
      .verify(try sealed().bundle.encoded())
  }
}

extension VerificationReport {
  var failed: [Check.Name] { checks.filter { $0.state == .fail }.map(\.name) }

  func detail(_ name: Check.Name) -> String { self[name]?.detail ?? "" }
}
