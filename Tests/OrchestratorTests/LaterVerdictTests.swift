import Codec
import Cryptography
import HTTPTypes
import MerkleLog
import RPC
import Receipts
import ServiceKit
import Stores
import Synchronization
import Testing
import Wire

@testable import OrchestratorService

/// When an answer is executed again, and how a verdict that comes later gets into its bundle.
@Suite struct LaterVerdictTests {
  private func asked(_ policy: String, _ service: OrchestratorService) async throws -> (id: String, ReceiptPredicate) {
    let answer = try await service.chat(headers: [.xReceiptVerification: policy])
    let id = try #require(answer.receiptID)
    let bundle = try Bundle(try await service.bundle(id).body)
    let receipt = try SignedStatement(try #require(bundle.statements[.receipt]))
    return (id, try ReceiptPredicate(receipt.statement.predicate))
  }

  @Test("A request's policy goes before its model's, and that before the default; the receipt states it")
  func policies() async throws {
    let world = try World()
    let service = try await world.ready {
      $0.verification = .never
      $0.verificationOfModels = [FakePeers.model: .onDemand]
    }
    let plain = try Bundle(try await service.bundle(try #require(try await service.chat().receiptID)).body)
    let receipt = try SignedStatement(try #require(plain.statements[.receipt]))
    #expect(try ReceiptPredicate(receipt.statement.predicate).verification == .onDemand)
    #expect(world.peers.calls(.reexecute) == 0 && world.peers.calls(.enlist) == 0)
    for policy in [VerificationPolicy.sample(basisPoints: 500), .onDemand, .never] {
      let (id, receipt) = try await asked(policy.text, service)
      #expect(receipt.verification == policy && receipt.statements?.verdict == nil)
      let enlisted = world.peers.state.withLock { $0.enlisted[id] }
      #expect((enlisted != nil) == (policy == .sample(basisPoints: 500)))
    }
    let (_, always) = try await asked("always", service)
    #expect(always.verification == nil && always.statements?.verdict != nil && world.peers.calls(.reexecute) == 1)
    for bad in ["", "now", "sample", "sample 0bp", "sample 10001bp"] {
      let answer = try await service.chat(headers: [.xReceiptVerification: bad])
      #expect(answer.status == 400 && answer.errorCode == "invalid_verification", "\(bad)")
    }
  }

  @Test("Verification hears of a sampled receipt with its index, again after a failure, and nothing is settled before")
  func enlisting() async throws {
    let world = try World()
    let service = try await world.ready { $0.verification = .sample(basisPoints: 1) }
    world.peers.set { $0.failuresBefore[.enlist] = 1 }
    let answer = try await service.chat()
    #expect(answer.status == 200)
    let id = try #require(answer.receiptID)
    #expect(try await service.pipeline.outbox.row(id)?.state == .published)
    await service.recovery.round()
    let row = try #require(try await service.pipeline.outbox.row(id))
    let enlisted = try #require(world.peers.state.withLock { $0.enlisted[id] })
    #expect(row.state == .settled && enlisted.index == row.index)
    #expect(
      enlisted.receiptStatement == row.statements[.receipt] && enlisted.custodyStatement == row.statements[.custody])
  }

  @Test("A row does not wait for a verification that keeps no queue")
  func withoutQueue() async throws {
    let world = try World()
    let service = try await world.ready { $0.verification = .sample(basisPoints: 1) }
    world.peers.set { $0.enlistRefusal = RPCError(.failedPrecondition, "no log is watched") }
    let id = try #require(try await service.chat().receiptID)
    #expect(try await service.pipeline.outbox.row(id)?.state == .settled)
  }

  @Test("A refused request of a sampled model has nothing to draw")
  func refused() async throws {
    let world = try World()
    world.peers.set { $0.script.refusal = RPCError(.invalidArgument, "no") }
    let service = try await world.ready { $0.verification = .sample(basisPoints: 10_000) }
    let answer = try await service.chat()
    #expect(answer.status == 400 && world.peers.calls(.enlist) == 0)
    let bytes = try await service.bundle(try #require(answer.receiptID))
    #expect(BundleVerifier(policy: try world.trust()).verify(bytes.body).isAccepted)
  }

  @Test("A verdict is asked for by the owner, once the receipt is in the log, and comes into the bundle with its proof")
  func onDemand() async throws {
    let world = try World()
    let service = try await world.ready { $0.verification = .onDemand }
    let id = try #require(try await service.chat().receiptID)
    let first = try await service.ask(.post, "/v1/receipts/\(id)/verdict")
    #expect(try first.status == 202 && first.json["state"] == "queued")
    let told = try #require(world.peers.state.withLock { $0.asked[id] })
    #expect(told.index == (try await service.pipeline.outbox.row(id)?.index))

    let receipt = try SignedStatement(told.receiptStatement)
    let bound = try ReceiptPredicate(receipt.statement.predicate)
    let execution = try #require(bound.statements?.execution)
    let verdict = VerdictPredicate(
      receiptID: bound.receiptID, profile: ExecutionPredicate.profileExact, execution: execution, result: .pass,
      positions: 4)
    let signed = try world.peers.sign(.verdict, id, receipt.digest, verdict.json)
    _ = try world.peers.log.append(signed)
    world.peers.set { $0.verdict = VerdictStatus(state: "registered", verdictStatement: signed) }
    let second = try await service.ask(.post, "/v1/receipts/\(id)/verdict")
    #expect(try second.status == 200 && second.json["result"] == "pass")
    let bundle = try await service.bundle(id).body
    #expect(try Bundle(bundle).registered[.verdict]?.statement == signed)
    let report = BundleVerifier(policy: try world.trust(required: [.reexecution])).verify(bundle)
    #expect(report.isAccepted, "\(report.checks)")

    world.peers.set { $0.failuresBefore[.verdict] = 1 }
    #expect(try Bundle(try await service.bundle(id).body).registered.isEmpty)
    world.peers.set { $0.failuresBefore[.requestVerdict] = 1 }
    #expect(try await service.ask(.post, "/v1/receipts/\(id)/verdict").errorCode == "verification_unavailable")
  }

  @Test("A verdict that is bound is superseded when its owner says why, and both are in the bundle")
  func again() async throws {
    let world = try World()
    let service = try await world.ready()
    let (id, receipt) = try await asked("always", service)
    let first = try #require(receipt.statements?.verdict)
    let path = "/v1/receipts/\(id)/verdict"
    let wrong: [JSON] = [
      [], ["supersedes": .string(first.named)], ["supersedes": "x", "reason": "y"],
      ["supersedes": .string(first.named), "reason": ""],
      ["supersedes": .string(first.named), "reason": "y", "more": 1],
    ]
    for body in wrong {
      let answer = try await service.ask(.post, path, bytes: body.serialized())
      #expect(answer.status == 400 && answer.errorCode == "invalid_verdict_request", "\(body.text)")
    }
    let body: JSON = ["supersedes": .string(first.named), "reason": "the verifier was mended"]
    #expect(try await service.ask(.post, path, bytes: body.serialized()).status == 202)
    let told = try #require(world.peers.state.withLock { $0.asked[id] })
    #expect(told.supersedes == first.bytes && told.reason == "the verifier was mended")

    let bundle = try Bundle(try await service.bundle(id).body)
    let signed = try SignedStatement(try #require(bundle.statements[.receipt]))
    let execution = try #require(receipt.statements?.execution)
    let verdict = VerdictPredicate(
      receiptID: receipt.receiptID, profile: ExecutionPredicate.profileExact, execution: execution, result: .fail,
      positions: 4, finding: "token 1 differs",
      supersedes: Superseded(number: 1, verdict: first, reason: "the verifier was mended"))
    let later = try world.peers.sign(.verdict, verdict.subject, signed.digest, verdict.json)
    _ = try world.peers.log.append(later)
    world.peers.set {
      $0.verdict = VerdictStatus(state: "registered", verdictStatement: later, supersedingStatements: [later])
    }
    #expect(try await service.ask(.post, path, bytes: body.serialized()).json["result"] == "fail")
    let standing = try await service.ask(.post, path)
    #expect(try standing.json["verdict"]?.stringValue == SHA256.hash(later).named)
    let after = try await service.bundle(id).body
    #expect(try Bundle(after).superseding.map(\.statement) == [later] && Bundle(after).statements[.verdict] != nil)
    let report = BundleVerifier(policy: try world.trust(required: [])).verify(after)
    #expect(report.checks.filter { $0.state == .fail }.map(\.name) == [.reexecution], "\(report.checks)")
    world.peers.set { $0.verdictRefusal = RPCError(.failedPrecondition, "not the one in force") }
    #expect(try await service.ask(.post, path, bytes: body.serialized()).errorCode == "not_in_force")
  }

  @Test("Nobody is told of a receipt that is bound, refused, or of policy none, nor by a stranger")
  func notAsked() async throws {
    let world = try World()
    let service = try await world.ready()
    let (bound, _) = try await asked("always", service)
    let answer = try await service.ask(.post, "/v1/receipts/\(bound)/verdict")
    #expect(try answer.status == 200 && answer.json["state"] == "bound" && answer.json["result"] == "pass")
    let (none, _) = try await asked("none", service)
    #expect(try await service.ask(.post, "/v1/receipts/\(none)/verdict").errorCode == "verification_none")
    world.peers.set { $0.script.refusal = RPCError(.invalidArgument, "no") }
    let refused = try #require(try await service.chat().receiptID)
    #expect(try await service.ask(.post, "/v1/receipts/\(refused)/verdict").errorCode == "nothing_executed")
    #expect(try await service.ask(.post, "/v1/receipts/nothing/verdict").status == 404)
    #expect(try await service.ask(.get, "/v1/receipts/\(none)/verdict").status == 405)
    #expect(world.peers.calls(.requestVerdict) == 0)
    let keyed = try await world.ready { $0.apiKeys = APIKeys(["another-key-of-16-bytes"]) }
    #expect(try await keyed.ask(.post, "/v1/receipts/\(none)/verdict").status == 401)
    let stranger: HTTPFields = [.authorization: "Bearer another-key-of-16-bytes"]
    #expect(
      try await keyed.ask(.post, "/v1/receipts/\(none)/verdict", bytes: nil, headers: stranger).errorCode == "not_owner"
    )
  }
}
