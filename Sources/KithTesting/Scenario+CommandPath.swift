internal import CRM
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

/// What is the same for every event that one command causes.
struct Circumstances {
    var occurredAt: Instant
    var recordedAt: Instant
    var historic: Bool
    var hasReason: Bool
    var principal: StreamNumber
}

/// A stream that begins with the next event.
struct NewStream {
    var id: Identifier
    var kind: AggregateKind
    var number: StreamNumber
}

extension Scenario {
    mutating func carryOut<C: DomainCommand>(
        _ original: C, _ fields: FieldInput, _ circumstances: Circumstances
    ) throws(Refusal) -> Outcome {
        try fire(by: circumstances.recordedAt)
        try original.validate()
        try fields.validate()
        var command = original
        var fields = fields
        func tokenise(_ reference: inout Reference, _ kind: AggregateKind) throws(Refusal) {
            if case .external(let key)? = reference.target {
                reference.target = .token(Data(ScenarioHash.token(of: key, kind)))
            }
        }
        try command.visitReferences(tokenise)
        try fields.visitReferences(tokenise)
        var (existing, newID) = try find(command.commandTarget, C.Target.kind)
        if case .located = command.commandTarget {
            existing = try command.locate(in: self, for: circumstances.principal)
        }
        if case .searched = command.commandTarget { existing = try command.search(in: self) }
        lastTarget = existing
        var preparation = Preparation(reader: self, target: existing)
        let facts = try command.prepare(&preparation)
        lastDecided = (command as? any Message).flatMap { try? $0.serializedBytes() } ?? []

        let target = existing ?? StreamNumber(nextPosition.rawValue)
        let context = DecisionContext(
            occurredAt: circumstances.occurredAt,
            occurredAtGiven: circumstances.occurredAt != circumstances.recordedAt,
            recordedAt: circumstances.recordedAt, historic: circumstances.historic,
            hasReason: circumstances.hasReason, principal: circumstances.principal, target: target,
            firstPosition: nextPosition, head: existing.flatMap { heads[$0] }, world: self)
        let state = try existing.flatMap { (number) throws(Refusal) in try self.state(C.Target.self, of: number) }
        let decided = try command.decide(state, facts, context)
        guard !decided.isEmpty || !fields.isEmpty else { return .unchanged }

        lastTarget = target
        let first = events.count
        let required = try claim(.requiredFields(C.Target.kind))
        let setsFields = !fields.isEmpty || required > 0
        // Kept only where it may be needed: a copy makes the next change copy everything.
        let before = setsFields ? self : nil
        if !decided.isEmpty {
            let stream = existing == nil ? NewStream(id: newID ?? freshID(), kind: C.Target.kind, number: target) : nil
            append(decided, preparation.parts, to: target, creating: stream, circumstances)
        }
        do throws(Refusal) {
            if setsFields {
                try set(fields, of: C.Target.kind, existing: existing, behind: decided, context, circumstances)
            }
            guard events.count > first else { return .unchanged }
            try follow(from: first, circumstances)
        } catch {
            if let before { self = before }
            throw error
        }
        return .accepted(Array(events[first...]))
    }

    /// Appends what a body sets of the organisation's own fields, behind what its command did.
    private mutating func set(
        _ fields: FieldInput, of kind: AggregateKind, existing: StreamNumber?, behind decided: [NewEvent],
        _ context: DecisionContext, _ circumstances: Circumstances
    ) throws(Refusal) {
        var context = context
        let seen = self
        context.world = seen
        let setting = FieldSetting(
            fields, of: heads[context.target]?.kind ?? kind, created: existing == nil && !decided.isEmpty, context,
            open: seen.open)
        guard let set = try setting.event() else { return }
        var subject = set.subject
        var parts: [PersonalPart] = []
        if let personal = set.personal, let whose = subject {
            let key: PartSubject = if case .number(let number) = whose.who { .number(number) } else { .target }
            parts = [PersonalPart(data: PersonalData(.fieldsSet(personal)), subject: key)]
            subject?.part = 0
        }
        let event = NewEvent.fact(.fieldsSet(set.set), subjects: subject.map { [$0] } ?? [])
        append([event], parts, to: context.target, creating: nil, circumstances)
    }

    /// Appends what the policies make of the events from this index on.
    private mutating func follow(from first: Int, _ circumstances: Circumstances) throws(Refusal) {
        var first = first
        for _ in 0..<PolicyRegistry.rounds {
            let facts = events[first...].map(\.stored)
            first = events.count
            let consequences = try PolicyRegistry.consequences(of: facts, PolicyContext(world: self))
            guard !consequences.isEmpty else { return }
            for event in consequences {
                guard case .other(let number) = event.stream else {
                    preconditionFailure("a consequence does not name its stream")
                }
                append(
                    event, subjects(of: event, [], target: number), to: number, creating: nil,
                    flags: circumstances.historic ? .historic : [], circumstances)
            }
        }
        throw PolicyRegistry.endless
    }

