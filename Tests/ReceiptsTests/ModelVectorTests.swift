import Codec
import Cryptography
import Testing

@testable import Receipts

/// Signatures that the model-signing package made, and ours of the same forms.
@Suite struct ModelVectorTests {
  private let vectors: ModelVectors

  init() throws { vectors = try ModelVectors() }

  /// Both ways to have signed.
  private func read(_ bytes: [UInt8]) throws -> ModelResources {
    do { return try ModelSignature.verify(bytes, key: vectors.key.publicKey) } catch {
      let read = try ModelSignature.verify(bytes, roots: [vectors.certificate("root")], at: vectors.at)
      #expect(try read.signer == vectors.certificate("signer"))
      return read.resources
    }
  }

  @Test(
    "what the package signed is read, and is what the files give, in pieces of any size",
    arguments: ["key", "certificate"], ["files-sha256", "files-blake2b", "shards-sha256", "shards-blake2b"])
  func theirs(signer: String, form: String) throws {
    let parts = form.split(separator: "-").map(String.init)
    let hash = try #require(ModelSerialization.Hash(rawValue: parts[1]))
    let serialization = try ModelVectors.serialization(parts[0], hash)
    let stated = try read(vectors.signature("\(signer)-\(form)"))
    #expect(stated.model == "model" && !stated.followsLinks && Set(stated.ignored).count == 4)
    for count in [1, 7, 10, 20, 1000] {
      let found = try vectors.list(serialization, pieces: count)
      #expect(found.resources == stated.resources && found.root == stated.root && stated.serialization == serialization)
      #expect(stated.difference(from: found) == nil)
    }
    let names =
      parts[0] == "files"
      ? ["a/b", "a-b", "empty", "weights.bin"]
      : [
        "a/b:0:10", "a/b:10:20", "a/b:20:25", "a-b:0:3", "weights.bin:0:10", "weights.bin:10:20", "weights.bin:20:30",
      ]
    #expect(stated.resources.map(\.name) == names)
  }

  @Test("ours of each form is read again, by a key and under a certificate, and states its form")
  func ours() throws {
    for method in ["files", "shards"] {
      for hash in ModelSerialization.Hash.allCases {
        let list = try vectors.list(ModelVectors.serialization(method, hash))
        let text = String(decoding: try list.statement(), as: UTF8.self)
        #expect(text.contains("\"shard_size\":10}") == (method == "shards"))
        #expect(text.contains("\"algorithm\":\"\(hash.rawValue)\(method == "shards" ? "-sharded-10" : "")\""))
        #expect(try read(ModelSignature.sign(list, with: vectors.key)) == list)
        let certificates = try vectors.certificates(["signer", "issuer", "root"])
        #expect(try read(ModelSignature.sign(list, with: vectors.key, certificates: certificates)) == list)
      }
    }
  }

  @Test("a signature on P-384 or P-521 is read under its certificate", arguments: ["384", "521"])
  func wide(curve: String) throws {
    let bytes = try vectors.signature("certificate\(curve)-files-sha256")
    let read = try ModelSignature.verify(bytes, roots: [vectors.certificate("root")], at: vectors.at)
    #expect(try read.signer == vectors.certificate("signer\(curve)"))
    #expect(try read.resources.resources == vectors.list(.files).resources)
  }

  @Test("BLAKE3 is refused by name, with what to do")
  func blake3() throws {
    let said = refusal { _ = try read(vectors.signature("key-files-blake3")) }
    let keyed = refusal {
      _ = try ModelSignature.verify(vectors.signature("key-files-blake3"), key: vectors.key.publicKey)
    }
    #expect(said.contains("a key, give that key"))
    #expect(keyed.contains("'blake3'") && keyed.contains("model-signing package"))
  }

  @Test("every change of a file in shards is found, and the shard is named")
  func changes() throws {
    let stated = try read(vectors.signature("certificate-shards-blake2b"))
    let cases: [((inout [String: [UInt8]]) -> Void, [String])] = [
      ({ $0["a/b"]?[12] ^= 1 }, ["a/b:10:20 has another digest"]),
      ({ $0["a/b"]?.append(0) }, ["a/b:20:26 is not in the signature", "a/b:20:25 is missing"]),
      ({ $0["a/b"]?.removeLast() }, ["a/b:20:24 is not in the signature", "a/b:20:25 is missing"]),
      ({ $0["weights.bin"]?.append(0) }, ["weights.bin:30:31 is not in the signature"]),
      ({ $0["weights.bin"]?.removeLast(10) }, ["weights.bin:20:30 is missing"]),
      ({ $0["weights.bin"]?.swapAt(0, 10) }, ["weights.bin:0:10 has another", "weights.bin:10:20 has another"]),
      ({ $0["a-b"] = [] }, ["a-b:0:3 is missing"]), ({ $0["a-b"] = nil }, ["a-b:0:3 is missing"]),
      ({ $0["new"] = [0] }, ["new:0:1 is not in the signature"]),
    ]
    for (change, parts) in cases {
      let said = try #require(stated.difference(from: vectors.list(stated.serialization, change)))
      for part in parts { #expect(said.contains(part), "\(said)") }
      #expect(said.split(separator: ",").count == parts.count, "\(said)")
    }
    // Of an empty file shards say nothing: whoever lists a folder has to.
    #expect(try stated.difference(from: vectors.list(stated.serialization) { $0["more"] = [] }) == nil)
  }
}
