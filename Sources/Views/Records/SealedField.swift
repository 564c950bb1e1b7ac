package import Schema

/// Personal data that a record is still without: where they stand sealed, and what they are of the record.
package struct SealedField: Sendable, Hashable {
    /// What to open.
    package var reference: SealedRef
    /// What the opened part fills; one part may hold a name and several contact points.
    package var places: [SealedPlace]

    package init(reference: SealedRef, places: [SealedPlace]) {
        self.reference = reference
        self.places = places
    }
}

/// A place in a record that personal data fill.
package enum SealedPlace: Sendable, Hashable {
    /// The party's name.
    case name
    /// The contact point with this index in the record, which has the other index among those of the sealed part.
    case contactPoint(Int, indexInPart: Int)
    /// The need with this index in the record.
    case need(Int)
    /// The preference with this index in the record.
    case preference(Int)
    /// The note with this index in the record.
    case note(Int)
    /// The field with this index in the record.
    case field(Int)
    /// Records of other systems: the part adds to those of the record or takes from them.
    case external
    /// What the order says about a person.
    case order
    /// Subject line and text of the interaction. They are sealed once for each party that took part or was represented,
    /// so several fields of a record fill this place; one that opens is enough.
    case interaction
    /// Name and description of the opportunity.
    case opportunity
    /// What is to be done next in the opportunity.
    case nextStep
    /// Notes about the end of the opportunity.
    case closing
    /// Score and remark of the training.
    case training
    /// Title and description of the task.
    case task
    /// What came of the task.
    case taskOutcome
    /// Title, description and place of the appointment. They are sealed once for each party, so several fields of a record
    /// fill this place; one that opens is enough.
    case appointment
    /// What was promised.
    case promise
    /// The remark about the end of the promise.
    case promiseRemark
    /// The text of the last review of the relationship with the party.
    case review
    /// The employee's name.
    case employeeName
    /// The values of the employee's contact points, in their order.
    case employeeContactPoints
    /// The coupon's code.
    case coupon
    /// Subject line and text of the ticket.
    case ticket
    /// The message of the ticket with this index in the record.
    case ticketMessage(Int)
    /// What solved the ticket, in words.
    case resolution
    /// What a file is called: that of the item of the content store with this id.
    case body(String)
}

/// A record without its personal data, and where they stand.
package struct SealedRecord: Sendable, Hashable {
    package var record: Record
    /// What to open, in the order of the log. Fill them in this order: an external key is linked before it is unlinked.
    package var sealed: [SealedField]
    /// About how many bytes the record takes at most, with all that is sealed opened.
    package var size: Int

    package init(record: Record, sealed: [SealedField], size: Int) {
        self.record = record
        self.sealed = sealed
        self.size = size
    }
}

extension Record {
    /// Puts the data of an opened part into every place that it fills. A part that holds nothing for a place, for
    /// example only a reason, leaves it empty.
    package mutating func fill(_ field: SealedField, with personal: PersonalData) {
        for place in field.places { fill(place, with: personal) }
    }

    /// Says that the key of the part was destroyed.
    package mutating func markErased(_ field: SealedField) {
        for place in field.places {
            if case .note(let index) = place { notes[index].erased = true }
            if case .field(let index) = place { fields[index].erased = true }
            if case .ticketMessage(let index) = place { ticket.messages[index].erased = true }
            if case .body(let item) = place { markErased(body: item) }
        }
        for place in field.places where place == .review { party.review.erased = true }
        switch details {
        case .party?: party.erased = true
        case .employee?: employee.erased = true
        case .coupon?: coupon.erased = true
        case .training?: training.erased = true
        case .task?: task.erased = true
        case .promise?: promise.erased = true
        // What is sealed for another party may still be read.
        case .appointment?: if !appointment.hasPersonal { appointment.erased = true }
        // What is sealed for another party may still be read.
        case .interaction?: if !interaction.hasContent { interaction.erased = true }
        default: break
        }
        if kind == .opportunity { opportunity.erased = true }
        if kind == .ticket { ticket.erased = true }
    }

