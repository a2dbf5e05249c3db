import Wire

/// Every message of Proto/.
let samples: [Sample] = {
  do {
    return try inferenceSamples() + storageSamples() + otherSamples()
  } catch {
    preconditionFailure("a sample does not encode: \(error)")
  }
}()

private let contribution = LoggedContribution(index: 1 << 63, statement: awkward)

private let credit = CreditedAmount(
  entry: .max, receiptID: "r", amountNano: 1 << 62, attributionStatement: awkward, logIndex: 1 << 63)

private let entryPart = EntryPart(
  number: .max, receiptID: "r", event: "settlement", execution: digest, model: digest, policy: digest,
  attribution: digest, receipt: digest, logIndex: 1 << 63,
  lines: [PostingLine(line: 1, account: words, amountNano: -1), PostingLine()], key: "k", detail: words, chain: digest)

private let record = CollectionRecord(text: words, contributor: "c", asset: "a", record: digest)

private let unpaid = UnpaidAmount(contributor: words, amountNano: .max, reason: "next")

private let creditShare = CreditShare(contributor: words, amountNano: .max)

private let dispute = DisputeRecord(
  entry: .max, disputeID: "d", receiptID: "r", state: "open", contributor: words, classID: digest, evidence: digest,
  openedUnixMs: .max, held: [creditShare])

private func inferenceSamples() throws -> [Sample] {
  let logprobs = WireLogprobs(
    chosen: WireLogprob(token: awkward, logprob: -0.5), top: [WireLogprob(token: [], logprob: -1e-30), WireLogprob()])
  let model = ServedModel(
    id: words, manifestDigest: digest, modelStatement: awkward, contextLength: .max, createdUnixMs: .min)
  return [
    try Sample(ListModelsRequest(), empty: ListModelsRequest()),
    try Sample(ListModelsResponse(models: [model, ServedModel(), model]), empty: ListModelsResponse()),
    try Sample(model, empty: ServedModel()),
    try Sample(salts, empty: Salts()),
    try Sample(
      GenerateRequest(
        receiptID: "r", requestBody: awkward, salts: salts, nonce: digest, sharingKey: [1, 0], retrieved: awkward),
      empty: GenerateRequest()),
    try Sample(
      GenerateEvent(event: .delta(Delta(choice: 1, text: words, tokens: 2))), empty: GenerateEvent()),
    try Sample(GenerateEvent(event: .finished(finished)), empty: GenerateEvent()),
    try Sample(
      Delta(
        choice: .max, text: words, tokens: 300, logprobs: [logprobs, WireLogprobs()],
        toolCalls: [WireToolCall(id: "c", name: "n", arguments: words), WireToolCall()]), empty: Delta()),
    try Sample(logprobs, empty: WireLogprobs()),
    try Sample(WireLogprob(token: awkward, logprob: -0.5), empty: WireLogprob()),
    try Sample(WireToolCall(id: "c", name: "n", arguments: words), empty: WireToolCall()),
    try Sample(finished, empty: Finished()),
    try Sample(CancelRequest(receiptID: "r"), empty: CancelRequest()),
    try Sample(CancelResponse(found: true), empty: CancelResponse()),
    try Sample(GetReportRequest(nonce: digest), empty: GetReportRequest()),
    try Sample(
      AttestationReport(document: awkward, publicKey: digest, issuer: words), empty: AttestationReport()),
    try Sample(EmbedRequest(texts: ["t", "", words]), empty: EmbedRequest()),
    try Sample(EmbedResponse(model: digest, width: .max, vectors: awkward), empty: EmbedResponse()),
  ]
}

