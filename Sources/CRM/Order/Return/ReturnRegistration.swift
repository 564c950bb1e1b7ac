internal import Schema
internal import SwiftProtobuf

/// The events of a new return.
struct ReturnRegistration {
    var goods: RegisterReturn
    /// The records of other systems that it stands for.
    var external: [ExternalKey]
    var sourceVersion: SourceVersion?
    /// Path of the return within the body, with a point at its end.
    var prefix: String

    /// What registering the return causes.
    ///
    /// - Throws: what reading it throws (see `ReturnContent`); ARCHIVED, DOCUMENT_NUMBER_USED, REFERENCE_TAKEN.
    func events(_ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        let content = try ReturnContent(goods, before: nil, context, prefix: prefix)
        try context.requireActive(content.party, field: prefix + "party")
        try context.world.requireFree(goods.documentNumber, ClaimKey.returnDocument, prefix: prefix)
        try context.requireFree(external, .return, field: prefix + "external")

        let room = RecordPacking.payloadMaximum - content.headSize - WireSize.external(external)
        let packing = RecordPacking(
            count: content.lines.count, room: room, furtherRoom: ReturnLinesAdded.room
        ) { content.lines[$0].wireSize }
        var events: [NewEvent] = [
            .fact(.returnRegistered(registered(content, packing)), subjects: content.subjects)
        ]
        for range in packing.further {
            let added = ReturnLinesAdded.with {
                $0.orderNumber = content.order.rawValue
                $0.lines = Array(content.lines[range])
            }
            events.append(.fact(.returnLinesAdded(added), subjects: content.subjects))
        }
        return events
    }

    private func registered(_ content: ReturnContent, _ packing: RecordPacking) -> ReturnRegistered {
        var registered = ReturnRegistered()
        registered.orderNumber = content.order.rawValue
        registered.partyNumber = content.party.rawValue
        registered.documentNumber = content.documentNumber
        registered.channel = content.channel
        registered.country = content.country
        registered.currency = content.currency
        registered.lines = packing.further.isEmpty ? content.lines : Array(content.lines[..<packing.first])
        registered.lineCount = UInt32(content.lines.count)
        registered.net = content.net
        registered.external = external
        if let sourceVersion { registered.sourceVersion = sourceVersion }
        return registered
    }
}

extension ReturnLinesAdded {
    /// Bytes that its lines may take: 22 hold the numbers of the two orders.
    fileprivate static let room = RecordPacking.payloadMaximum - 22
}

/// The events of a return that is recorded and should be otherwise.
struct ReturnCorrection {
    var goods: RegisterReturn
    var state: ReturnState
    var sourceVersion: SourceVersion?
    /// Path of the return within the body, with a point at its end.
    var prefix: String

    /// What setting the return right causes; nothing where nothing differs.
    ///
    /// - Throws: what registering it throws; STALE_SOURCE; AMOUNT_INVALID and CURRENCY_MISMATCH where it would no
    ///   longer cover what was paid back.
    func events(_ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        try context.requireNewest(sourceVersion, recorded: state.sourceVersions)
        let content = try ReturnContent(goods, before: state, context, prefix: prefix)
        let isMoved = context.occurredAtGiven && context.occurredAt.rawValue != state.registeredAt
        guard content.differs(from: state) || isMoved else { return [] }
        if content.party != state.party { try context.requireActive(content.party, field: prefix + "party") }
        if !content.documentNumber.isIdentical(to: state.documentNumber) {
            try context.world.requireFree(content.documentNumber, ClaimKey.returnDocument, prefix: prefix)
        }
        try checkRefund(content)
        return events(content, registeredAt: isMoved ? context.occurredAt.rawValue : nil)
    }

    private func checkRefund(_ content: ReturnContent) throws(Refusal) {
        guard state.hasRefunded else { return }
        guard content.currency == state.refunded.currency else {
            throw Refusal(
                .currencyMismatch, "The return was paid back in another currency.", field: prefix + "currency")
        }
        guard content.net >= state.refunded.minorUnits else {
            throw Refusal(.amountInvalid, "More was paid back than would remain.", field: prefix + "lines")
        }
    }

    private func events(_ content: ReturnContent, registeredAt: Int64?) -> [NewEvent] {
        // The lines as they are now, then as they were.
        let count = content.lines.count
        let room = RecordPacking.payloadMaximum - content.headSize - state.documentNumber.utf8.count
        let packing = RecordPacking(
            count: count + state.lines.count, room: room, furtherRoom: ReturnLinesAdded.room
        ) { index in
            // A line before stands in field 14 or 3: one byte of tag, as the lines themselves.
            index < count ? content.lines[index].wireSize : state.lines[index - count].wireSize
        }
        func now(_ range: Range<Int>) -> [ReturnLine] { Array(content.lines[range.clamped(to: 0..<count)]) }
        func before(_ range: Range<Int>) -> [ReturnLine] {
            let before = range.clamped(to: count..<count + state.lines.count)
            return Array(state.lines[before.lowerBound - count..<before.upperBound - count])
        }

        var corrected = corrected(content, registeredAt)
        corrected.lines = now(0..<packing.first)
        corrected.linesBefore = before(0..<packing.first)
        var subjects = content.subjects
        // The former customer's history says that the return is no longer theirs.
        if corrected.partyChanged, state.party != .none { subjects.append(NewSubject(.number(state.party), .customer)) }
        var events: [NewEvent] = [.fact(.returnCorrected(corrected), subjects: subjects)]
        for range in packing.further {
            let added = ReturnLinesAdded.with {
                $0.orderNumber = content.order.rawValue
                $0.lines = now(range)
                $0.linesBefore = before(range)
                $0.orderNumberBefore = state.orderNumber
            }
            events.append(.fact(.returnLinesAdded(added), subjects: content.subjects))
        }
        return events
    }

    private func corrected(_ content: ReturnContent, _ registeredAt: Int64?) -> ReturnCorrected {
        var corrected = ReturnCorrected()
        corrected.orderNumber = content.order.rawValue
        corrected.orderNumberBefore = state.orderNumber
        corrected.partyNumber = content.party.rawValue
        corrected.documentNumber = content.documentNumber
        corrected.channel = content.channel
        corrected.country = content.country
        corrected.currency = content.currency
        corrected.lineCount = UInt32(content.lines.count)
        corrected.net = content.net
        if !content.documentNumber.isIdentical(to: state.documentNumber) {
            corrected.documentNumberChanged = true
            corrected.documentNumberBefore = state.documentNumber
        }
        if content.party != state.party {
            corrected.partyChanged = true
            corrected.partyNumberBefore = state.partyNumber
        }
        if let registeredAt { corrected.registeredAt = registeredAt }
        if let sourceVersion { corrected.sourceVersion = sourceVersion }
        return corrected
    }
}
