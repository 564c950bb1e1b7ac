internal import Schema
internal import SwiftProtobuf

/// How much of each list a record holds: the newest entries, so many and so many bytes at most. An answer has to fit into
/// a frame of 4 MiB, with all that opening sealed parts adds; the greatest record these limits allow takes about 2.5 MiB.
struct RecordLimits {
    /// Tags, roles, lots of points and open external keys, which stand in the row itself.
    static let wordsMaximum = 1_000

    var entries: Int
    var bytes: Int

    /// The limits of a list.
    static func of(_ kind: ItemKind) -> RecordLimits {
        switch kind {
        // Up to a kilobyte of text each.
        case .note, .need, .preference: RecordLimits(entries: 200, bytes: 384 << 10)
        // Some three hundred bytes each, and what their events say beside what a file is called.
        case .body: RecordLimits(entries: 200, bytes: 384 << 10)
        // Fifty can be in use, with postal addresses of up to thirteen kilobytes.
        case .contactPoint: RecordLimits(entries: 200, bytes: 768 << 10)
        case .retiredContactPoint: RecordLimits(entries: 200, bytes: 256 << 10)
        // Which keys hold is known only when all links and unlinkings are opened; twenty hold at a time.
        case .external: RecordLimits(entries: .max, bytes: .max)
        case .variant: RecordLimits(entries: 1_000, bytes: 512 << 10)
        case .related: RecordLimits(entries: 1_000, bytes: 128 << 10)
        // Up to two kilobytes of text each.
        case .competitorMove: RecordLimits(entries: 500, bytes: 768 << 10)
        // A hundred bytes each: some forty years of rates.
        case .exchangeRate: RecordLimits(entries: 10_000, bytes: 1 << 20)
        // A market has at most a thousand.
        case .marketSize: RecordLimits(entries: 1_000, bytes: 1 << 20)
        // A hundred bytes each; a document has five thousand lines at most.
        case .lines, .fulfilled, .price: RecordLimits(entries: 10_000, bytes: 1 << 20)
        // An opportunity has two hundred lines at most.
        case .opportunityLine: RecordLimits(entries: 200, bytes: 128 << 10)
        // Up to a kilobyte of text each.
        case .ticketMessage: RecordLimits(entries: 500, bytes: 768 << 10)
        case .stageVisit, .renegotiation: RecordLimits(entries: 200, bytes: 128 << 10)
        }
    }

    /// What a list is called in the JSON form of the record; nil where leaving entries out needs no word.
    static func name(of kind: ItemKind) -> String? {
        switch kind {
        case .note: "notes"
        case .body: "bodies"
        case .need: "needs"
        case .preference: "preferences"
        case .contactPoint, .retiredContactPoint: "contactPoints"
        case .variant: "variants"
        case .related: "related"
        case .price: "prices"
        case .lines, .opportunityLine: "lines"
        case .stageVisit: "stages"
        case .ticketMessage: "messages"
        case .competitorMove: "moves"
        case .marketSize: "sizes"
        case .renegotiation: "renegotiations"
        case .exchangeRate: "rates"
        // What was fulfilled of lines that are left out is left out with them.
        case .fulfilled, .external: nil
        }
    }
}

/// The newest entries of a list, collected from the last one down until a limit is reached.
struct NewestItems {
    /// Newest first.
    private(set) var items: [NumberedItem] = []
    /// How many entries they hold.
    private(set) var entries = 0
    private var bytes = 0
    private let limits: RecordLimits

    init(_ kind: ItemKind) { limits = RecordLimits.of(kind) }

    /// Takes the next older item, if there is room for it; the first one in any case.
    ///
    /// - Returns: whether there may be room for more.
    mutating func take(_ item: NumberedItem) -> Bool {
        var length = item.size
        // Several contact points may stand in one sealed part, which is opened once.
        if let last = items.last, last.row.hasSealed, last.row.sealed == item.row.sealed {
            length -= Int(item.row.sealedLength)
        }
        guard items.isEmpty || bytes + length <= limits.bytes else { return false }
        bytes += length
        entries += item.entries
        items.append(item)
        return entries < limits.entries
    }
}

/// An item of a list with its number.
struct NumberedItem {
    /// What numbers it in its list; see `ItemKind`.
    var number: UInt64
    var row: ItemRow
    /// About how many bytes it adds to a record, opened.
    var size: Int

    /// Bytes that times and positions take in a record beyond what they take in a row.
    private static let bytesAround = 40

    /// Reads an item.
    ///
    /// - Throws: `ViewError` with `rowDamaged`.
    init(_ key: [UInt8], _ bytes: [UInt8]) throws(ViewError) {
        var reader = KeyReader(key)
        _ = try reader.integer(UInt64.self)
        _ = try reader.integer(UInt8.self)
        number = try reader.integer(UInt64.self)
        row = try decodedRow(ItemRow.self, bytes)
        size = bytes.count + Int(row.sealedLength) + Self.bytesAround
    }

    /// How many entries of its list it holds.
    var entries: Int {
        switch row.item {
        case .orderLines(let chunk): chunk.lines.count
        case .returnLines(let chunk): chunk.lines.count
        default: 1
        }
    }
}
