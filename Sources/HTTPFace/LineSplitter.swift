internal import NIOCore

/// Cuts the bytes of a body into lines.
struct LineSplitter {
    /// One line without its end.
    enum Line: Equatable {
        case text([UInt8])
        /// A line beyond `HTTPLimits.bodyBytes`; it was dropped.
        case tooLong
    }

    private var pending: [UInt8] = []
    private var isDropping = false

    /// The lines that end within these bytes; empty ones are left out.
    mutating func lines(in chunk: ByteBuffer) -> [Line] {
        var lines: [Line] = []
        var rest = chunk.readableBytesView
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            add(rest[..<end])
            rest = rest[rest.index(after: end)...]
            if let line = takeLine() { lines.append(line) }
        }
        add(rest)
        return lines
    }

    /// What stands behind the last end of line.
    mutating func last() -> Line? { takeLine() }

    private mutating func add(_ bytes: ByteBufferView) {
        guard !isDropping else { return }
        pending += bytes
        guard pending.count > HTTPLimits.bodyBytes else { return }
        pending = []
        isDropping = true
    }

    private mutating func takeLine() -> Line? {
        defer {
            pending.removeAll(keepingCapacity: true)
            isDropping = false
        }
        if isDropping { return .tooLong }
        let isBlank = pending.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == 13 }
        return isBlank ? nil : .text(pending)
    }
}
