internal import CRM
internal import Schema

/// The answers to the frames of commands of one connection, as they come piece by piece.
///
/// A value without input or output; the handler of the connection acts on it, on its event loop.
struct OpenSubmissions {
    /// Some commands of a frame, handed on together.
    private struct Piece {
        var request: UInt64
        /// Which piece of its request it is.
        var place: Int
        var commands: Int
        /// Results of commands that were refused before they got to the command path, by index within the piece.
        var refused: [Int: CommandResult]
    }

    private struct Entry {
        /// The encoded results, piece by piece; nil where they are missing.
        var results: [[UInt8]?] = []
        var missing = 0
        /// All pieces were handed on.
        var isWhole = false
    }

    /// The answer to a frame.
    struct Complete {
        var id: UInt64
        /// The results as they stand in a `SubmitResponse`, in order; nil where they cannot be encoded.
        var results: [[UInt8]]?
        var reflects: Reflects
    }

    /// Commands that were handed on and have no answer yet.
    private(set) var commands = 0
    private var pieces: [UInt64: Piece] = [:]
    private var entries: [UInt64: Entry] = [:]
    private var nextTag: UInt64 = 1

    /// A frame is begun.
    mutating func open(_ id: UInt64) { entries[id] = Entry() }

    /// A piece of the frame is handed on, under the tag that is returned.
    ///
    /// - Parameter isLast: no other piece of it follows.
    mutating func add(to id: UInt64, commands count: Int, refused: [Int: CommandResult], isLast: Bool) -> UInt64 {
        defer { nextTag += 1 }
        let place = entries[id]?.results.count ?? 0
        pieces[nextTag] = Piece(request: id, place: place, commands: count, refused: refused)
        entries[id]?.results.append(nil)
        entries[id]?.missing += 1
        entries[id]?.isWhole = isLast
        commands += count
        return nextTag
    }

    /// Takes the results of a piece; the answer where it was the last one that was missing.
    mutating func settle(_ reply: SubmitReply) -> Complete? {
        guard let piece = pieces.removeValue(forKey: reply.tag) else { return nil }
        commands -= piece.commands
        var response = SubmitResponse()
        response.results = Self.merge(reply.results, refused: piece.refused)
        // What cannot be encoded is answered all the same: see `Complete.results`.
        entries[piece.request]?.results[piece.place] = try? response.encoded()
        entries[piece.request]?.missing -= 1
        guard let entry = entries[piece.request], entry.isWhole, entry.missing == 0 else { return nil }
        entries[piece.request] = nil
        let results = entry.results.compactMap { $0 }
        return Complete(
            id: piece.request, results: results.count == entry.results.count ? results : nil, reflects: reply.reflects)
    }

    /// Forgets everything: the connection has ended.
    mutating func removeAll() {
        pieces = [:]
        entries = [:]
        commands = 0
    }

    /// Results in the order of the commands: those of the back end, and between them those refused before.
    private static func merge(_ results: [CommandResult], refused: [Int: CommandResult]) -> [CommandResult] {
        guard !refused.isEmpty else { return results }
        var merged: [CommandResult] = []
        merged.reserveCapacity(results.count + refused.count)
        var rest = results[...]
        while merged.count < results.count + refused.count {
            if let result = refused[merged.count] {
                merged.append(result)
            } else if let result = rest.popFirst() {
                merged.append(result)
            } else {
                break
            }
        }
        return merged
    }
}
