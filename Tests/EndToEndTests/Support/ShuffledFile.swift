import Foundation

/// Copies of a file with its lines in another order.
enum ShuffledFile {
    /// Writes a copy with all lines behind the header in a random order.
    static func write(
        _ source: String, headerLines: Int, to target: String, using generator: inout some RandomNumberGenerator
    ) throws {
        let data = try Data(contentsOf: URL(filePath: source))
        var lines = data.split(separator: UInt8(ascii: "\n"))
        let header = lines.prefix(headerLines)
        lines.removeFirst(headerLines)
        lines.shuffle(using: &generator)
        var copy = Data()
        for line in header + lines { copy += line + [UInt8(ascii: "\n")] }
        try copy.write(to: URL(filePath: target))
    }
}