    private mutating func fill(_ place: SealedPlace, with personal: PersonalData) {
        switch place {
        case .name:
            if let name = personal.name { party.name = name }
        case .contactPoint(let index, let indexInPart):
            if let value = personal.contactPoint(indexInPart) { party.contactPoints[index].personal = value }
        case .need(let index):
            if case .needRecorded(let part)? = personal.data { party.needs[index].need = part.need }
        case .preference(let index):
            if case .preferenceRecorded(let part)? = personal.data {
                party.preferences[index].preference = part.preference
            }
        case .note(let index):
            if case .noteAdded(let part)? = personal.data { notes[index].text = part.text }
        case .field(let index):
            guard case .fieldsSet(let part)? = personal.data else { return }
            let key = fields[index].value.key
            if let value = part.values.first(where: { $0.key == key }) { fields[index].value = value }
        case .external: fillExternal(personal)
        case .order:
            if let part = personal.order { order.personal = part }
        case .interaction:
            guard let content = personal.interaction else { return }
            let titles = interaction.content.bodies
            interaction.content = content
            interaction.content.bodies = titles + content.bodies
            interaction.erased = false
        case .opportunity:
            if let part = personal.opportunity { opportunity.personal = part }
        case .nextStep:
            if case .nextStepSet(let part)? = personal.data { opportunity.nextStep.text = part.text }
        case .closing:
            if let notes = personal.closingNotes { opportunity.closing.notes = notes }
        case .training:
            if let part = personal.training { training.personal = part }
        case .task, .taskOutcome, .appointment, .promise, .promiseRemark: fillWork(place, with: personal)
        case .review:
            if case .relationshipReviewed(let part)? = personal.data { party.review.personal = part.review }
        case .employeeName:
            if let name = personal.employeeName { employee.name = name }
        case .employeeContactPoints:
            for (index, value) in personal.employeeContactPoints.enumerated()
            where employee.contactPoints.indices.contains(index) { employee.contactPoints[index].personal = value }
        case .coupon:
            if case .offerIssued(let part)? = personal.data { coupon.personal = part.coupon }
        case .ticket:
            if let part = personal.ticket { ticket.personal = part }
        case .ticketMessage(let index):
            if let message = personal.ticketMessage { ticket.messages[index].message = message }
        case .body(let item): fill(body: item, with: personal)
        case .resolution:
            if let text = personal.ticketResolution { ticket.resolution.text = text }
        }
    }

    private mutating func fillWork(_ place: SealedPlace, with personal: PersonalData) {
        switch (place, personal.data) {
        case (.task, .taskCreated(let part)), (.task, .taskChanged(let part)): task.personal = part
        case (.taskOutcome, .taskCompleted(let part)): task.closing = part
        case (.appointment, .appointmentBooked(let part)), (.appointment, .appointmentChanged(let part)):
            appointment.personal = part
            appointment.erased = false
        case (.promise, .promiseMade(let part)), (.promise, .promiseRenegotiated(let part)): promise.personal = part
        case (.promiseRemark, .promiseKept(let part)), (.promiseRemark, .promiseBroken(let part)),
            (.promiseRemark, .promiseReleased(let part)):
            promise.closing = part
        default: break
        }
    }

    private mutating func fillExternal(_ personal: PersonalData) {
        switch personal.data {
        case .partyRegistered(let part): external.append(contentsOf: part.external)
        case .employeeHired(let part): external.append(contentsOf: part.external)
        case .externalLinked(let part): external.append(part.key)
        case .externalUnlinked(let part): external.removeAll { $0.isIdentical(to: part.key) }
        default: break
        }
    }
}

extension PersonalData {
    fileprivate var name: PartyNamePersonal? {
        switch data {
        case .partyRegistered(let part): part.hasName ? part.name : nil
        case .partyCorrected(let part), .partyDetailChanged(let part): part.hasName ? part.name : nil
        default: nil
        }
    }

    fileprivate func contactPoint(_ index: Int) -> ContactPointPersonal? {
        switch data {
        case .partyRegistered(let part):
            part.contactPoints.indices.contains(index) ? part.contactPoints[index] : nil
        case .contactPointAdded(let part): part.contactPoint
        default: nil
        }
    }

    fileprivate var interaction: InteractionPersonal? {
        switch data {
        case .interactionLogged(let part), .interactionCorrected(let part): part.content
        default: nil
        }
    }

    fileprivate var opportunity: OpportunityPersonal? {
        switch data {
        case .opportunityOpened(let part), .opportunityChanged(let part): part.personal
        default: nil
        }
    }

    fileprivate var closingNotes: String? {
        switch data {
        case .opportunityWon(let part), .opportunityLost(let part), .opportunityCorrected(let part): part.notes
        default: nil
        }
    }

    fileprivate var ticket: TicketPersonal? {
        switch data {
        case .ticketOpened(let part), .ticketChanged(let part): part.personal
        default: nil
        }
    }

    fileprivate var ticketMessage: TicketMessagePersonal? {
        switch data {
        case .customerMessageReceived(let part), .agentReplied(let part): part
        default: nil
        }
    }

    fileprivate var ticketResolution: String? {
        switch data {
        case .ticketResolved(let part), .ticketCorrected(let part): part.text
        default: nil
        }
    }

    fileprivate var training: TrainingPersonal? {
        switch data {
        case .trainingRecorded(let part), .trainingCorrected(let part): part.training
        default: nil
        }
    }

    fileprivate var employeeName: EmployeeNamePersonal? {
        switch data {
        case .employeeHired(let part): part.hasName ? part.name : nil
        case .employeeChanged(let part): part.hasName ? part.name : nil
        default: nil
        }
    }

    fileprivate var employeeContactPoints: [ContactPointPersonal] {
        switch data {
        case .employeeHired(let part): part.contactPoints
        case .employeeChanged(let part): part.contactPoints
        default: []
        }
    }

    fileprivate var order: OrderPersonal? {
        switch data {
        case .orderPlaced(let part), .orderCorrected(let part): part.personal
        default: nil
        }
    }
}
