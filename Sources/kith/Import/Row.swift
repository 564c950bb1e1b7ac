/// A row of an imported file: its fields, unquoted, in one run of bytes.
struct Row: Equatable, Sendable {
    /// The line of the file on which the row begins, from 1.
    var line: Int
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    init(line: Int) {
        self.line = line
    }

    /// A row of these fields.
    init(line: Int, fields: [String]) {
        self.line = line
        for field in fields {
            bytes.append(contentsOf: field.utf8)
            endField()
        }
    }

    /// Number of fields.
    var count: Int { ends.count }

    /// The bytes of a field.
    subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }

    /// The text of a field.
    func text(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }

    /// Whether every field is UTF-8.
    var isText: Bool { String(validating: bytes, as: UTF8.self) != nil }

    /// Whether two rows hold the same fields, wherever they stand.
    func hasSameFields(as other: Row) -> Bool { bytes == other.bytes && ends == other.ends }

    /// An order of rows by their bytes.
    func precedes(_ other: Row) -> Bool {
        bytes == other.bytes ? ends.lexicographicallyPrecedes(other.ends) : bytes.lexicographicallyPrecedes(other.bytes)
    }

    /// Bytes that no row with other fields has: the length of each field, then its bytes.
    var identity: [UInt8] {
        var identity = [UInt8]()
        identity.reserveCapacity(bytes.count + 4 * ends.count)
        for index in ends.indices { identity.appendMeasured(self[index]) }
        return identity
    }

    /// Appends a byte to the field that is being read.
    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    /// Appends bytes to the field that is being read.
    mutating func append(contentsOf text: some Sequence<UInt8>) { bytes.append(contentsOf: text) }

    /// The field that is being read is complete.
    mutating func endField() { ends.append(bytes.count) }

    /// Bytes of the row, those of the field that is being read included.
    var byteCount: Int { bytes.count }
}

extension [UInt8] {
    /// Appends a run of bytes behind its length, so that runs that follow each other cannot be taken apart in
    /// another way.
    mutating func appendMeasured(_ run: some Collection<UInt8>) {
        let length = UInt64(run.count)
        for shift in stride(from: 56, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: length >> UInt64(shift))) }
        append(contentsOf: run)
    }
}

/// Why a row cannot be taken.
struct RowDefect: Error, Equatable, Sendable {
    /// Codes of what the importer itself finds; refusals of the service keep their own.
    enum Code: String, Sendable {
        /// The row has more or fewer fields than there are columns.
        case raggedRow = "RAGGED_ROW"
        /// A quoted field goes on behind its closing quote, or never ends.
        case malformedQuotes = "MALFORMED_QUOTES"
        /// The row is longer than rows may be.
        case rowTooLong = "ROW_TOO_LONG"
        /// The row is not UTF-8.
        case notUTF8 = "NOT_UTF8"
        /// A field cannot be read as what the mapping says it is.
        case valueInvalid = "VALUE_INVALID"
        /// Rows of one group differ in a value that they must share.
        case valuesDiffer = "VALUES_DIFFER"
        /// The columns of the key hold what an earlier row held.
        case duplicateKey = "DUPLICATE_KEY"
        /// The rows of a group do not stand together although the mapping says that they do.
        case groupSplit = "GROUP_SPLIT"
        /// The row itself is sound, another row of its group is not.
        case groupRejected = "GROUP_REJECTED"
        /// What the mapping makes of the row is no command.
        case commandInvalid = "SCHEMA_INVALID"
        /// What the mapping makes of the row is larger than the service takes at once.
        case limitExceeded = "LIMIT_EXCEEDED"
    }

    var code: Code
    var reason: String

    init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}
