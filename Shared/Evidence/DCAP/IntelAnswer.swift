/// What Intel's provisioning service says for a time.
protocol IntelAnswer {
  /// Seconds since 1970, both included.
  var issueDate: Int64 { get }
  var nextUpdate: Int64 { get }
}

extension IntelAnswer {
  func isCurrent(at time: Int64) -> Bool { issueDate <= time && time <= nextUpdate }
}

extension [SignedDocument] {
  /// Of several that fit the newest that is current: an older one would forget what was found since. Where none is, the first.
  func newest<Answer: IntelAnswer>(
    at time: Int64, _ read: (SignedDocument) throws(AppraisalError) -> Answer?
  ) throws(AppraisalError) -> (document: SignedDocument, answer: Answer)? {
    var fitting: [(document: SignedDocument, answer: Answer)] = []
    for document in self {
      if let answer = try read(document) { fitting.append((document, answer)) }
    }
    let current = fitting.filter { $0.answer.isCurrent(at: time) }
    return current.max { $0.answer.issueDate < $1.answer.issueDate } ?? fitting.first
  }
}
