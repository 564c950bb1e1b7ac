/// The form that a text must have: `#` stands for a digit, `@` for a letter, `?` for any one character, `*` for any number
/// of characters; any other character, and any one behind a backslash, stands for itself.
///
/// It is no regular expression, so that no pattern can take longer than the product of both lengths.
struct FieldPattern {
    private enum Element: Equatable {
        case digit, letter, one, many
        case character(Character)

        func takes(_ character: Character) -> Bool {
            switch self {
            case .digit: ("0"..."9").contains(character)
            case .letter: character.isLetter
            case .one, .many: true
            case .character(let own): own == character
            }
        }
    }

    private let elements: [Element]

    /// Nil where a backslash ends the pattern.
    init?(_ text: String) {
        var elements: [Element] = []
        var isEscaped = false
        for character in text {
            if isEscaped {
                elements.append(.character(character))
                isEscaped = false
                continue
            }
            switch character {
            case "\\": isEscaped = true
            case "#": elements.append(.digit)
            case "@": elements.append(.letter)
            case "?": elements.append(.one)
            case "*": if elements.last != .many { elements.append(.many) }
            default: elements.append(.character(character))
            }
        }
        guard !isEscaped else { return nil }
        self.elements = elements
    }

    /// Whether the whole text has the form.
    func matches(_ text: String) -> Bool {
        // reached[i]: the text so far can be the first i elements.
        var reached = starts
        for character in text {
            var next = [Bool](repeating: false, count: elements.count + 1)
            for (index, element) in elements.enumerated() {
                // Any number of characters takes one more, or begins with none behind what stands before it.
                next[index + 1] =
                    element == .many ? reached[index + 1] || next[index] : reached[index] && element.takes(character)
            }
            reached = next
        }
        return reached[elements.count]
    }

    /// What an empty text reaches: any number of characters may be none.
    private var starts: [Bool] {
        var reached = [true]
        for element in elements { reached.append(element == .many && reached[reached.count - 1]) }
        return reached
    }
}
