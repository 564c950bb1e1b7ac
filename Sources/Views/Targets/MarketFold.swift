internal import Analytics
internal import Schema
internal import SwiftProtobuf

/// Folds markets and their sizes, and in which category a product is.
///
/// - `markets`: market → `MarketRow`.
/// - `sizes`: market, period, currency, beginning of the origin → `MarketRecord` with nothing but the sizes of these.
/// - `categories`: product → its category.
struct MarketFold {
    /// Folds an event of a market or a product.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the event does not fit what came before, or what the store throws.
    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        switch event.payload {
        case .marketDefined(let defined):
            guard let id = event.streamID else { throw Targets.unfit(event) }
            let row = MarketRow(id: id, isRetired: false, detail: defined.detail)
            try store.put(Targets.markets, .key(event.header.stream.rawValue), try row.bytes)
        case .marketChanged(let changed): try change(event, &store) { $0.detail = changed.detail }
        case .marketRetired: try change(event, &store) { $0.isRetired = true }
        case .marketRestored: try change(event, &store) { $0.isRetired = false }
        case .marketSizeRecorded(let recorded):
            let size = recorded.size
            try changeSizes(size.period, size.value.currency, size.origin, event, &store) { sizes in
                var record = MarketSizeRecord()
                record.size = size
                record.position = event.header.position.rawValue
                sizes.append(record)
            }
        case .marketSizeWithdrawn(let withdrawn):
            try changeSizes(withdrawn.period, withdrawn.currency, withdrawn.origin, event, &store) { _ in }
        case .productDefined(let defined): try put(defined.detail, event, &store)
        case .productChanged(let changed): try put(changed.detail, event, &store)
        default: break
        }
    }

    private func put(
        _ detail: ProductDetail, _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        try store.put(Targets.categories, .key(event.header.stream.rawValue), Array(detail.category.utf8))
    }

    private func change(
        _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable, _ change: (inout MarketRow) -> Void
    ) throws(ViewError) {
        let key = [UInt8].key(event.header.stream.rawValue)
        guard let bytes = try store.get(Targets.markets, key) else { throw Targets.unfit(event) }
        var row = try MarketRow(bytes)
        change(&row)
        try store.put(Targets.markets, key, try row.bytes)
    }

    /// Takes out the size of this period, currency and origin, where there is one, and changes the others.
    private func changeSizes(
        _ period: DayRange, _ currency: String, _ origin: String, _ event: ViewEvent,
        _ store: inout some ProjectionStore & ~Copyable, _ change: (inout [MarketSizeRecord]) -> Void
    ) throws(ViewError) {
        guard let first = CivilDate(period.firstDay), let last = CivilDate(period.lastDay) else {
            throw ViewError(.eventUnfit, "The market size at \(event.header.position) has no period.")
        }
        var key = [UInt8].key(event.header.stream.rawValue)
        key.append(first)
        key.append(last)
        key.append(sortable: currency, limit: 16)
        // Origins that begin alike share a row, where they are told apart.
        key.append(sortable: origin)
        var row = try store.row(MarketRecord.self, Targets.sizes, key) ?? MarketRecord()
        row.sizes.removeAll { $0.size.origin.isIdentical(to: origin) }
        change(&row.sizes)
        if row.sizes.isEmpty {
            try store.delete(Targets.sizes, key)
        } else {
            try store.put(Targets.sizes, key, row)
        }
    }
}

/// A market: its UUID, whether it is retired, and what belongs to it.
struct MarketRow {
    let id: Identifier
    var isRetired: Bool
    var detail: MarketDetail

    init(id: Identifier, isRetired: Bool, detail: MarketDetail) {
        self.id = id
        self.isRetired = isRetired
        self.detail = detail
    }

    /// Reads the row.
    ///
    /// - Throws: `ViewError` with `rowDamaged`.
    init(_ bytes: [UInt8]) throws(ViewError) {
        var reader = KeyReader(bytes)
        id = Identifier(high: try reader.integer(UInt64.self), low: try reader.integer(UInt64.self))
        isRetired = try reader.integer(UInt8.self) == 1
        detail = try decodedRow(MarketDetail.self, Array(reader.rest))
    }

    /// The row as it is kept.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the detail cannot be encoded.
    var bytes: [UInt8] {
        get throws(ViewError) {
            let encoded: [UInt8]
            do { encoded = try detail.encoded() } catch {
                throw ViewError(.eventUnfit, "A row cannot be encoded: \(error)")
            }
            return id.bytes + [isRetired ? 1 : 0] + encoded
        }
    }
}
