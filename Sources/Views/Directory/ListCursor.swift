internal import Schema

/// Where a list goes on: behind a key of its sort order. What stands in it is no secret and no promise: the client
/// sends it back as it came.
///
/// Bytes: version (1), direction (0 up, 1 down), key.
struct ListCursor {
    private static let version: UInt8 = 1

    var descending: Bool
    /// The last key that was looked at.
    var key: [UInt8]

    init(descending: Bool, key: [UInt8]) {
        self.descending = descending
        self.key = key
    }

    var bytes: [UInt8] { [ListCursor.version, descending ? 1 : 0] + key }

    /// Reads a cursor that came back.
    ///
    /// - Parameter prefix: what the keys of the list begin with.
    /// - Throws: `ViewError` with `cursorForeign` where another list made it, or none.
    init(_ bytes: [UInt8], prefix: [UInt8], descending: Bool) throws(ViewError) {
        let key = Array(bytes.dropFirst(2))
        guard bytes.count >= 2, bytes[0] == ListCursor.version, bytes[1] == (descending ? 1 : 0),
            key.starts(with: prefix), (prefix.count + 8...511).contains(key.count)
        else {
            throw ViewError(
                .cursorForeign,
                "The cursor was made by another list. Send it with the kind, sort order and direction it came from.",
                field: "cursor")
        }
        self.init(descending: descending, key: key)
    }
}
