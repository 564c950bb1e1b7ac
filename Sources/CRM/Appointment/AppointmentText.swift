internal import Schema
internal import SwiftProtobuf

/// What became of the text of an appointment while a command was prepared. Nothing in it is personal: texts are in it
/// only where the appointment concerns no party.
package struct AppointmentText: Sendable, Hashable {
    /// The parties that are to be there, in their order.
    var parties: [StreamNumber] = []
    /// The party that it concerns though none is to be there; none where there is none.
    var concerned = StreamNumber.none
    /// The sealed part of each recipient; none where nothing is sealed anew.
    var parts: [Int] = []
    /// What stands open from now on.
    var title = ""
    var description = ""
    var place = ""
    /// Whether another text, or for others, is to be recorded.
    var changed = false
    /// Whether there is a title.
    var hasTitle = false

    /// Those for whom the text is sealed; none where it stands open.
    fileprivate var recipients: [StreamNumber] {
        guard parties.isEmpty else { return parties }
        return concerned == .none ? [] : [concerned]
    }

    /// Seals a text for every recipient, or lets it stand open where there is none.
    mutating func keep(
        _ text: AppointmentPersonal, _ preparation: inout Preparation,
        _ data: (AppointmentPersonal) -> PersonalData.OneOf_Data
    ) {
        hasTitle = !text.title.isEmpty
        if recipients.isEmpty {
            title = text.title
            description = text.description_p
            place = text.place
        } else if !text.isEmpty {
            for party in recipients {
                parts.append(preparation.seal(PersonalData(data(text.text)), for: .number(party)))
            }
        }
    }
}

extension AppointmentPersonal {
    var isEmpty: Bool { title.isEmpty && description_p.isEmpty && place.isEmpty }

    /// Title, description and place alone.
    var text: AppointmentPersonal {
        .with {
            $0.title = title
            $0.description_p = description_p
            $0.place = place
        }
    }

    /// - Throws: LIMIT_EXCEEDED.
    func checkForm(_ field: String) throws(Refusal) {
        try FormCheck.text(title, "\(field).title", maximum: Limits.labelBytes)
        try FormCheck.text(description_p, "\(field).description", maximum: Limits.textBytes)
        try FormCheck.text(place, "\(field).place", maximum: WorkLimits.placeBytes)
    }

    /// The text with what a command sets and empties.
    func merging(_ change: AppointmentPersonal, clear: [String]) -> AppointmentPersonal {
        var merged = text
        if clear.contains("description") { merged.description_p = "" }
        if clear.contains("place") { merged.place = "" }
        if !change.title.isEmpty { merged.title = change.title }
        if !change.description_p.isEmpty { merged.description_p = change.description_p }
        if !change.place.isEmpty { merged.place = change.place }
        return merged
    }
}

extension AppointmentState {
    /// Title, description and place, wherever they stand: what is sealed for several parties is read as the first one's
    /// whose key lives.
    ///
    /// - Throws: ERASED where the keys of all were destroyed.
    func texts(_ reader: any PreparationReader) throws(Refusal) -> AppointmentPersonal {
        guard let last = personal.last else {
            return .with {
                $0.title = title
                $0.description_p = description_p
                $0.place = place
            }
        }
        for reference in personal.dropLast() {
            do throws(Refusal) {
                return try reader.open(reference).appointment
            } catch {
                guard error.code == .erased else { throw error }
            }
        }
        return try reader.open(last).appointment
    }
}

extension PersonalData {
    fileprivate var appointment: AppointmentPersonal {
        switch data {
        case .appointmentBooked(let part), .appointmentChanged(let part): part
        default: AppointmentPersonal()
        }
    }
}

extension [Reference] {
    /// Checks people of one side: at most so many, each named.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    func checkPeople(_ field: String) throws(Refusal) {
        try FormCheck.count(count, field, maximum: WorkLimits.people)
        for (index, reference) in enumerated() { try FormCheck.reference(reference, "\(field)[\(index)]") }
    }

    mutating func visit(
        _ kind: AggregateKind, _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        for index in indices { try visit(&self[index], kind) }
    }

    /// The people whom they name, in their order.
    ///
    /// - Throws: REFERENCE_MISSING, SCHEMA_INVALID where one stands twice.
    func people(_ kind: AggregateKind, _ context: DecisionContext, _ field: String) throws(Refusal) -> [UInt64] {
        var numbers: [UInt64] = []
        for (index, reference) in enumerated() {
            let path = "\(field)[\(index)]"
            let number = try context.world.required(reference, kind, field: path).rawValue
            guard !numbers.contains(number) else {
                throw Refusal(.schemaInvalid, "This one stands twice. Name each once.", field: path)
            }
            numbers.append(number)
        }
        return numbers
    }

    /// The streams of the parties whom they name; nil where one of them does not exist (yet).
    func parties(_ reader: any LogReader) throws(Refusal) -> [StreamNumber]? {
        var numbers: [StreamNumber] = []
        for reference in self {
            guard let number = try reader.resolve(reference, .party) else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}
