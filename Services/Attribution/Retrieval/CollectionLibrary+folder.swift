internal import Cryptography
internal import Receipts
internal import ServiceKit

extension CollectionLibrary {
  /// Reads a folder of files and records (`CollectionTexts`). Errors: `SettingsError`.
  init(folder: String) throws {
    func refuse(_ why: String) -> SettingsError {
      .invalid(name: AttributionSettings.collections, value: folder, source: "the settings", why: why)
    }
    var (texts, longCount): ([Digest32: String], Int) = ([:], 0)
    do {
      for file in try FolderFiles.read(folder, bytesMax: NearCopies.bytesMax) {
        for text in try CollectionTexts.read(file.name, file.bytes) {
          if text.utf8.count > RequestedDocument.textBytesMax {
            longCount += 1
          } else {
            texts[SHA256.hash(Array(text.utf8))] = text
          }
        }
      }
    } catch { throw refuse("cannot be read: \(error)") }
    guard texts.count <= Self.countMax else {
      throw refuse("holds \(texts.count) texts, above the limit of \(Self.countMax) of which documents are retrieved")
    }
    self.init(texts: texts, longCount: longCount)
  }
}
