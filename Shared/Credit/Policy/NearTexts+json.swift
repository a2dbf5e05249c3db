internal import Codec

extension NearTexts {
  var members: [JSONMember] {
    [
      JSONMember("shingle", .integer(shingle)), JSONMember("words", .integer(words)),
      JSONMember("near_bp", .integer(nearBasisPoints)),
    ]
  }

  init(_ fields: Fields) throws(CreditError) {
    try self.init(
      shingle: fields.integer("shingle"), words: fields.integer("words"), nearBasisPoints: fields.integer("near_bp"))
  }
}
