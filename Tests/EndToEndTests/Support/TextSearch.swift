import Foundation

/// Looks for many texts in one pass over bytes.
struct TextSearch {
    /// Texts that are shorter occur by chance.
    static let shortest = 6

    /// The texts by their first six bytes.
    private var texts: [UInt64: [(text: String, bytes: [UInt8])]] = [:]
    /// A bit for each low half of those six bytes, so that nearly every place is passed at once.
    private var filter = [Bool](repeating: false, count: 1 << 16)

    init(_ all: some Sequence<String>) {
        for text in all where text.utf8.count >= TextSearch.shortest {
            let bytes = Array(text.utf8)
            let start = bytes.prefix(TextSearch.shortest).reduce(0) { $0 << 8 | UInt64($1) }
            texts[start, default: []].append((text, bytes))
            filter[Int(start & 0xFFFF)] = true
        }
    }

    /// The texts that occur.
    func found(in data: Data) -> Set<String> {
        data.withUnsafeBytes { buffer in
            var found: Set<String> = []
            var window: UInt64 = 0
            for place in buffer.indices {
                window = (window << 8 | UInt64(buffer[place])) & 0xFFFF_FFFF_FFFF
                guard filter[Int(window & 0xFFFF)], let candidates = texts[window] else { continue }
                let start = place - TextSearch.shortest + 1
                for candidate in candidates where buffer[start...].starts(with: candidate.bytes) {
                    found.insert(candidate.text)
                }
            }
            return found
        }
    }
}