private func storageSamples() throws -> [Sample] {
  let blobs = Retention.allCases.map { WireBlob(retention: $0, data: awkward) }
  return [
    try Sample(WireBlob(retention: .evidence, data: awkward), empty: WireBlob()),
    try Sample(KeepRequest(receiptID: "r", subjectDigest: digest, blobs: blobs), empty: KeepRequest()),
    try Sample(KeepResponse(custodyStatement: awkward, digests: [digest, []]), empty: KeepResponse()),
    try Sample(GetBlobRequest(digest: digest), empty: GetBlobRequest()),
    try Sample(GetBlobResponse(data: awkward, retention: .model), empty: GetBlobResponse()),
    try Sample(
      BeginUploadRequest(uploadID: "u", bytes: .max, retention: .model), empty: BeginUploadRequest()),
    try Sample(UploadStatus(received: 1 << 40, partBytesMax: 1 << 22), empty: UploadStatus()),
    try Sample(PutPartRequest(uploadID: "u", offset: .max, data: awkward), empty: PutPartRequest()),
    try Sample(CommitUploadRequest(uploadID: "u", digest: digest), empty: CommitUploadRequest()),
    try Sample(AbortUploadRequest(uploadID: "u"), empty: AbortUploadRequest()),
    try Sample(AbortUploadResponse(), empty: AbortUploadResponse()),
    try Sample(BlobInfo(digest: digest, bytes: .max, root: digest, retention: .content), empty: BlobInfo()),
    try Sample(GetBlobInfoRequest(digest: digest), empty: GetBlobInfoRequest()),
    try Sample(ReadBlobRequest(digest: digest, offset: 1 << 40, length: .max), empty: ReadBlobRequest()),
    try Sample(BlobChunk(index: 1 << 40, data: awkward, path: [digest, []]), empty: BlobChunk()),
    try Sample(ReleaseBlobRequest(digest: digest, retention: .evidence), empty: ReleaseBlobRequest()),
    try Sample(ReleaseBlobResponse(released: true), empty: ReleaseBlobResponse()),
    try Sample(EraseBlobRequest(digest: digest, reason: words), empty: EraseBlobRequest()),
    try Sample(
      EraseBlobResponse(tombstoneStatement: awkward, inclusion: Inclusion(index: 7, treeSize: 8)),
      empty: EraseBlobResponse()),
    try Sample(AppendRequest(statement: awkward), empty: AppendRequest()),
    try Sample(
      Inclusion(index: 1 << 63, treeSize: .max, root: digest, coseReceipt: awkward, tlogProof: words, timestamp: [7]),
      empty: Inclusion()),
    try Sample(GetInclusionRequest(statementDigest: digest), empty: GetInclusionRequest()),
    try Sample(GetConsistencyRequest(oldSize: 1, newSize: .max), empty: GetConsistencyRequest()),
    try Sample(Consistency(oldSize: 1, newSize: .max, path: [digest, digest]), empty: Consistency()),
    try Sample(GetCheckpointRequest(), empty: GetCheckpointRequest()),
    try Sample(CheckpointNote(note: words), empty: CheckpointNote()),
    try Sample(GetTileRequest(path: "tile/0/000"), empty: GetTileRequest()),
    try Sample(GetTileResponse(data: awkward), empty: GetTileResponse()),
    try Sample(GetLogKeysRequest(), empty: GetLogKeysRequest()),
    try Sample(
      LogKeys(
        origin: "o", checkpointVkey: "o+1+A", receiptKey: digest, receiptIssuer: "i", witnessVkeys: ["w+1+B", "x"],
        timestampRoots: [[1], []]),
      empty: LogKeys()),
  ]
}

