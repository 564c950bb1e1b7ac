/// Splits an input into lines, holding no more than a piece and one line in memory.
struct LineReader: ~Copyable {
    /// A line of the input.
    enum Line: Equatable {
        /// The bytes without the line break.
        case text(ArraySlice<UInt8>)
        /// The line is longer than allowed; its bytes are dropped.
        case tooLong
    }

    private static let pieceLength = 256 * 1024

    private let input: InputFile
    private let maximumLength: Int
    private var buffer: [UInt8] = []
    private var start = 0
    private var searched = 0
    private var skipping = false
    private var ended = false
    /// Number of the line that `next` gave last, from 1.
    private(set) var number = 0

    /// - Parameter maximumLength: the longest line that is kept, in bytes.
    init(_ input: InputFile, maximumLength: Int) {
        self.input = input
        self.maximumLength = maximumLength
    }

    /// Whether the next line can be had without waiting for whoever writes the input.
    mutating func isReady() -> Bool {
        buffer[searched...].contains(UInt8(ascii: "\n")) || ended || !input.wouldWait
    }

    /// The next line, or nil at the end.
    mutating func next() throws(Failure) -> Line? {
        while true {
            if let lineFeed = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                return take(upTo: lineFeed, resumeAt: lineFeed + 1)
            }
            searched = buffer.count
            if buffer.count - start > maximumLength {
                buffer.removeAll(keepingCapacity: true)
                (start, searched, skipping) = (0, 0, true)
            }
            if ended {
                guard start < buffer.count || skipping else { return nil }
                return take(upTo: buffer.count, resumeAt: buffer.count)
            }
            buffer.removeFirst(start)
            searched -= start
            start = 0
            ended = !(try input.read(Self.pieceLength, into: &buffer))
        }
    }

    private mutating func take(upTo end: Int, resumeAt next: Int) -> Line {
        let first = start
        number += 1
        (start, searched) = (next, next)
        if skipping || end - first > maximumLength {
            skipping = false
            return .tooLong
        }
        let last = end > first && buffer[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
        return .text(buffer[first..<last])
    }
}
