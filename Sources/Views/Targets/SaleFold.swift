internal import Schema

/// Folds orders and returns.
///
/// - `sales`: `SaleKey` → `SaleRow`.
/// - `saleplaces`: order or return → its key in `sales`.
/// - `salelines`: order or return, 0, 1, 2 … → what one event says of its lines: product and net amount of each product,
///   in the order of their numbers. Only market shares read them.
struct SaleFold {
    /// Folds an event of an order or a return.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where it was never begun, or what the store throws.
    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        let at = event.header.occurredAt
        switch event.payload {
        case .orderPlaced(let placed):
            let key = SaleKey(at: at, kind: .order, number: event.header.stream)
            try write(SaleRow(placed), placed.lines.map(SaleLine.init), at: key, &store)
        case .returnRegistered(let registered):
            let key = SaleKey(at: at, kind: .goodsReturn, number: event.header.stream)
            try write(SaleRow(registered), registered.lines.map(SaleLine.init), at: key, &store)
        case .orderLinesAdded(let added): try change(event, adding: added.lines.map(SaleLine.init), &store) { _ in }
        case .returnLinesAdded(let added): try change(event, adding: added.lines.map(SaleLine.init), &store) { _ in }
        case .orderCorrected(let corrected):
            let moved = corrected.hasPlacedAt ? Instant(microseconds: corrected.placedAt) : nil
            try replace(event, corrected.lines.map(SaleLine.init), movedTo: moved, &store) { $0.correct(corrected) }
        case .returnCorrected(let corrected):
            let moved = corrected.hasRegisteredAt ? Instant(microseconds: corrected.registeredAt) : nil
            try replace(event, corrected.lines.map(SaleLine.init), movedTo: moved, &store) { $0.correct(corrected) }
        case .orderConfirmed, .orderCompleted:
            try change(event, adding: [], &store) { $0.confirmedAt = min($0.confirmedAt, at) }
        case .orderCancelled: try change(event, adding: [], &store) { $0.cancelledAt = min($0.cancelledAt, at) }
        default: break
        }
    }

    /// Writes how it stands, with more lines.
    private func write(
        _ row: SaleRow, _ lines: [SaleLine], at key: SaleKey, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        var row = row
        if !lines.isEmpty {
            try store.put(Targets.saleLines, SaleLine.key(of: key.number, row.chunks), SaleLine.bytes(lines))
            row.chunks += 1
        }
        try store.put(Targets.salePlaces, .key(key.number.rawValue), key.bytes)
        try store.put(Targets.sales, key.bytes, row.bytes)
    }

    private func change(
        _ event: ViewEvent, adding lines: [SaleLine], _ store: inout some ProjectionStore & ~Copyable,
        _ change: (inout SaleRow) -> Void
    ) throws(ViewError) {
        var (key, row) = try sale(of: event, in: store)
        change(&row)
        try write(row, lines, at: key, &store)
    }

    /// Puts right the whole of it.
    private func replace(
        _ event: ViewEvent, _ lines: [SaleLine], movedTo: Instant?, _ store: inout some ProjectionStore & ~Copyable,
        _ correct: (inout SaleRow) -> Void
    ) throws(ViewError) {
        var (key, row) = try sale(of: event, in: store)
        for chunk in 0..<row.chunks { try store.delete(Targets.saleLines, SaleLine.key(of: key.number, chunk)) }
        row.chunks = 0
        correct(&row)
        if let movedTo, movedTo != key.at {
            try store.delete(Targets.sales, key.bytes)
            key.at = movedTo
        }
        try write(row, lines, at: key, &store)
    }

    private func sale(
        of event: ViewEvent, in store: borrowing some ProjectionStore & ~Copyable
    ) throws(ViewError) -> (SaleKey, SaleRow) {
        guard let key = try store.get(Targets.salePlaces, .key(event.header.stream.rawValue)) else {
            throw Targets.unfit(event)
        }
        guard let row = try store.get(Targets.sales, key) else { throw Targets.damaged }
        return (try SaleKey(key), try SaleRow(row))
    }
}

/// Where an order or a return stands: by the time at which it was placed or registered.
struct SaleKey {
    enum Kind: UInt8 {
        case order = 0
        case goodsReturn = 1
    }

    var at: Instant
    let kind: Kind
    let number: StreamNumber

    init(at: Instant, kind: Kind, number: StreamNumber) {
        self.at = at
        self.kind = kind
        self.number = number
    }

