// The rpcs of Proto/, a table each service. All but Generate may be sent again.

public enum InferenceProcedures {
  public static let service = "colophon.inference.v1.InferenceService"
  public static let getIdentity = Procedure<IdentityRequest, Identity>(service: service, method: "GetIdentity")
  public static let listModels = Procedure<ListModelsRequest, ListModelsResponse>(
    service: service, method: "ListModels")
  public static let generate = StreamingProcedure<GenerateRequest, GenerateEvent>(
    service: service, method: "Generate", idempotent: false)
  public static let cancel = Procedure<CancelRequest, CancelResponse>(service: service, method: "Cancel")
  public static let getReport = Procedure<GetReportRequest, AttestationReport>(service: service, method: "GetReport")
  public static let embed = Procedure<EmbedRequest, EmbedResponse>(service: service, method: "Embed")
}

public enum VerificationProcedures {
  public static let service = "colophon.verification.v1.VerificationService"
  public static let getIdentity = Procedure<IdentityRequest, Identity>(service: service, method: "GetIdentity")
  public static let reexecute = Procedure<ReexecuteRequest, ReexecuteResponse>(service: service, method: "Reexecute")
  public static let scoreDocuments = Procedure<ReexecuteRequest, DocumentValues>(
    service: service, method: "ScoreDocuments")
  public static let requestVerdict = Procedure<VerdictRequest, VerdictStatus>(
    service: service, method: "RequestVerdict")
  public static let enlist = Procedure<VerdictRequest, EnlistResponse>(service: service, method: "Enlist")
  public static let getVerdict = Procedure<GetVerdictRequest, VerdictStatus>(service: service, method: "GetVerdict")
}

public enum StorageProcedures {
  public static let service = "colophon.storage.v1.StorageService"
  public static let getIdentity = Procedure<IdentityRequest, Identity>(service: service, method: "GetIdentity")
  public static let keep = Procedure<KeepRequest, KeepResponse>(service: service, method: "Keep")
  public static let getBlob = Procedure<GetBlobRequest, GetBlobResponse>(service: service, method: "GetBlob")
  public static let beginUpload = Procedure<BeginUploadRequest, UploadStatus>(service: service, method: "BeginUpload")
  public static let putPart = Procedure<PutPartRequest, UploadStatus>(service: service, method: "PutPart")
  public static let commitUpload = Procedure<CommitUploadRequest, BlobInfo>(service: service, method: "CommitUpload")
  public static let abortUpload = Procedure<AbortUploadRequest, AbortUploadResponse>(
    service: service, method: "AbortUpload")
  public static let getBlobInfo = Procedure<GetBlobInfoRequest, BlobInfo>(service: service, method: "GetBlobInfo")
  public static let readBlob = StreamingProcedure<ReadBlobRequest, BlobChunk>(
    service: service, method: "ReadBlob", idempotent: true)
  public static let releaseBlob = Procedure<ReleaseBlobRequest, ReleaseBlobResponse>(
    service: service, method: "ReleaseBlob")
  public static let eraseBlob = Procedure<EraseBlobRequest, EraseBlobResponse>(service: service, method: "EraseBlob")
  public static let append = Procedure<AppendRequest, Inclusion>(service: service, method: "Append")
  public static let getInclusion = Procedure<GetInclusionRequest, Inclusion>(service: service, method: "GetInclusion")
  public static let getConsistency = Procedure<GetConsistencyRequest, Consistency>(
    service: service, method: "GetConsistency")
  public static let getCheckpoint = Procedure<GetCheckpointRequest, CheckpointNote>(
    service: service, method: "GetCheckpoint")
  public static let getTile = Procedure<GetTileRequest, GetTileResponse>(service: service, method: "GetTile")
  public static let getLogKeys = Procedure<GetLogKeysRequest, LogKeys>(service: service, method: "GetLogKeys")
}

public enum AttributionProcedures {
  public static let service = "colophon.attribution.v1.AttributionService"
  public static let getIdentity = Procedure<IdentityRequest, Identity>(service: service, method: "GetIdentity")
  public static let attribute = Procedure<AttributeRequest, AttributeResponse>(service: service, method: "Attribute")
  public static let getPolicy = Procedure<GetPolicyRequest, GetPolicyResponse>(service: service, method: "GetPolicy")
  public static let settle = Procedure<SettleRequest, SettleResponse>(service: service, method: "Settle")
  public static let getBalance = Procedure<GetBalanceRequest, LedgerBalance>(service: service, method: "GetBalance")
  public static let listCredits = Procedure<ListCreditsRequest, ListCreditsResponse>(
    service: service, method: "ListCredits")
  public static let listEntries = Procedure<ListEntriesRequest, ListEntriesResponse>(
    service: service, method: "ListEntries")
  public static let followLog = Procedure<FollowLogRequest, FollowLogResponse>(service: service, method: "FollowLog")
  public static let listContributions = Procedure<ListContributionsRequest, ListContributionsResponse>(
    service: service, method: "ListContributions")
  public static let payOut = Procedure<PayOutRequest, PayOutResponse>(service: service, method: "PayOut")
  public static let getPayout = Procedure<GetPayoutRequest, GetPayoutResponse>(service: service, method: "GetPayout")
  public static let openDispute = Procedure<OpenDisputeRequest, ActResponse>(service: service, method: "OpenDispute")
  public static let closeDispute = Procedure<CloseDisputeRequest, ActResponse>(
    service: service, method: "CloseDispute")
  public static let listDisputes = Procedure<ListDisputesRequest, ListDisputesResponse>(
    service: service, method: "ListDisputes")
  public static let adjust = Procedure<AdjustRequest, ActResponse>(service: service, method: "Adjust")
  public static let getLedgerState = Procedure<LedgerStateRequest, LedgerStateResponse>(
    service: service, method: "GetLedgerState")
  public static let findOwners = Procedure<FindOwnersRequest, FindOwnersResponse>(
    service: service, method: "FindOwners")
  public static let findSpans = Procedure<FindSpansRequest, FindSpansResponse>(service: service, method: "FindSpans")
  public static let findNearest = Procedure<FindNearestRequest, FindNearestResponse>(
    service: service, method: "FindNearest")
  public static let retrieve = Procedure<RetrieveRequest, RetrieveResponse>(service: service, method: "Retrieve")
}

public enum OrchestratorProcedures {
  public static let service = "colophon.orchestrator.v1.OrchestratorService"
  public static let getIdentity = Procedure<IdentityRequest, Identity>(service: service, method: "GetIdentity")
  public static let getReceipt = Procedure<GetReceiptRequest, ReceiptRecord>(service: service, method: "GetReceipt")
}
