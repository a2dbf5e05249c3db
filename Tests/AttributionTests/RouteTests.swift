import Codec
import Cryptography
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Receipts
import ServiceKit
import Testing
import Wire

@testable import AttributionService

@Suite struct RouteTests {
  private static let token = "0123456789abcdef0123456789abcdef"

  private func call<In: WireMessage, Out: WireMessage>(
    _ client: any TestClientProtocol, _ procedure: Procedure<In, Out>, _ input: In
  ) async throws -> Out {
    let headers: HTTPFields = [.contentType: "application/proto", .authorization: "Bearer \(Self.token)"]
    let answer = try await client.execute(
      uri: procedure.path, method: .post, headers: headers, body: input.wireBuffer())
    #expect(answer.status == .ok)
    return try Out(wire: answer.body)
  }

  @Test func theFourProceduresAnswerOverTheWire() async throws {
    try await withOffice { office in
      var logger = Logger(label: "test")
      logger.logLevel = .critical
      let service = try await office.open()
      let app = Application(router: ServiceHost.router(service, token: Self.token), logger: logger)
      try await app.test(.router) { client in
        let identity = try await call(client, AttributionProcedures.getIdentity, IdentityRequest())
        let key = try VerifyingKey(raw: identity.publicKey)
        #expect(identity.kinds == ["attribution", "policy"] && identity.issuer == Office.issuer)
        #expect(identity.keyID == COSEKey(key).keyID)
        let answer = try await call(client, AttributionProcedures.attribute, Office.request(1))
        #expect(try SignedStatement(answer.attributionStatement).isSigned(by: key))
        let settled = try await call(client, AttributionProcedures.settle, Office.settlement(1))
        #expect(settled.newlySettled)
        let balance = try await call(
          client, AttributionProcedures.getBalance, GetBalanceRequest(contributor: Office.operatorID))
        #expect(balance.settledNano == 50_000)
        #expect(try await client.execute(uri: "/readyz", method: .get).status == .ok)
      }
    }
  }
}