private func otherSamples() throws -> [Sample] {
  [
    try Sample(IdentityRequest(), empty: IdentityRequest()),
    try Sample(
      Identity(issuer: "i", keyID: digest, publicKey: digest, kinds: ["a", "", words], build: "1"),
      empty: Identity()),
    try Sample(
      ReexecuteRequest(
        executionStatement: awkward, modelStatement: awkward,
        openings: [WireOpening(field: "messages/0", blob: awkward), WireOpening()], receiptDigest: digest, firstSet: 4,
        setCount: .max, sets: awkward),
      empty: ReexecuteRequest()),
    try Sample(WireOpening(field: "content", blob: awkward), empty: WireOpening()),
    try Sample(
      ReexecuteResponse(verdictStatement: awkward, agrees: true, finding: words, firstPosition: .max),
      empty: ReexecuteResponse()),
    try Sample(
      VerdictRequest(receiptStatement: awkward, custodyStatement: [1], index: .max, supersedes: digest, reason: words),
      empty: VerdictRequest()),
    try Sample(EnlistResponse(), empty: EnlistResponse()),
    try Sample(GetVerdictRequest(receiptID: words, index: .max), empty: GetVerdictRequest()),
    try Sample(
      VerdictStatus(
        state: "queued", verdictStatement: awkward, refusal: words, drawStatement: [2], revealStatement: [3],
        supersedingStatements: [awkward, [4]]),
      empty: VerdictStatus()),
    try Sample(
      AttributeRequest(
        receiptID: "r", executionStatement: awkward, modelStatement: awkward, priceNano: .max,
        documents: [WireDocumentSource(contributor: words, asset: "a"), WireDocumentSource()], scores: awkward,
        content: [1], spans: [2, 3], nearest: [4, 5, 6], receiptStatement: awkward, receiptIndex: .max,
        revealStatement: [4]),
      empty: AttributeRequest()),
    try Sample(
      AttributeResponse(attributionStatement: awkward, policyStatement: awkward), empty: AttributeResponse()),
    try Sample(SettleRequest(receiptID: "r", receiptDigest: digest, index: .max), empty: SettleRequest()),
    try Sample(SettleResponse(newlySettled: true), empty: SettleResponse()),
    try Sample(
      WireDocumentSource(contributor: words, asset: "a", record: digest, text: words), empty: WireDocumentSource()),
    try Sample(
      FindOwnersRequest(documents: [WireDocumentSource(record: digest), WireDocumentSource()], logSize: .max),
      empty: FindOwnersRequest()),
    try Sample(FindOwnersResponse(ownership: awkward), empty: FindOwnersResponse()),
    try Sample(FindSpansRequest(texts: [awkward, [], [7]], logSize: 7), empty: FindSpansRequest()),
    try Sample(FindSpansResponse(spans: awkward), empty: FindSpansResponse()),
    try Sample(FindNearestRequest(texts: [awkward, [], [7]], logSize: .max), empty: FindNearestRequest()),
    try Sample(FindNearestResponse(nearest: awkward), empty: FindNearestResponse()),
    try Sample(
      RetrieveRequest(collection: words, model: digest, vector: awkward, count: .max), empty: RetrieveRequest()),
    try Sample(RetrieveResponse(documents: [record, CollectionRecord()]), empty: RetrieveResponse()),
    try Sample(record, empty: CollectionRecord()),
    try Sample(GetPolicyRequest(receiptID: "r"), empty: GetPolicyRequest()),
    try Sample(GetPolicyResponse(policyStatement: awkward), empty: GetPolicyResponse()),
    try Sample(ListCreditsRequest(contributor: words, afterEntry: .max), empty: ListCreditsRequest()),
    try Sample(ListCreditsResponse(credits: [credit, CreditedAmount()]), empty: ListCreditsResponse()),
    try Sample(credit, empty: CreditedAmount()),
    try Sample(DocumentValues(values: awkward), empty: DocumentValues()),
    try Sample(GetBalanceRequest(contributor: words), empty: GetBalanceRequest()),
    try Sample(
      LedgerBalance(
        contributor: words, pendingNano: 1, settledNano: .max, escrowNano: 2, heldNano: 3, paidNano: 4, owedNano: 5),
      empty: LedgerBalance()),
    try Sample(ListEntriesRequest(afterEntry: .max, afterLine: 1), empty: ListEntriesRequest()),
    try Sample(ListEntriesResponse(entries: [entryPart, EntryPart()]), empty: ListEntriesResponse()),
    try Sample(entryPart, empty: EntryPart()),
    try Sample(
      FollowLogRequest(start: 1, end: .max, contributions: [contribution, LoggedContribution()]),
      empty: FollowLogRequest()),
    try Sample(FollowLogResponse(logSize: .max), empty: FollowLogResponse()),
    try Sample(contribution, empty: LoggedContribution()),
    try Sample(ListContributionsRequest(start: .max), empty: ListContributionsRequest()),
    try Sample(
      ListContributionsResponse(logSize: 1, contributions: [contribution, LoggedContribution()]),
      empty: ListContributionsResponse()),
    try Sample(PostingLine(line: .max, account: words, amountNano: .min), empty: PostingLine()),
    try Sample(
      PayOutRequest(payoutID: "p", day: .max, format: "x402", asset: words, scale: 6, from: "f"), empty: PayOutRequest()
    ),
    try Sample(
      PayOutResponse(entry: [entryPart], newlyPosted: true, unpaid: [unpaid, UnpaidAmount()]), empty: PayOutResponse()),
    try Sample(unpaid, empty: UnpaidAmount()),
    try Sample(GetPayoutRequest(payoutID: "p"), empty: GetPayoutRequest()),
    try Sample(GetPayoutResponse(entry: [entryPart]), empty: GetPayoutResponse()),
    try Sample(
      OpenDisputeRequest(receiptID: "r", contributor: words, classID: digest, amountNano: .max, evidence: digest),
      empty: OpenDisputeRequest()),
    try Sample(
      CloseDisputeRequest(disputeID: "d", upheld: true, evidence: digest, shares: [creditShare, CreditShare()]),
      empty: CloseDisputeRequest()),
    try Sample(creditShare, empty: CreditShare()),
    try Sample(ActResponse(id: "d", newlyPosted: true, entry: [entryPart]), empty: ActResponse()),
    try Sample(
      AdjustRequest(receiptID: "r", reason: "takedown", evidence: digest, shares: [creditShare]), empty: AdjustRequest()
    ),
    try Sample(ListDisputesRequest(afterEntry: .max), empty: ListDisputesRequest()),
    try Sample(ListDisputesResponse(disputes: [dispute, DisputeRecord()]), empty: ListDisputesResponse()),
    try Sample(dispute, empty: DisputeRecord()),
    try Sample(LedgerStateRequest(), empty: LedgerStateRequest()),
    try Sample(LedgerStateResponse(entry: .max, head: digest, digest: digest), empty: LedgerStateResponse()),
    try Sample(GetReceiptRequest(id: "r"), empty: GetReceiptRequest()),
    try Sample(
      ReceiptRecord(
        receiptID: "r", completionID: "c", state: "signed", outcome: "answered", sequence: .max, statement: awkward,
        index: 7), empty: ReceiptRecord()),
  ]
}
