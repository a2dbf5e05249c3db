public import Codec
public import Cryptography

/// How long a blob of this class is kept, and what may erase it.
public enum RetentionClass: String, Sendable, CaseIterable {
  case statement, opening, content, model, evidence
}

/// What storage signs: which blobs it holds durably for one receipt.
public struct CustodyPredicate: Sendable, Equatable {
  public struct KeptBlob: Sendable, Equatable {
    public let name: Digest32
    public let bytes: UInt64
    public let retention: RetentionClass

    public init(name: Digest32, bytes: UInt64, retention: RetentionClass) {
      self.name = name
      self.bytes = bytes
      self.retention = retention
    }
  }

  public static let blobsMax = 4096

  public var receiptID: ReceiptID
  public var blobs: [KeptBlob]
  public var keptUnixMs: UInt64

  public init(receiptID: ReceiptID, blobs: [KeptBlob], keptUnixMs: UInt64) {
    self.receiptID = receiptID
    self.blobs = blobs
    self.keptUnixMs = keptUnixMs
  }

  public var json: JSON {
    let list = blobs.map { blob -> JSON in
      [
        "name": .digest(blob.name), "bytes": .decimal(blob.bytes), "retention": .string(blob.retention.rawValue),
      ]
    }
    return [
      "receipt_id": .string(receiptID.description), "blobs": .array(list), "kept_unix_ms": .decimal(keptUnixMs),
    ]
  }

  public init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "custody")
    receiptID = try fields.receiptID("receipt_id")
    blobs = []
    for value in try fields.array("blobs", max: Self.blobsMax) {
      var blob = try Fields(value, "custody.blobs")
      let word = try blob.string("retention")
      guard let retention = RetentionClass(rawValue: word) else {
        throw .field("custody.blobs.retention", why: "\"\(word)\" is unknown")
      }
      blobs.append(KeptBlob(name: try blob.digest("name"), bytes: try blob.decimal("bytes"), retention: retention))
      try blob.end()
    }
    keptUnixMs = try fields.decimal("kept_unix_ms")
    try fields.end()
  }
}
