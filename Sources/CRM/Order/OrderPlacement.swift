internal import Schema
internal import SwiftProtobuf

/// The events of a new order.
struct OrderPlacement {
    var order: PlaceOrder
    /// The records of other systems that it stands for.
    var external: [ExternalKey]
    var sourceVersion: SourceVersion?
    var personal: OrderPersonalPart
    /// Path of the order within the body, with a point at its end.
    var prefix: String

    /// What placing the order causes.
    ///
    /// - Throws: REFERENCE_MISSING, REFERENCE_TAKEN, ARCHIVED, PRODUCT_RETIRED, CURRENCY_MISMATCH,
    ///   AMOUNT_INVALID, DOCUMENT_NUMBER_USED.
    func events(_ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        let content = try OrderContent(order, before: nil, context, prefix: prefix)
        try context.requireActive(content.party, field: prefix + "party")
        try content.requireSellable(context, prefix: prefix)
        try context.world.requireFree(order.documentNumber, ClaimKey.orderDocument, prefix: prefix)
        try context.requireFree(external, .order, field: prefix + "external")

        let packing = RecordPacking(count: content.lines.count, room: room(content)) { content.lines[$0].wireSize }
        var events: [NewEvent] = []
        events.reserveCapacity(4 + packing.further.count)
        events.append(.fact(.orderPlaced(placed(content, packing)), subjects: content.subjects(part: personal.index)))
        let subjects = content.subjects()
        for range in packing.further {
            let added = OrderLinesAdded.with { $0.lines = Array(content.lines[range]) }
            events.append(.fact(.orderLinesAdded(added), subjects: subjects))
        }
        return events
            + OrderSteps(party: content.party, from: .placed, to: order.reached, sourceVersion: sourceVersion).events
    }

    private func placed(_ content: OrderContent, _ packing: RecordPacking) -> OrderPlaced {
        var placed = OrderPlaced()
        placed.partyNumber = content.party.rawValue
        placed.documentNumber = content.documentNumber
        placed.channel = content.channel
        placed.country = content.country
        placed.currency = content.currency
        placed.lines = packing.further.isEmpty ? content.lines : Array(content.lines[..<packing.first])
        placed.lineCount = UInt32(content.lines.count)
        placed.net = content.net
        placed.external = external
        if let sourceVersion { placed.sourceVersion = sourceVersion }
        placed.personalPart = personal.index != nil
        return placed
    }

    /// Bytes that the lines may take in the first record.
    private func room(_ content: OrderContent) -> Int {
        RecordPacking.payloadMaximum - personal.length - content.headSize - WireSize.external(external)
    }
}

extension OrderContent {
    /// At most so many bytes take the fields beside lines and external keys.
    var headSize: Int {
        // At most 200 for numbers, flags, the source's system and version, and the tags and lengths of texts.
        documentNumber.utf8.count + channel.utf8.count + country.utf8.count + currency.utf8.count + 200
    }
}

/// The steps by which an order goes on to the status that a command names.
struct OrderSteps {
    var party: StreamNumber
    var from: OrderStatus
    var to: OrderStatus
    /// Where the record of another system says it.
    var sourceVersion: SourceVersion?

    /// Whether the order is confirmed on the way.
    private var confirms: Bool { from == .placed && (to == .confirmed || to == .completed) }

    /// Whether the order is completed at the end.
    private var completes: Bool { to == .completed && (from == .placed || from == .confirmed) }

    /// The facts of the steps; none where there is no step to take.
    var events: [NewEvent] {
        let subjects = party == .none ? [] : [NewSubject(.number(party), .customer)]
        var events: [NewEvent] = []
        if confirms {
            var confirmed = OrderConfirmed()
            confirmed.partyNumber = party.rawValue
            if let sourceVersion { confirmed.sourceVersion = sourceVersion }
            events.append(.fact(.orderConfirmed(confirmed), subjects: subjects))
        }
        if completes {
            var completed = OrderCompleted()
            if let sourceVersion { completed.sourceVersion = sourceVersion }
            events.append(.fact(.orderCompleted(completed), subjects: subjects))
        }
        return events
    }
}
