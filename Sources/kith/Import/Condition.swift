/// A question to a value, by which documents are chosen and rows counted.
struct Condition: Equatable, Sendable {
    enum Test: Equatable, Sendable {
        case isEmpty
        case equals(String)
        case isOneOf(Set<String>)
        /// Equal to another value; two that are empty are not.
        case isSameAs(Int)
        case equalsNumber(DecimalNumber)
        case startsWith(String)
        case below(DecimalNumber)
        case above(DecimalNumber)
    }

    /// Index of the value among those of the mapping.
    var value: Int
    var test: Test
    /// Whether the answer must be no.
    var negated = false

    /// Whether the condition holds for this value. What is empty is neither equal nor below nor above anything.
    ///
    /// - Parameter other: the value with which it is compared, where it is compared with one.
    func holds(for value: MappedValue, other: MappedValue = .none) -> Bool {
        let answer =
            switch test {
            case .isEmpty: value == .none
            case .equals(let text): value.text?.utf8.elementsEqual(text.utf8) ?? false
            case .isOneOf(let texts): value.text.map(texts.contains) ?? false
            case .isSameAs: value != .none && value == other
            case .equalsNumber(let number): value.number.map { !($0 < number) && !(number < $0) } ?? false
            case .startsWith(let text): value.text?.utf8.starts(with: text.utf8) ?? false
            case .below(let limit): value.number.map { $0 < limit } ?? false
            case .above(let limit): value.number.map { limit < $0 } ?? false
            }
        return answer != negated
    }
}
