internal import Schema
internal import SwiftProtobuf

/// Folds orders and returns into the documents of their parties.
struct DocumentFold {
    /// Folds an event of an order or a return.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the document was never begun, or what the store throws.
    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        switch event.payload {
        case .orderPlaced(let placed):
            let key = key(placed.partyNumber, .order, event)
            try begin(key, DocumentRow(placed), placed.lines.map(DocumentLineRow.init), &store)
        case .returnRegistered(let registered):
            let key = key(registered.partyNumber, .goodsReturn, event)
            try begin(key, DocumentRow(registered), registered.lines.map(DocumentLineRow.init), &store)
        case .orderCorrected(let corrected):
            let at = corrected.hasPlacedAt ? Instant(microseconds: corrected.placedAt) : nil
            let lines = corrected.lines.map(DocumentLineRow.init)
            try correct(event, party: corrected.partyNumber, at: at, lines, &store) { $0.correct(corrected) }
        case .returnCorrected(let corrected):
            let at = corrected.hasRegisteredAt ? Instant(microseconds: corrected.registeredAt) : nil
            let lines = corrected.lines.map(DocumentLineRow.init)
            try correct(event, party: corrected.partyNumber, at: at, lines, &store) { $0.correct(corrected) }
        case .orderLinesAdded(let added): try add(added.lines.map(DocumentLineRow.init), event, &store)
        case .returnLinesAdded(let added): try add(added.lines.map(DocumentLineRow.init), event, &store)
        case .orderConfirmed: try setStatus(.confirmed, event, &store)
        case .orderCompleted: try setStatus(.completed, event, &store)
        case .orderCancelled: try setStatus(.cancelled, event, &store)
        default: break
        }
    }

    private func key(_ party: UInt64, _ kind: DocumentKey.Kind, _ event: ViewEvent) -> DocumentKey {
        DocumentKey(
            party: StreamNumber(party), kind: kind, at: event.header.occurredAt, number: event.header.stream)
    }

    private func begin(
        _ key: DocumentKey, _ row: DocumentRow, _ lines: [DocumentLineRow],
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        var row = row
        try putLines(lines, of: key.number, &row, &store)
        try store.put(Customer360.places, .key(key.number.rawValue), key.bytes)
        try store.put(Customer360.documents, key.bytes, row)
    }

    private func setStatus(
        _ status: OrderStatus, _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let (key, before) = try document(of: event, in: store)
        var row = before
        row.status = status
        try store.put(Customer360.documents, key, row)
    }

    private func add(
        _ lines: [DocumentLineRow], _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if lines.isEmpty { return }
        let (key, before) = try document(of: event, in: store)
        var row = before
        try putLines(lines, of: event.header.stream, &row, &store)
        try store.put(Customer360.documents, key, row)
    }

    private func correct(
        _ event: ViewEvent, party: UInt64, at: Instant?, _ lines: [DocumentLineRow],
        _ store: inout some ProjectionStore & ~Copyable, _ change: (inout DocumentRow) -> Void
    ) throws(ViewError) {
        let (former, before) = try document(of: event, in: store)
        var row = before
        var key = try DocumentKey(former)
        for chunk in 0..<row.chunks {
            try store.delete(Customer360.lines, DocumentKey.lines(of: key.number, chunk: chunk))
        }
        row.chunks = 0
        change(&row)
        key.party = StreamNumber(party)
        if let at { key.at = at }
        if key.bytes != former { try store.delete(Customer360.documents, former) }
        try begin(key, row, lines, &store)
    }

    private func putLines(
        _ lines: [DocumentLineRow], of number: StreamNumber, _ row: inout DocumentRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if lines.isEmpty { return }
        var chunk = DocumentLinesRow()
        chunk.lines = lines
        try store.put(Customer360.lines, DocumentKey.lines(of: number, chunk: row.chunks), chunk)
        row.chunks += 1
    }

    private func document(
        of event: ViewEvent, in store: borrowing some ProjectionStore & ~Copyable
    ) throws(ViewError) -> (key: [UInt8], row: DocumentRow) {
        guard let key = try store.get(Customer360.places, .key(event.header.stream.rawValue)) else {
            throw ViewError(.eventUnfit, "The event at \(event.header.position) belongs to a document not yet begun.")
        }
        guard let row = try store.row(DocumentRow.self, Customer360.documents, key) else {
            throw ViewError(.rowDamaged, "A document is not where its place says. Rebuild the projection.")
        }
        return (key, row)
    }
}

extension DocumentRow {
    fileprivate init(_ placed: OrderPlaced) {
        self.init()
        status = .placed
        currency = placed.currency
        net = placed.net
    }

    fileprivate init(_ registered: ReturnRegistered) {
        self.init()
        currency = registered.currency
        net = registered.net
        orderNumber = registered.orderNumber
    }

    fileprivate mutating func correct(_ corrected: OrderCorrected) {
        currency = corrected.currency
        net = corrected.net
    }

    fileprivate mutating func correct(_ corrected: ReturnCorrected) {
        currency = corrected.currency
        net = corrected.net
        orderNumber = corrected.orderNumber
    }
}

extension DocumentLineRow {
    fileprivate init(_ input: OrderLine) {
        self.init()
        line = input.line
        productNumber = input.productNumber
        net = input.net
        quantity = input.quantity.unscaled
        quantityScale = input.quantity.scale
        if input.hasUnitCost {
            unitCost = input.unitCost.unscaled
            costScale = input.unitCost.scale
        }
    }

    fileprivate init(_ input: ReturnLine) {
        self.init()
        line = input.line
        orderLine = input.orderLine
        productNumber = input.productNumber
        net = input.net
        quantity = input.quantity.unscaled
        quantityScale = input.quantity.scale
    }
}
