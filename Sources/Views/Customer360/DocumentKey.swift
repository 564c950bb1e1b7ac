internal import Schema

/// Where an order or a return stands among the documents of its party: first the orders in the order of their times,
/// then the returns.
struct DocumentKey: Hashable {
    enum Kind: UInt8 {
        case order = 0
        case goodsReturn = 1
    }

    var party: StreamNumber
    var kind: Kind
    /// When the order was placed or the return registered.
    var at: Instant
    var number: StreamNumber

    init(party: StreamNumber, kind: Kind, at: Instant, number: StreamNumber) {
        self.party = party
        self.kind = kind
        self.at = at
        self.number = number
    }

    /// Reads the key.
    ///
    /// - Throws: `ViewError` with `rowDamaged`.
    init(_ bytes: [UInt8]) throws(ViewError) {
        var reader = KeyReader(bytes)
        party = StreamNumber(try reader.integer(UInt64.self))
        guard let kind = Kind(rawValue: try reader.integer(UInt8.self)) else {
            throw ViewError(.rowDamaged, "A document is neither order nor return. Rebuild the projection.")
        }
        self.kind = kind
        at = try reader.instant()
        number = StreamNumber(try reader.integer(UInt64.self))
    }

    var bytes: [UInt8] {
        var key = [UInt8].key(capacity: 25)
        key.append(bigEndian: party.rawValue)
        key.append(kind.rawValue)
        key.append(at)
        key.append(bigEndian: number.rawValue)
        return key
    }

    /// Key of the rows that hold a document's lines.
    static func lines(of document: StreamNumber, chunk: UInt32) -> [UInt8] {
        var key = [UInt8].key(capacity: 12)
        key.append(bigEndian: document.rawValue)
        key.append(bigEndian: chunk)
        return key
    }
}
