internal import SwiftProtobuf

/// The payload of a record is the event's own message; its kind stands in the header. `EventPayload` wraps
/// the same bytes in a field whose number is the kind, so both forms turn into each other without a table.
extension EventPayload {
    /// The kind and the encoded message of an event.
    ///
    /// - Throws: `RecordError` where no event is set or it cannot be encoded.
    public static func encode(_ event: OneOf_Event) throws(RecordError) -> (kind: EventKind, payload: [UInt8]) {
        var wrapper = EventPayload()
        wrapper.event = event
        let bytes: [UInt8]
        do { bytes = try wrapper.encoded() } catch {
            throw RecordError("The event cannot be encoded: \(error)")
        }
        var offset = 0
        let tag = readVarint(bytes, &offset)
        _ = readVarint(bytes, &offset)
        guard let kind = EventKind(rawValue: Int(tag >> 3)), kind != .unspecified else {
            throw RecordError("The event has no kind of the registry.")
        }
        return (kind, Array(bytes[offset...]))
    }

    /// The event of this kind that these bytes encode.
    ///
    /// - Throws: `RecordError` where the bytes are not such a message.
    public static func decode(kind: EventKind, payload: RawSpan) throws(RecordError) -> OneOf_Event {
        var wrapper = WireWriter(capacity: payload.byteCount + 8)
        wrapper.append(kind.rawValue, payload)
        do {
            guard let event = try EventPayload(serializedBytes: wrapper.bytes).event else {
                throw RecordError("No event has the kind \(kind.rawValue).")
            }
            return event
        } catch let error as RecordError {
            throw error
        } catch {
            throw RecordError("The payload is not a message of kind \(kind.rawValue): \(error)")
        }
    }

    private static func readVarint(_ bytes: [UInt8], _ offset: inout Int) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return value
    }
}
