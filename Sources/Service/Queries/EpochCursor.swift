internal import CRM
internal import FoundationEssentials
internal import Schema

/// The cursor of a list as clients see it: the log's epoch before the place where the list goes on. After a restore
/// the same place may mean other records.
struct EpochCursor {
    let epoch: UInt32

    /// The cursor to send; empty where the list has ended.
    func sealed(_ place: [UInt8]) -> Data {
        guard !place.isEmpty else { return Data() }
        var bytes: [UInt8] = []
        bytes.append(littleEndian: epoch)
        return Data(bytes + place)
    }

    /// The place that a cursor names; empty where there is none.
    ///
    /// - Throws: SCHEMA_INVALID where it was made before a restore, or is none.
    func opened(_ cursor: Data) throws(Refusal) -> Data {
        guard !cursor.isEmpty else { return Data() }
        var expected: [UInt8] = []
        expected.append(littleEndian: epoch)
        guard cursor.count > expected.count, cursor.starts(with: expected) else {
            throw Refusal(
                .schemaInvalid, "The cursor does not belong to this log as it is now. Begin the list again.",
                field: "cursor")
        }
        return Data(cursor.dropFirst(expected.count))
    }
}
