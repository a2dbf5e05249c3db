/// Some paragraphs of a page that stand together.
struct DemoPassage {
  private static let bytes = 240...640
  private static let titleCharactersMax = 60

  let contributor: String
  let title: String
  let text: String

  static func all(in page: DemoPage, of contributor: String) -> [DemoPassage] {
    let title = String(page.title.prefix(titleCharactersMax))
    var passages: [DemoPassage] = []
    var open = ""
    func close() {
      if open.utf8.count >= bytes.lowerBound {
        passages.append(DemoPassage(contributor: contributor, title: title, text: open))
      }
      open = ""
    }
    for paragraph in page.paragraphs {
      if open.utf8.count + paragraph.utf8.count > bytes.upperBound, open.utf8.count >= bytes.lowerBound { close() }
      open += (open.isEmpty ? "" : "\n") + paragraph
      // One long paragraph is cut: what stands behind the cut is in no passage.
      while open.utf8.count > bytes.upperBound { open.removeLast(max(1, (open.utf8.count - bytes.upperBound) / 4)) }
    }
    close()
    return passages
  }
}