    /// Fires the timers that are due by an instant, in order, and appends what follows.
    mutating func fire(by instant: Instant) throws(Refusal) {
        while let (due, timer) = index.nextTimer, due <= instant {
            guard let head = heads[timer.stream],
                let aggregate = AggregateRegistry.aggregate(of: head.kind) as? any TimedAggregate.Type
            else { preconditionFailure("stream \(timer.stream) has a timer and no aggregate for it") }
            let circumstances = Circumstances(
                occurredAt: due, recordedAt: instant, historic: false, hasReason: false, principal: .none)
            let context = DecisionContext(
                occurredAt: due, occurredAtGiven: true, recordedAt: instant, historic: false, hasReason: false,
                principal: .none, target: timer.stream, firstPosition: nextPosition, head: head, world: self)
            let decided = try aggregate.fire(timer.key, context)
            let first = events.count
            append(decided, [], to: timer.stream, creating: nil, circumstances)
            precondition(
                index.timers[timer].map { $0 > due } ?? true, "timer \(timer.key) of \(timer.stream) would fire again")
            try follow(from: first, circumstances)
        }
    }

    /// The target's stream, or the id that a new one was asked to have.
    private func find(
        _ target: CommandTarget, _ kind: AggregateKind
    ) throws(Refusal) -> (existing: StreamNumber?, newID: Identifier?) {
        switch target {
        case .new(let id):
            let identifier = Identifier(id)
            if let identifier, numbers[identifier] != nil {
                throw Refusal(.referenceTaken, "The id is in use.", field: "id").related(to: [identifier])
            }
            return (nil, identifier)
        case .located(let id): return (nil, Identifier(id))
        case .searched: return (nil, nil)
        case .existing(let reference): return (try existing(reference, kind), nil)
        case .upsert(let reference, let id): return (try resolve(reference, kind), Identifier(id))
        case .singleton: return (singletons[kind], nil)
        case .any(let kind, let reference): return (try existing(reference, kind), nil)
        }
    }

    private func existing(_ reference: Reference, _ kind: AggregateKind) throws(Refusal) -> StreamNumber {
        guard let number = try resolve(reference, kind) else {
            throw Refusal(.notFound, "What the command is about does not exist.")
        }
        return number
    }

    private mutating func append(
        _ decided: [NewEvent], _ parts: [PersonalPart], to target: StreamNumber, creating stream: NewStream?,
        _ circumstances: Circumstances
    ) {
        let isSealed = decided.contains { $0.subjects.contains { $0.part != nil } }
        for (index, event) in decided.enumerated() {
            var table = subjects(of: event, parts, target: target)
            if isSealed && index == 0 {
                // As in a record: the command's fingerprint is the first part of the command's first event.
                var fingerprint = PersonalData()
                fingerprint.fingerprint = Data(repeating: 0, count: RecordLayout.fingerprintLength)
                table.insert((entry(table.first?.0.subject ?? target, .fingerprint), fingerprint), at: 0)
            }
            let number = if case .other(let other) = event.stream { other } else { target }
            let flags: EventHeader.Flags = index > 0 ? [] : isSealed ? .fingerprintSealed : .fingerprintOpen
            append(
                event, table, to: number, creating: index == 0 ? stream : nil,
                flags: circumstances.historic ? flags.union(.historic) : flags, circumstances)
        }
    }

    private func subjects(
        of event: NewEvent, _ parts: [PersonalPart], target: StreamNumber
    ) -> [(SubjectEntry, PersonalData?)] {
        event.subjects.map { subject in
            let number = if case .number(let number) = subject.who { number } else { target }
            guard let part = subject.part else { return (entry(number, subject.role), nil) }
            precondition(parts.indices.contains(part), "an event names part \(part), which was not sealed")
            let key: StreamNumber? =
                switch parts[part].subject {
                case .target: target
                case .number(let number): number
                case .reference(let reference): (try? resolve(reference, .party)) ?? nil
                }
            precondition(key == number, "part \(part) is sealed for \(String(describing: key)), not \(number)")
            return (entry(number, subject.role), parts[part].data)
        }
    }

    private func entry(_ subject: StreamNumber, _ role: SubjectRole) -> SubjectEntry {
        SubjectEntry(
            subject: subject, previous: .none, keySlot: 16, slotGeneration: 1, body: 0, part: 0, sealedLength: 0,
            role: role)
    }

    mutating func appendPast(
        _ payload: EventPayload.OneOf_Event, _ personal: PersonalData?, to number: StreamNumber,
        creating stream: NewStream?, at occurredAt: Instant?
    ) {
        let subject = personal.map { [(entry(number, .self_), Optional($0))] } ?? []
        let circumstances = Circumstances(
            occurredAt: occurredAt ?? now, recordedAt: now, historic: false, hasReason: false, principal: .none)
        append(.fact(payload), subject, to: number, creating: stream, flags: [], circumstances)
    }
}
