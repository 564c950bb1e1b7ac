internal import Schema
internal import SwiftProtobuf

extension DirectoryRow {
    /// Folds an event of an interaction.
    mutating func foldInteraction(_ event: ViewEvent) {
        switch event.payload {
        case .interactionLogged(let logged):
            interaction.detail = logged.detail
            interaction.parties = logged.parties
            interaction.links = logged.links
            if logged.hasThread { interaction.thread = logged.thread }
            if logged.hasContent_p { interaction.keepContent(of: event) }
        case .interactionCorrected(let corrected):
            interaction.detail = corrected.detail
            interaction.parties = corrected.parties
            if corrected.contentReplaced { interaction.keepContent(of: event) }
            if corrected.contentCleared { interaction.forgetContent() }
        case .interactionLinked(let linked):
            interaction.links.removeAll { linked.removed.contains($0) }
            interaction.links += linked.added
            interaction.parties += linked.addedParties
        case .interactionRedacted:
            interaction.redacted = true
            interaction.forgetContent()
        default: break
        }
    }
}

extension InteractionRow {
    /// Keeps where the text stands: once for each party that took part or was represented, in a part of its own. The
    /// parties are the first subjects of the event; what is sealed behind them is no text.
    fileprivate mutating func keepContent(of event: ViewEvent) {
        forgetContent()
        let concerned = event.subjects.indices.filter { event.subjects[$0].role != .fingerprint }
        for index in concerned.prefix(parties.count) where event.subjects[index].sealedLength > 0 {
            content.append(event.sealed(at: index))
            contentLength = max(contentLength, UInt32(event.subjects[index].sealedLength))
        }
    }

    fileprivate mutating func forgetContent() {
        content = []
        contentLength = 0
    }
}

extension InteractionRecord {
    /// The interaction as its row says; subject line and text are still to be filled in.
    init(_ row: InteractionRow) {
        self.init()
        channel = row.detail.channel
        direction = row.detail.direction
        start = Instant(microseconds: row.detail.start).timestamp
        if row.detail.hasEnd {
            end = Instant(microseconds: row.detail.end).timestamp
            durationSeconds = UInt64(clamping: (row.detail.end - row.detail.start) / 1_000_000)
        }
        sentiment = row.detail.sentiment
        purpose = row.detail.purpose
        outcome = row.detail.outcome
        employeeNumber = row.detail.employeeNumber
        parties = row.parties
        links = row.links
        redacted = row.redacted
        if row.hasThread { thread = row.thread }
    }
}
