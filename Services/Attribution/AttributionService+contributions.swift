internal import MerkleLog
internal import RPC
internal import Stores
internal import Wire

extension AttributionService {
  /// Takes the contributions of a stretch of the log. Where this service follows the log by itself it does so now, and
  /// takes nobody's word for what is there.
  func follow(_ input: FollowLogRequest) async throws -> FollowLogResponse {
    if let feed {
      await feed.check()
      if let error = await feed.rpcError { throw error }
      return FollowLogResponse(logSize: await feed.head?.size ?? 0)
    }
    guard input.contributions.count <= ContributionStore.pageCountMax else {
      throw RPCError(
        .invalidArgument,
        "\(input.contributions.count) contributions, the limit of one call is \(ContributionStore.pageCountMax)")
    }
    do {
      let logged = input.contributions.map { ContributionStore.Logged(index: $0.index, statement: $0.statement) }
      return FollowLogResponse(
        logSize: try await contributions.follow(from: input.start, to: input.end, logged))
    } catch let error as ContributionError {
      throw RPCError(error.code, error.description)
    }
  }

  func list(_ input: ListContributionsRequest) async throws -> ListContributionsResponse {
    let (size, page) = try await contributions.page(from: input.start)
    return ListContributionsResponse(
      logSize: size,
      contributions: page.map { LoggedContribution(index: $0.index, statement: $0.statement) })
  }
}

extension ContributionError {
  var code: RPCCode {
    switch self {
    case .range, .index, .noContribution: .invalidArgument
    case .gap, .differs: .failedPrecondition
    }
  }
}
