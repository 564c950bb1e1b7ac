package import Schema

extension CorrectInteraction: DomainCommand {
    package typealias Target = InteractionAggregate

    /// What preparing a correction found out. Nothing in it is personal.
    package struct Sealed: Sendable {
        /// The parts of a text that replaces the recorded one, by party; none where it is the same or was not sent.
        var parts: [StreamNumber: Int] = [:]
        /// Whether a text was sent.
        var isSent = false
    }

    package var retroactive: Bool { true }

    package func validate() throws(Refusal) {
        try FormCheck.reference(interaction, "interaction")
        try detail.checkForm(needsChannel: false)
        try parties.checkForm("parties")
        try content.checkForm()
        guard !content.hasEmail else {
            throw Refusal(
                .schemaInvalid, "The header of an e-mail is recorded with it and stays. Leave it out.",
                field: "content.email")
        }
        try FormCheck.clear(
            clear, known: ["direction", "end", "sentiment", "purpose", "outcome", "employee", "content"])
        guard content.isEmpty || !clear.contains("content") else {
            throw Refusal(.schemaInvalid, "Send content or clear it, not both.", field: "content")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&interaction, .interaction)
        if detail.hasEmployee { try visit(&detail.employee, .employee) }
        try parties.visitReferences(visit)
    }

    package var commandTarget: CommandTarget { .existing(interaction) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Sealed {
        defer { clearContent() }
        guard !content.isEmpty, let number = preparation.target,
            let state = try preparation.reader.state(InteractionAggregate.self, of: number)
        else { return Sealed() }
        var sealed = Sealed(isSent: true)
        // Nothing is sealed for a text that can only be refused.
        guard !state.redacted else { return sealed }
        let concerned = try concerned(state, preparation.reader)
        guard !concerned.isEmpty else {
            throw Refusal(.noParty, "The text belongs to somebody who took part. Name the party.", field: "parties")
        }
        let before = state.parties.filter(\.role.isSealedFor).map { StreamNumber($0.partyNumber) }
        let recorded = try recorded(state, preparation.reader)
        var personal = InteractionLoggedPersonal()
        personal.content = content
        if let recorded {
            if Set(concerned).isSubset(of: before), recorded.says(content) { return sealed }
            if recorded.hasEmail { personal.content.email = recorded.email }
        }
        for party in concerned {
            sealed.parts[party] = preparation.seal(
                PersonalData(.interactionCorrected(personal)), for: .number(party))
        }
        return sealed
    }

    /// For whom the text is to be sealed.
    private func concerned(
        _ state: InteractionState, _ reader: any PreparationReader
    ) throws(Refusal) -> [StreamNumber] {
        guard !parties.isEmpty else {
            return state.parties.filter(\.role.isSealedFor).map { StreamNumber($0.partyNumber) }
        }
        var numbers: [StreamNumber] = []
        for (index, party) in parties.enumerated() where party.role.recorded.isSealedFor {
            guard let number = try reader.resolve(party.party, .party) else {
                throw Refusal(
                    .referenceMissing, "The reference names nothing. Create what it names first.",
                    field: "parties[\(index)].party")
            }
            if !numbers.contains(number) { numbers.append(number) }
        }
        return numbers
    }

    /// What is recorded; nil where there is nothing, or all its keys were destroyed.
    private func recorded(
        _ state: InteractionState, _ reader: any PreparationReader
    ) throws(Refusal) -> InteractionPersonal? {
        for reference in state.content {
            do throws(Refusal) {
                switch try reader.open(reference).data {
                case .interactionLogged(let part), .interactionCorrected(let part): return part.content
                default: return nil
                }
            } catch {
                guard error.code == .erased else { throw error }
            }
        }
        return nil
    }

    package func decide(
        _ state: InteractionState?, _ facts: Sealed, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard !facts.isSent || !state.redacted else {
            throw Refusal(
                .illegalTransition, "The text was redacted, and no other can be put in its place.", field: "content")
        }
        var corrected = InteractionCorrected()
        corrected.detail = try detail.detail(over: state.detail, clearing: clear, context)
        if !detail.channel.isEmpty, !detail.channel.isIdentical(to: state.detail.channel) {
            try Channels.require(detail.channel, context, field: "detail.channel")
        }
        corrected.parties = parties.isEmpty ? state.parties : try parties.resolved(context, "parties")
        corrected.contentReplaced = !facts.parts.isEmpty
        corrected.contentCleared = clear.contains("content") && !state.content.isEmpty
        try checkSealed(corrected, state)
        guard
            corrected.contentReplaced || corrected.contentCleared || corrected.parties != state.parties
                || !corrected.detail.isIdentical(to: state.detail)
        else { return [] }
        corrected.detailBefore = state.detail
        corrected.partiesBefore = state.parties
        corrected.validFrom = min(state.detail.start, corrected.detail.start)
        var subjects = corrected.parties.map { $0.subject(part: facts.parts[StreamNumber($0.partyNumber)]) }
        // The history of a former party says that the interaction is no longer its own.
        for party in state.parties where !corrected.parties.contains(where: { $0.partyNumber == party.partyNumber }) {
            subjects.append(party.subject())
        }
        return [.fact(.interactionCorrected(corrected), subjects: subjects)]
    }

    /// Refuses a party for whom the recorded text would have to be sealed, which only who sends the text can do.
    private func checkSealed(_ corrected: InteractionCorrected, _ state: InteractionState) throws(Refusal) {
        guard !state.content.isEmpty, !corrected.contentReplaced, !corrected.contentCleared else { return }
        let before = state.parties.filter(\.role.isSealedFor).map(\.partyNumber)
        guard corrected.parties.allSatisfy({ !$0.role.isSealedFor || before.contains($0.partyNumber) }) else {
            throw Refusal(
                .schemaInvalid, "A party comes in for whom the text is to be sealed. Send content again.",
                field: "content")
        }
        guard corrected.parties.contains(where: \.role.isSealedFor) else {
            throw Refusal(
                .noParty, "The text would belong to nobody. Name who took part, or clear content.", field: "parties")
        }
    }
}

extension InteractionPersonal {
    /// Whether subject line and text are these, byte for byte.
    fileprivate func says(_ other: InteractionPersonal) -> Bool {
        subjectLine.isIdentical(to: other.subjectLine) && text.isIdentical(to: other.text)
    }
}
