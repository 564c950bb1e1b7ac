/// Sizes and offsets of the record format, version 1.
public enum RecordLayout {
    /// The format version that this code writes, and the only one that it reads.
    public static let formatVersion: UInt8 = 1
    /// Bytes of the fixed header.
    public static let headerLength = 128
    /// Bytes of the stream's UUID, which stands only on its first event.
    public static let streamIDLength = 16
    /// Bytes of one subject entry.
    public static let subjectEntryLength = 32
    /// Bytes of a fingerprint.
    public static let fingerprintLength = 32
    /// Bytes of a leaf hash.
    public static let leafHashLength = 32
    /// Greatest length of a record in bytes.
    public static let maximumRecordLength = 65_536
}

extension EventHeader {
    /// Reads the header at the start of a record.
    ///
    /// - Throws: `RecordError` where the format version is not 1, a number is not one of the registry's, or
    ///   the lengths do not add up to the record's.
    public init(reading record: RawSpan) throws(RecordError) {
        guard record.byteCount >= RecordLayout.headerLength else {
            throw RecordError("The record has \(record.byteCount) bytes; a header has 128.")
        }
        guard record.u8(0) == RecordLayout.formatVersion else {
            throw RecordError("The record has format version \(record.u8(0)); this version reads 1.")
        }
        guard let origin = Origin(rawValue: Int(record.u8(1))), let kind = EventKind(rawValue: Int(record.u16(2))),
            let streamKind = AggregateKind(rawValue: Int(record.u16(120)))
        else { throw RecordError("The record has a number that is not in the registry.") }
        self.init(
            origin: origin, kind: kind, schemaVersion: record.u16(4), flags: Flags(rawValue: record.u16(6)),
            position: Position(record.u64(8)), recordedAt: Instant(microseconds: Int64(bitPattern: record.u64(16))),
            occurredAt: Instant(microseconds: Int64(bitPattern: record.u64(24))),
            stream: StreamNumber(record.u64(32)), revision: Revision(record.u32(40)),
            commandIndex: record.u16(44), commandCount: record.u16(46),
            previousInStream: Position(record.u64(48)), commandID: record.identifier(56),
            correlationID: record.identifier(72), causation: Position(record.u64(88)),
            principal: StreamNumber(record.u64(96)), onBehalfOf: StreamNumber(record.u64(104)),
            importNumber: StreamNumber(record.u64(112)), streamKind: streamKind, subjectCount: record.u8(122),
            payloadLength: record.u16(124), body: record.u16(126))
        try checkLength(of: record)
    }

    /// The kind of the event, without reading the rest; nil where it is not in the registry.
    public static func kind(of record: RawSpan) -> EventKind? {
        guard record.byteCount >= RecordLayout.headerLength else { return nil }
        return EventKind(rawValue: Int(record.u16(2)))
    }

    /// Where the subject entries begin.
    public var subjectsOffset: Int {
        RecordLayout.headerLength + (revision.rawValue == 1 ? RecordLayout.streamIDLength : 0)
    }

    /// Where the payload stands in the record.
    public var payloadRange: Range<Int> {
        let start = subjectsOffset + Int(subjectCount) * RecordLayout.subjectEntryLength
        return start..<(start + Int(payloadLength))
    }

    /// Where the open fingerprint stands, if there is one.
    public var fingerprintRange: Range<Int>? {
        guard flags.contains(.fingerprintOpen) else { return nil }
        let start = payloadRange.upperBound
        return start..<(start + RecordLayout.fingerprintLength)
    }

    /// The UUID of the stream, which only its first event carries.
    public func streamID(in record: RawSpan) -> Identifier? {
        revision.rawValue == 1 ? record.identifier(RecordLayout.headerLength) : nil
    }

    /// The subject entry with this index.
    public func subject(_ index: Int, in record: RawSpan) -> SubjectEntry {
        precondition(index >= 0 && index < Int(subjectCount), "no such subject entry")
        let offset = subjectsOffset + index * RecordLayout.subjectEntryLength
        return SubjectEntry(
            subject: StreamNumber(record.u64(offset)), previous: Position(record.u64(offset + 8)),
            keySlot: record.u32(offset + 16), slotGeneration: record.u32(offset + 20),
            body: record.u16(offset + 24), part: record.u16(offset + 26), sealedLength: record.u16(offset + 28),
            role: SubjectRole(rawValue: Int(record.u16(offset + 30))) ?? .unspecified)
    }

