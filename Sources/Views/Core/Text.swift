/// Texts are compared byte for byte; `==` of `String` takes different spellings of one character for the same.
extension String {
    /// Whether both texts have the same bytes.
    func isIdentical(to other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// Whether the text's bytes come first.
    func isBefore(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
