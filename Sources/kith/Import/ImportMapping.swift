internal import Schema

/// What a mapping file says: how a file is read, and what commands are made of its rows. `docs/importing.md` has
/// the form of the file.
struct ImportMapping: Sendable {
    /// What makes a row itself.
    enum RowKey: Equatable, Sendable {
        /// The whole row, and its occurrence number among equal rows.
        case row
        /// These columns; a row that repeats them is rejected.
        case columns([String])
    }

    /// A kind of document that rows become: one command each.
    struct Document: Sendable {
        var name: String
        /// One command per row, not per group.
        var perRow: Bool
        /// Values of which each combination is sent once in a run; empty: no such limit.
        var once: [Int]
        /// Where the service has what the document would define, that stays as it is, and nothing is rejected.
        var keepsExisting = false
        /// A row that was imported before is known again in every other file, whatever stands around it there.
        var knownByRow = false
        /// The value that is the time of its facts; nil: that of the mapping.
        var occurredAt: Int?
        /// All of them must hold.
        var conditions: [Condition]
        var bodies: [Template]
    }

    /// A number of rows that the report holds.
    struct RowCount: Sendable {
        var name: String
        var conditions: [Condition]
    }

    /// The version of the form that this code reads.
    static let version = 1

    var name: String
    /// The system that the records come from; goes into every command's source.
    var system: String
    /// Channel of every command's source; may be empty.
    var channel: String
    var mode: CommandMode
    var format: FileFormat
    var key: RowKey
    /// Columns that the rows of a document share; empty: every row is a group of its own.
    var group: [String]
    /// Columns by which the rows of a group are ordered.
    var order: [String]
    /// Whether the rows of a group stand together in the file. Where not, the file is held in memory.
    var sorted: Bool
    /// The value that is the time of the facts; nil in live mode: now.
    var occurredAt: Int?
    /// Rows without a time are taken too, and occur when the import is started; where not, historic mode rejects them.
    var undatedAtStart: Bool
    /// The values that templates use, the columns that they name among them.
    var values: [ValueRule]
    var documents: [Document]
    var counts: [RowCount]

    /// Whether a row's documents are known by the row alone, in whatever file it comes: where each row is a group
    /// and the whole row is its key.
    var identifiesRows: Bool { group.isEmpty && key == .row }
}
