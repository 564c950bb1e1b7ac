internal import Analytics
internal import Schema
internal import SwiftProtobuf

/// Folds targets: those that hold stand in the order in which they are shown.
struct TargetFold {
    /// Folds an event of a target.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the target was never set or its period has no form, or what the
    ///   store throws.
    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        let number = event.header.stream
        switch event.payload {
        case .targetSet(let set):
            guard let key = TargetKey(set, number) else {
                throw ViewError(.eventUnfit, "The target at \(event.header.position) has no period.")
            }
            if let id = event.streamID {
                try store.put(Targets.targetPlaces, .key(number.rawValue), id.bytes + key.bytes)
            }
            var row = set
            row.clearValueBefore()
            row.clearSource()
            row.reason = ""
            try store.put(Targets.targets, key.bytes, row)
        case .targetWithdrawn:
            guard let place = try store.get(Targets.targetPlaces, .key(number.rawValue)) else {
                throw Targets.unfit(event)
            }
            try store.delete(Targets.targets, TargetPlace(place).key)
        default: break
        }
    }
}

/// What `targetplaces` holds of a target.
struct TargetPlace {
    private static let idLength = 16

    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Its key in `targets`, which never changes: a target of another period or owner is another one.
    var key: [UInt8] { Array(bytes.dropFirst(TargetPlace.idLength)) }

    /// Its UUID.
    ///
    /// - Throws: `ViewError` with `rowDamaged`.
    var id: Identifier {
        get throws(ViewError) {
            var reader = KeyReader(bytes)
            return Identifier(high: try reader.integer(UInt64.self), low: try reader.integer(UInt64.self))
        }
    }
}

/// Where a target stands among all: the period that begins last first, of those that begin together the one that ends
/// last; then by metric, owner, programme and currency.
struct TargetKey {
    /// Bytes of the key of a target that is not in money.
    static let shortest = 36

    let bytes: [UInt8]

    /// Nil where the period has no form.
    init?(_ set: TargetSet, _ number: StreamNumber) {
        guard let first = CivilDate(set.period.firstDay), let last = CivilDate(set.period.lastDay) else { return nil }
        var key = [UInt8].key(capacity: 48)
        key.append(latestFirst: first)
        key.append(latestFirst: last)
        key.append(UInt8(truncatingIfNeeded: set.metric.rawValue))
        key.append(contentsOf: OwnerCode(set.owner).bytes)
        key.append(bigEndian: set.programmeNumber)
        key.append(sortable: set.value.money.currency, limit: 16)
        key.append(bigEndian: number.rawValue)
        bytes = key
    }

    /// The target's number, with which every key ends.
    ///
    /// - Throws: `ViewError` with `rowDamaged`.
    static func number(of key: [UInt8]) throws(ViewError) -> UInt64 {
        var reader = KeyReader(Array(key.suffix(8)))
        return try reader.integer(UInt64.self)
    }
}

extension [UInt8] {
    /// Appends a day in four bytes, so that earlier ones stand first.
    mutating func append(_ day: CivilDate) {
        append(bigEndian: UInt32(bitPattern: Int32(clamping: day.dayNumber)) ^ (1 << 31))
    }

    /// Appends a day in four bytes, so that later ones stand first.
    mutating func append(latestFirst day: CivilDate) {
        append(bigEndian: ~(UInt32(bitPattern: Int32(clamping: day.dayNumber)) ^ (1 << 31)))
    }
}

extension KeyReader {
    /// The next day of those that stand with earlier ones first.
    ///
    /// - Throws: `ViewError` with `rowDamaged` where the bytes end within it.
    mutating func day() throws(ViewError) -> CivilDate {
        CivilDate(dayNumber: Int(Int32(bitPattern: try integer(UInt32.self) ^ (1 << 31))))
    }
}
