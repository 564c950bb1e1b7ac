internal import KithClient
internal import Schema

/// What things are called, for answers that name them by number.
///
/// Figures hold no personal data, so whoever shows them to a person asks for the names, each once.
struct NameBook: Sendable {
    /// A thing whose name is wanted.
    struct Entry: Hashable, Sendable {
        var kind: AggregateKind
        var number: UInt64
    }

    private var names: [Entry: String] = [:]

    init(_ names: [Entry: String] = [:]) { self.names = names }

    /// The name; `#7` where it is not known, or where the reader may not see it; empty for number 0.
    func name(_ kind: AggregateKind, _ number: UInt64) -> String {
        if number == 0 { return "" }
        let name = names[Entry(kind: kind, number: number)] ?? ""
        return name.isEmpty ? "#\(number)" : name
    }

    /// The owner's name; empty where there is none.
    func name(_ owner: Owner) -> String {
        switch owner.owner {
        case .employeeNumber(let number): name(.employee, number)
        case .teamNumber(let number): name(.team, number)
        case nil: ""
        }
    }

    /// Asks for the names that are not known yet. A thing that is refused keeps its number.
    ///
    /// - Throws: where the connection fails.
    mutating func learn(_ entries: some Sequence<Entry>, from client: KithClient) async throws(KithClientError) {
        for entry in entries where entry.number > 0 && names[entry] == nil {
            var request = GetRequest()
            request.kind = entry.kind
            request.reference.number = entry.number
            do throws(KithClientError) {
                names[entry] = RecordName.of(try await client.get(request).value.record)
            } catch {
                guard error.detail != nil else { throw error }
                names[entry] = ""
            }
        }
    }
}

extension NameBook.Entry {
    /// The owner as an entry; nil where there is none.
    init?(_ owner: Owner) {
        switch owner.owner {
        case .employeeNumber(let number): self.init(kind: .employee, number: number)
        case .teamNumber(let number): self.init(kind: .team, number: number)
        case nil: return nil
        }
    }
}

/// What a record is called; empty where it has no name.
enum RecordName {
    static let erased = "(erased)"

    static func of(_ record: Record) -> String {
        switch record.details {
        case .party(let party): party.erased ? erased : party.name.display
        case .employee(let employee): employee.erased ? erased : employee.name.display
        case .team(let team): team.name
        case .product(let product): product.detail.name.isEmpty ? product.sku : product.detail.name
        case .competitor(let competitor): competitor.detail.name
        case .market(let market): market.detail.name
        case .opportunity(let opportunity):
            opportunity.erased
                ? erased : opportunity.personal.name.isEmpty ? key(record) : opportunity.personal.name
        case .pipeline(let pipeline): pipeline.content.name
        case .ticket(let ticket):
            ticket.erased
                ? erased : ticket.personal.subjectLine.isEmpty ? key(record) : ticket.personal.subjectLine
        case .queue(let queue): queue.label
        case .calendar(let calendar): calendar.content.label
        case .slaPolicy(let policy): policy.content.label
        case .loyaltyProgramme(let programme): programme.label
        default: ""
        }
    }

    /// By what another system knows it, for what has no name of its own; empty where none does.
    private static func key(_ record: Record) -> String {
        record.external.first.map { "\($0.system):\($0.key)" } ?? ""
    }
}
