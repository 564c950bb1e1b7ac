internal import CRM
internal import Schema
internal import Views

/// Opens what a record keeps sealed, for callers who may see it.
struct PersonalFilling: Sendable {
    let context: LogContext

    /// The record with its personal data, as far as their keys live.
    func callAsFunction(_ sealed: SealedRecord) throws(Refusal) -> Record {
        try fill(sealed.record, sealed.sealed)
    }

    /// Tickets with their subject lines.
    func fill(_ tickets: [SealedTicket]) throws(Refusal) -> [TicketSummary] {
        var summaries: [TicketSummary] = []
        summaries.reserveCapacity(tickets.count)
        for var ticket in tickets {
            if let reference = ticket.subjectLine {
                do throws(Refusal) {
                    ticket.fill(with: try context.open(reference))
                } catch {
                    guard error.code == .erased else { throw error }
                    ticket.summary.erased = true
                }
            }
            summaries.append(ticket.summary)
        }
        return summaries
    }

    func fill(_ record: Record, _ fields: [SealedField]) throws(Refusal) -> Record {
        var record = record
        for field in fields {
            do throws(Refusal) {
                record.fill(field, with: try context.open(field.reference))
            } catch {
                guard error.code == .erased else { throw error }
                record.markErased(field)
            }
        }
        return record
    }
}
