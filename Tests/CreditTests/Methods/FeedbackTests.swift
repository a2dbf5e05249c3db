import Credit
import Testing

@Suite struct FeedbackTests {
  private typealias Rating = Feedback.Rating

  private let outcomes = [
    Feedback.Outcome(subject: "s", verdict: .good, index: 100), .init(subject: "s", verdict: .bad, index: 200),
    .init(subject: "t", verdict: .bad, index: 50),
  ]

  private func raters(_ ratings: [Rating]) throws -> [String] {
    try Feedback.weights(ratings, outcomes).map(\.contributor)
  }

  @Test func aSealBeforeTheOutcomeThatAgreesEarns() throws {
    #expect(try raters([Rating(rater: "r", subject: "s", verdict: .good, index: 99)]) == ["r"])
  }

  @Test(arguments: [
    Feedback.Rating(rater: "r", subject: "s", verdict: .bad, index: 99),  // disagrees with the earliest outcome
    .init(rater: "r", subject: "s", verdict: .good, index: 100),  // not sealed before it
    .init(rater: "r", subject: "t", verdict: .good, index: 1),
    .init(rater: "r", subject: "u", verdict: .good, index: 1),  // never decided
    .init(rater: "s", subject: "s", verdict: .good, index: 1),  // rates itself
  ])
  func nothingElseEarns(rating: Feedback.Rating) throws { #expect(try raters([rating]).isEmpty) }

  @Test func onlyTheFirstRatingOfASubjectCounts() throws {
    let wrong = Rating(rater: "r", subject: "s", verdict: .bad, index: 1)
    let right = Rating(rater: "r", subject: "s", verdict: .good, index: 2)
    #expect(try raters([right, wrong]).isEmpty)
    #expect(try raters([right, right]) == ["r"])
    var both = wrong
    both.index = 2
    #expect(try raters([right, both]).isEmpty)
  }

  @Test func manyRatingsOfOneSubjectPayNoMoreThanOne() throws {
    let ratings = (0..<50).map { Rating(rater: "r", subject: "s", verdict: .good, index: $0) }
    #expect(try Feedback.weights(ratings, outcomes) == [Weighted(contributor: "r", weight: 1)])
  }

  @Test func badIdsAndTooManyRatingsAreRefused() {
    #expect(throws: CreditError.self) { try raters([Rating(rater: "", subject: "s", verdict: .good, index: 1)]) }
    let rating = Rating(rater: "r", subject: "s", verdict: .good, index: 1)
    #expect(throws: CreditError.self) { try raters(Array(repeating: rating, count: Feedback.countMax + 1)) }
  }
}
