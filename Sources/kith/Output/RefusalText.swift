internal import Schema

/// The journal of refusals for a person.
struct RefusalText {
    let times: ZonedTimeText
    let names: NameBook

    /// Whose names a page needs.
    static func entries(of page: RefusalsResponse) -> Set<NameBook.Entry> {
        let numbers = page.refusals.map(\.principalNumber) + page.counts.principals.map(\.principalNumber)
        return Set(numbers.filter { $0 > 0 }.map { NameBook.Entry(kind: .principal, number: $0) })
    }

    /// A page: its counts where there are any, else its entries.
    func lines(_ page: RefusalsResponse, withHeader: Bool = true) -> [String] {
        let lines = page.hasCounts ? counts(page.counts) : entries(page.refusals, withHeader: withHeader)
        return lines + (page.hasCounts || page.cursor.isEmpty ? remarks(page) : [])
    }

    private func entries(_ refusals: [RefusalEntry], withHeader: Bool) -> [String] {
        guard !refusals.isEmpty else { return withHeader ? ["No refusals."] : [] }
        var table = Table([
            ("number", .right), ("refused", .left), ("code", .left), ("operation", .left), ("field", .left),
            ("caller", .left), ("of", .left), ("command", .left),
        ])
        for refusal in refusals {
            table.add([
                "\(refusal.number)", times.exact(refusal.refusedAt), refusal.code.label, operation(refusal),
                refusal.field, caller(refusal), subject(refusal), refusal.commandID,
            ])
        }
        return withHeader ? table.lines : Array(table.lines.dropFirst())
    }

    private func operation(_ refusal: RefusalEntry) -> String {
        switch refusal.operation {
        case .command(let name):
            let name = name.isEmpty ? "(nothing)" : name
            return refusal.bodies > 1 ? "\(name) (\(refusal.body + 1) of \(refusal.bodies))" : name
        case .query(let name): return name
        case nil: return ""
        }
    }

    /// The principal with its name; who is none, by what the service knows.
    private func caller(_ refusal: RefusalEntry) -> String {
        let known =
            switch refusal.caller {
            case .uid(let uid): "uid \(uid)"
            case .socket(let name): "socket \(name)"
            case .token(let name): "token \(name)"
            case nil: ""
            }
        guard refusal.principalNumber > 0 else { return "nobody (\(known))" }
        return "\(names.name(.principal, refusal.principalNumber)) (\(known))"
    }

    private func subject(_ refusal: RefusalEntry) -> String {
        guard refusal.kind != .unspecified else { return "" }
        let kind = Labels.of(refusal.kind)
        return switch refusal.target.target {
        case .number(let number): "\(kind) #\(number)"
        case .id(let id): "\(kind) \(id)"
        default: kind
        }
    }

    private func counts(_ counts: RefusalCounts) -> [String] {
        var fields = FieldList()
        fields.add("refusals", "\(counts.total)")
        var codes = Table([("code", .left), ("refusals", .right)])
        for entry in counts.codes { codes.add([entry.code.label, "\(entry.refusals)"]) }
        var principals = Table([("principal", .left), ("refusals", .right)])
        for entry in counts.principals {
            let name = entry.principalNumber == 0 ? "nobody" : names.name(.principal, entry.principalNumber)
            principals.add([name, "\(entry.refusals)"])
        }
        var operations = Table([("operation", .left), ("refusals", .right)])
        for entry in counts.operations {
            operations.add([entry.operation.isEmpty ? "(nothing)" : entry.operation, "\(entry.refusals)"])
        }
        let tables = [codes, principals, operations].filter { !$0.isEmpty }.map(\.lines)
        return ([fields.lines] + tables).joined(separator: [""]).map { $0 }
    }

    /// What is not in the journal, and why.
    private func remarks(_ page: RefusalsResponse) -> [String] {
        var lines: [String] = []
        if page.lost > 0 {
            lines.append(
                "\(page.lost) refusals of this time were not written down: they came too fast, or the disk was full.")
        }
        if page.hasKeptSince { lines.append("Older than \(times.minute(page.keptSince)): dropped.") }
        return lines.isEmpty ? [] : [""] + lines
    }
}