    /// Reads the key.
    ///
    /// - Throws: `ViewError` with `rowDamaged`.
    init(_ bytes: [UInt8]) throws(ViewError) {
        var reader = KeyReader(bytes)
        at = try reader.instant()
        guard let kind = Kind(rawValue: try reader.integer(UInt8.self)) else { throw Targets.damaged }
        self.kind = kind
        number = StreamNumber(try reader.integer(UInt64.self))
    }

    var bytes: [UInt8] {
        var key = [UInt8].key(capacity: 17)
        key.append(at)
        key.append(kind.rawValue)
        key.append(bigEndian: number.rawValue)
        return key
    }
}

/// An order or a return. Laid out like a key: a question reads many of them.
struct SaleRow: Hashable {
    /// Stands for "not yet", behind every instant that can be asked for.
    static let never = Instant(microseconds: .max)

    var party: UInt64
    /// Without tax, in minor units; what came back or was credited is positive.
    var net: Int64
    /// The order that came back; 0: none, or it is an order itself.
    var order: UInt64 = 0
    /// How many rows of lines there are.
    var chunks: UInt32 = 0
    /// When an order was first confirmed or completed.
    var confirmedAt = SaleRow.never
    var cancelledAt = SaleRow.never
    var currency: String
    var country: String

    init(_ placed: OrderPlaced) {
        (party, net, currency, country) = (placed.partyNumber, placed.net, placed.currency, placed.country)
    }

    init(_ registered: ReturnRegistered) {
        (party, net) = (registered.partyNumber, registered.net)
        (currency, country) = (registered.currency, registered.country)
        order = registered.orderNumber
    }

    mutating func correct(_ corrected: OrderCorrected) {
        (party, net, currency, country) = (
            corrected.partyNumber, corrected.net, corrected.currency, corrected.country
        )
    }

    mutating func correct(_ corrected: ReturnCorrected) {
        (party, net, currency, country) = (
            corrected.partyNumber, corrected.net, corrected.currency, corrected.country
        )
        order = corrected.orderNumber
    }

    /// Reads the row.
    ///
    /// - Throws: `ViewError` with `rowDamaged`.
    init(_ bytes: [UInt8]) throws(ViewError) {
        var reader = KeyReader(bytes)
        party = try reader.integer(UInt64.self)
        net = Int64(bitPattern: try reader.integer(UInt64.self))
        order = try reader.integer(UInt64.self)
        chunks = try reader.integer(UInt32.self)
        confirmedAt = try reader.instant()
        cancelledAt = try reader.instant()
        currency = try reader.text()
        country = try reader.text()
    }

    var bytes: [UInt8] {
        var bytes = [UInt8].key(capacity: 64)
        bytes.append(bigEndian: party)
        bytes.append(bigEndian: UInt64(bitPattern: net))
        bytes.append(bigEndian: order)
        bytes.append(bigEndian: chunks)
        bytes.append(confirmedAt)
        bytes.append(cancelledAt)
        bytes.append(counted: currency)
        bytes.append(counted: country)
        return bytes
    }

    /// Whether it counts as of an instant: a return always, an order that was confirmed or completed by then and not
    /// cancelled.
    func counts(_ kind: SaleKey.Kind, asOf: Instant) -> Bool {
        kind == .goodsReturn || (confirmedAt <= asOf && cancelledAt > asOf)
    }
}

/// What was sold or came back of one product.
struct SaleLine: Hashable {
    /// 0: the line names none.
    let product: UInt64
    let net: Int64

    private init(product: UInt64, net: Int64) {
        self.product = product
        self.net = net
    }

    init(_ line: OrderLine) { self.init(product: line.productNumber, net: line.net) }

    init(_ line: ReturnLine) { self.init(product: line.productNumber, net: line.net) }

    static func key(of sale: StreamNumber, _ chunk: UInt32) -> [UInt8] {
        var key = [UInt8].key(capacity: 12)
        key.append(bigEndian: sale.rawValue)
        key.append(bigEndian: chunk)
        return key
    }

    /// A row with the lines of one event.
    static func bytes(_ lines: [SaleLine]) -> [UInt8] {
        var bytes = [UInt8].key(capacity: 16 * lines.count)
        for line in lines {
            bytes.append(bigEndian: line.product)
            bytes.append(bigEndian: UInt64(bitPattern: line.net))
        }
        return bytes
    }

    /// The lines of a row.
    ///
    /// - Throws: `ViewError` with `rowDamaged`.
    static func lines(_ bytes: [UInt8]) throws(ViewError) -> [SaleLine] {
        var reader = KeyReader(bytes)
        var lines: [SaleLine] = []
        while !reader.rest.isEmpty {
            let product = try reader.integer(UInt64.self)
            lines.append(SaleLine(product: product, net: Int64(bitPattern: try reader.integer(UInt64.self))))
        }
        return lines
    }
}
