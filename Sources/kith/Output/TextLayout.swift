/// How much room a text has, and what its reader's screen does with it.
struct TextLayout: Equatable, Sendable {
    /// Columns; nil where there is no limit, as in a file.
    var width: Int?
    /// Whether cells in a script that is written from right to left are kept apart from their neighbours. A terminal
    /// that orders text by direction would else take numbers of the next column into them.
    var isolates = false

    static let unlimited = TextLayout(width: nil)

    private static let firstStrongIsolate = "\u{2068}"
    private static let popDirectionalIsolate = "\u{2069}"

    /// The cell, set apart where it is written from right to left.
    func isolated(_ cell: String) -> String {
        guard isolates, cell.unicodeScalars.contains(where: Self.isRightToLeft) else { return cell }
        return Self.firstStrongIsolate + cell + Self.popDirectionalIsolate
    }

    /// Whether the scalar is of one of the blocks that the Unicode standard keeps for scripts of that direction.
    private static func isRightToLeft(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
        default: false
        }
    }
}
