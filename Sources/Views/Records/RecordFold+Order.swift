internal import Schema
internal import SwiftProtobuf

extension RecordFold {
    /// Folds an event of an order.
    func foldOrder(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.payload {
        case .orderPlaced(let placed):
            row.order.begin(placed, event)
            row.link(placed.external)
            try addLines(placed.lines, event, &row, &store)
        case .orderLinesAdded(let added):
            try addLines(added.lines, event, &row, &store)
        case .orderCorrected(let corrected):
            row.order.correct(corrected, event)
            try removeLines(row.order.chunks, event, &row, &store)
            row.order.chunks = 0
            try addLines(corrected.lines, event, &row, &store)
        case .orderConfirmed: row.order.status = .confirmed
        case .orderCancelled: row.order.status = .cancelled
        case .orderCompleted: row.order.status = .completed
        case .lineFulfilled(let fulfilled): try fulfil(fulfilled, event, &row, &store)
        default: break
        }
    }

    /// Folds an event of a return.
    func foldReturn(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.payload {
        case .returnRegistered(let registered):
            row.goodsReturn.begin(registered, event)
            row.link(registered.external)
            try addLines(registered.lines, event, &row, &store)
        case .returnLinesAdded(let added):
            try addLines(added.lines, event, &row, &store)
        case .returnCorrected(let corrected):
            row.goodsReturn.correct(corrected)
            try removeLines(row.goodsReturn.chunks, event, &row, &store)
            row.goodsReturn.chunks = 0
            try addLines(corrected.lines, event, &row, &store)
        case .returnRefunded(let refunded):
            row.goodsReturn.status = .refunded
            row.goodsReturn.refunded = refunded.amount
        default: break
        }
    }

    private func fulfil(
        _ fulfilled: LineFulfilled, _ event: ViewEvent, _ row: inout DirectoryRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let key = ItemKind.fulfilled.key(of: event.header.stream, UInt64(fulfilled.line))
        let before = try store.row(ItemRow.self, tables.items, key)
        let sum = Decimals.sum(before?.fulfilled ?? DecimalValue(), fulfilled.quantity)
        let entries = before == nil ? 1 : 0
        try put(ItemRow(.fulfilled(sum)), .fulfilled, UInt64(fulfilled.line), entries: entries, of: event, &row, &store)
    }

    /// Writes the lines of one event as a row of their own: an order of many events is never written anew for each.
    private func addLines(
        _ lines: [OrderLine], _ event: ViewEvent, _ row: inout DirectoryRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if lines.isEmpty { return }
        let item = ItemRow(.orderLines(.with { $0.lines = lines }))
        try put(item, .lines, UInt64(row.order.chunks), entries: lines.count, of: event, &row, &store)
        row.order.chunks += 1
    }

    /// The same for a return. An event may hold nothing but lines that a correction took back.
    private func addLines(
        _ lines: [ReturnLine], _ event: ViewEvent, _ row: inout DirectoryRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if lines.isEmpty { return }
        let item = ItemRow(.returnLines(.with { $0.lines = lines }))
        try put(item, .lines, UInt64(row.goodsReturn.chunks), entries: lines.count, of: event, &row, &store)
        row.goodsReturn.chunks += 1
    }

    private func removeLines(
        _ chunks: UInt32, _ event: ViewEvent, _ row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        for chunk in 0..<chunks {
            try store.delete(tables.items, ItemKind.lines.key(of: event.header.stream, UInt64(chunk)))
        }
        row.setCount(.lines, 0)
    }
}

extension OrderRow {
    fileprivate mutating func begin(_ placed: OrderPlaced, _ event: ViewEvent) {
        status = .placed
        documentNumber = placed.documentNumber
        partyNumber = placed.partyNumber
        channel = placed.channel
        country = placed.country
        currency = placed.currency
        net = placed.net
        placedAt = event.header.occurredAt.rawValue
        if placed.personalPart { replacePersonal(by: event) }
    }

    fileprivate mutating func correct(_ corrected: OrderCorrected, _ event: ViewEvent) {
        documentNumber = corrected.documentNumber
        partyNumber = corrected.partyNumber
        channel = corrected.channel
        country = corrected.country
        currency = corrected.currency
        net = corrected.net
        if corrected.hasPlacedAt { placedAt = corrected.placedAt }
        if corrected.personalPart, event.sealedPart != nil {
            replacePersonal(by: event)
        } else if corrected.partyChanged {
            clearPersonal()
            personalLength = 0
        }
    }

    private mutating func replacePersonal(by event: ViewEvent) {
        guard let part = event.sealedPart else { return }
        personal = part
        personalLength = event.sealedLength
    }
}

extension ReturnRow {
    fileprivate mutating func begin(_ registered: ReturnRegistered, _ event: ViewEvent) {
        status = .registered
        documentNumber = registered.documentNumber
        orderNumber = registered.orderNumber
        partyNumber = registered.partyNumber
        channel = registered.channel
        country = registered.country
        currency = registered.currency
        net = registered.net
        registeredAt = event.header.occurredAt.rawValue
    }

    fileprivate mutating func correct(_ corrected: ReturnCorrected) {
        documentNumber = corrected.documentNumber
        orderNumber = corrected.orderNumber
        partyNumber = corrected.partyNumber
        channel = corrected.channel
        country = corrected.country
        currency = corrected.currency
        net = corrected.net
        if corrected.hasRegisteredAt { registeredAt = corrected.registeredAt }
    }
}