    /// Where the sealed part of the subject entry with this index stands; empty where it has none.
    public func sealedRange(_ index: Int, in record: RawSpan) -> Range<Int> {
        var start = fingerprintRange?.upperBound ?? payloadRange.upperBound
        for earlier in 0..<index { start += sealedLength(earlier, in: record) }
        return start..<(start + sealedLength(index, in: record))
    }

    private func sealedLength(_ index: Int, in record: RawSpan) -> Int {
        Int(record.u16(subjectsOffset + index * RecordLayout.subjectEntryLength + 28))
    }

    private func checkLength(of record: RawSpan) throws(RecordError) {
        var length = fingerprintRange?.upperBound ?? payloadRange.upperBound
        guard payloadRange.lowerBound <= record.byteCount else {
            throw RecordError("The record at \(position) ends within its subject entries.")
        }
        for index in 0..<Int(subjectCount) { length += sealedLength(index, in: record) }
        guard length == record.byteCount else {
            throw RecordError(
                "The record at \(position) has \(record.byteCount) bytes; its lengths add up to \(length).")
        }
    }
}

extension EventHeader {
    /// Appends the fixed header to `bytes`.
    public func write(to bytes: inout [UInt8]) {
        bytes.append(RecordLayout.formatVersion)
        bytes.append(UInt8(truncatingIfNeeded: origin.rawValue))
        bytes.append(littleEndian: UInt16(truncatingIfNeeded: kind.rawValue))
        bytes.append(littleEndian: schemaVersion)
        bytes.append(littleEndian: flags.rawValue)
        bytes.append(littleEndian: position.rawValue)
        bytes.append(littleEndian: recordedAt.rawValue)
        bytes.append(littleEndian: occurredAt.rawValue)
        bytes.append(littleEndian: stream.rawValue)
        bytes.append(littleEndian: revision.rawValue)
        bytes.append(littleEndian: commandIndex)
        bytes.append(littleEndian: commandCount)
        bytes.append(littleEndian: previousInStream.rawValue)
        bytes.append(commandID)
        bytes.append(correlationID)
        bytes.append(littleEndian: causation.rawValue)
        bytes.append(littleEndian: principal.rawValue)
        bytes.append(littleEndian: onBehalfOf.rawValue)
        bytes.append(littleEndian: importNumber.rawValue)
        bytes.append(littleEndian: UInt16(truncatingIfNeeded: streamKind.rawValue))
        bytes.append(subjectCount)
        bytes.append(0)
        bytes.append(littleEndian: payloadLength)
        bytes.append(littleEndian: body)
    }
}

extension SubjectEntry {
    /// Appends the 32 bytes of the entry to `bytes`.
    public func write(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: subject.rawValue)
        bytes.append(littleEndian: previous.rawValue)
        bytes.append(littleEndian: keySlot)
        bytes.append(littleEndian: slotGeneration)
        bytes.append(littleEndian: body)
        bytes.append(littleEndian: part)
        bytes.append(littleEndian: sealedLength)
        bytes.append(littleEndian: UInt16(truncatingIfNeeded: role.rawValue))
    }
}

extension [UInt8] {
    /// Appends an integer, least significant byte first.
    public mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// Appends the 16 bytes of an identifier.
    public mutating func append(_ identifier: Identifier) {
        Swift.withUnsafeBytes(of: identifier.high.bigEndian) { append(contentsOf: $0) }
        Swift.withUnsafeBytes(of: identifier.low.bigEndian) { append(contentsOf: $0) }
    }
}

extension RawSpan {
    // Loads are bounds-checked; integers have no invalid bit patterns, so an unaligned load of one is sound.
    func u8(_ offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
    func u16(_ offset: Int) -> UInt16 {
        UInt16(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }
    func u32(_ offset: Int) -> UInt32 {
        UInt32(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    func u64(_ offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    func identifier(_ offset: Int) -> Identifier {
        Identifier(
            high: UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)),
            low: UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
    }
}
