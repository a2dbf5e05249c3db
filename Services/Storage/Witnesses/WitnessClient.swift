internal import Cryptography
internal import MerkleLog
internal import Stores

/// Why a head has no cosignature of a witness yet.
enum WitnessFailure: Error, Equatable, CustomStringConvertible {
  /// No answer, or one that says "later".
  case unavailable(String)
  /// It will say the same again until somebody changes something there or here.
  case refused(status: Int, String)
  case malformed(String)
  /// It cosigned `cosigned` before and says now that it knows `known`: it lost its memory and cannot be relied on.
  case forgot(cosigned: UInt64, known: UInt64)
  /// It says that it knows a larger tree than this log has, and shows no proof.
  case ahead(known: UInt64, published: UInt64)
  case time(Int64)

  var description: String {
    switch self {
    case .unavailable(let why): "no answer: \(why)"
    case .refused(let status, let why): "refused with status \(status): \(why)"
    case .malformed(let why): "the answer is not one of a witness: \(why)"
    case .forgot(let cosigned, let known):
      "it cosigned size \(cosigned) and now knows \(known): it has lost its memory and is not used any more; its operator "
        + "has to start another under a new key"
    case .ahead(let known, let published):
      "it says that it knows size \(known), and this log has \(published), but it shows no checkpoint that proves it"
    case .time(let seconds): "its cosignature is dated \(seconds) s from this host's clock: one of the two is wrong"
    }
  }
}

/// Asks one witness (c2sp.org/tlog-witness), and believes nothing that it has not verified.
struct WitnessClient: Sendable {
  /// How far a witness's clock may be from ours: its time becomes the bound of every receipt below.
  static let clockSecondsMax: Int64 = 300
  /// A witness may move on between two answers, by somebody else's hand; not often.
  private static let conflictsMax = 3

  let peer: WitnessPeer
  let policy: CheckpointPolicy
  let log: PublishedLog
  let transport: any OutboundTransport
  /// Seconds since 1970.
  let now: @Sendable () -> Int64

  /// The cosignature of a published head, verified. `old` is the size that the witness is known to have cosigned.
  /// Errors: ``WitnessFailure``, ``LogContradictionSeen``.
  func cosign(_ head: PublishedLog.Head, old: UInt64) async throws -> NoteSignature {
    let bare = try SignedNote(text: head.note.text, signatures: Array(head.note.signatures.prefix(1)))
    var from = min(old, head.checkpoint.size)
    for _ in 0...Self.conflictsMax {
      let path = try await log.consistency(old: from, new: head.checkpoint.size).path
      let answer = try await post(AddCheckpointRequest(old: from, path: path, note: bare))
      switch answer.status {
      case 200: return try verified(answer.body, head)
      case 409:
        guard answer.mediaType == TreeSizeText.mediaType, let known = TreeSizeText.parse(answer.body) else {
          throw WitnessFailure.malformed("status 409 without a \(TreeSizeText.mediaType) size")
        }
        guard known >= old else { throw WitnessFailure.forgot(cosigned: old, known: known) }
        guard known <= head.checkpoint.size else { try await explain(known) }
        guard known != from else { throw WitnessFailure.malformed("status 409 with the size that was sent") }
        from = known
      case 422:
        try await requireSameTree()
        throw WitnessFailure.refused(status: 422, Self.text(answer))
      case 429, 500...599: throw WitnessFailure.unavailable("status \(answer.status): \(Self.text(answer))")
      default: throw WitnessFailure.refused(status: answer.status, Self.text(answer))
      }
    }
    throw WitnessFailure.unavailable("it moved on \(Self.conflictsMax) times meanwhile")
  }

  /// Throws when the witness holds a checkpoint, signed by this log's key, that this log does not continue to.
  ///
  /// A witness's word alone stops nothing: anybody could stop the log by it. The log's own signature does.
  func requireSameTree() async throws {
    guard let seen = try? await latest() else { return }
    let (size, root) = (log.size, seen.root)
    guard seen.size <= size else { throw LogContradictionSeen(witness: peer.key.name, seen: seen.size, size: size) }
    guard try await log.root(size: seen.size) == root else {
      throw LogContradictionSeen(witness: peer.key.name, seen: seen.size, size: size)
    }
  }

  /// The checkpoint of this log that the witness cosigned last; nil when it shows none that the log signed.
  func latest() async throws -> Checkpoint? {
    let hash = SHA256.hash(Array(policy.origin.utf8)).hex
    let answer = try await transport.get("\(peer.url)/\(hash)/checkpoint")
    guard answer.status == 200 else { return nil }
    return try policy.verify(SignedNote(parsing: answer.body), requiringQuorum: false).checkpoint
  }

  private func explain(_ known: UInt64) async throws -> Never {
    try await requireSameTree()
    // The log may have grown beyond it since the head was taken.
    guard known > log.size else { throw WitnessFailure.unavailable("it has moved on to size \(known)") }
    throw WitnessFailure.ahead(known: known, published: log.size)
  }

  private func post(_ request: AddCheckpointRequest) async throws -> OutboundAnswer {
    do {
      return try await transport.post(
        "\(peer.url)/add-checkpoint", request.encoded, type: "text/plain; charset=utf-8")
    } catch is CancellationError {
      throw CancellationError()
    } catch { throw WitnessFailure.unavailable("\(error)") }
  }

  private func verified(_ body: [UInt8], _ head: PublishedLog.Head) throws -> NoteSignature {
    let line: NoteSignature?
    do { line = try NoteSignature.lines(parsing: body[...]).first { peer.key.made($0) } } catch {
      throw WitnessFailure.malformed("\(error)")
    }
    guard let line else { throw WitnessFailure.malformed("no line by \(peer.key)") }
    let signature: VerifiedSignature?
    do {
      signature = try SignedNote(text: head.note.text, signatures: [line]).verify(with: [peer.key]).first
    } catch { throw WitnessFailure.malformed("\(error)") }
    let distance = Int64(clamping: signature?.timeSeconds ?? 0) - now()
    guard abs(distance) <= Self.clockSecondsMax else { throw WitnessFailure.time(distance) }
    return line
  }

  private static func text(_ answer: OutboundAnswer) -> String {
    String(decoding: answer.body.prefix(200).map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)
  }
}

/// Somebody holds a checkpoint with this log's signature that is not of this log: it was rolled back, or forked.
struct LogContradictionSeen: Error, Equatable, CustomStringConvertible {
  let witness: String
  let seen: UInt64
  let size: UInt64

  var description: String {
    "the witness \(witness) holds a checkpoint of size \(seen), signed by this log's key, that is no part of this log of "
      + "size \(size): the log was restored from an older backup, or its key signs elsewhere. Nothing is signed any more. "
      + "Restore a newer backup; if there is none, move DATA/storage away and start a new log, with a new checkpoint key "
      + "and a new origin"
  }
}
