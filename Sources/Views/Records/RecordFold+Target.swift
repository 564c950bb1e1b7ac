internal import Schema
internal import SwiftProtobuf

extension DirectoryRow {
    /// Folds an event of a target.
    mutating func foldTarget(_ event: ViewEvent) {
        switch event.payload {
        case .targetSet(let set):
            target.metric = set.metric
            target.period = set.period
            if set.hasOwner { target.owner = set.owner }
            target.value = set.value
            target.programmeNumber = set.programmeNumber
            target.currency = set.value.money.currency
            target.withdrawn = false
        case .targetWithdrawn: target.withdrawn = true
        default: break
        }
    }

    /// Folds an event of a training.
    mutating func foldTraining(_ event: ViewEvent) {
        switch event.payload {
        case .trainingRecorded(let recorded):
            training.record.employeeNumber = recorded.employeeNumber
            training.record.detail = recorded.detail
            training.keepPersonal(of: event)
            link(recorded.external)
        case .trainingCorrected(let corrected):
            training.record.detail = corrected.detail
            if corrected.personalReplaced { training.keepPersonal(of: event) }
        case .trainingWithdrawn: training.record.withdrawn = true
        default: break
        }
    }
}

extension TrainingRow {
    fileprivate mutating func keepPersonal(of event: ViewEvent) {
        if let part = event.sealedPart { personal = part } else { clearPersonal() }
        personalLength = event.sealedLength
    }
}

extension PartyRow {
    /// Keeps the last review of the relationship.
    mutating func keep(_ reviewed: RelationshipReviewed, of event: ViewEvent) {
        var record = RelationshipReviewRecord()
        record.position = event.header.position.rawValue
        record.decision = reviewed.decision
        if reviewed.hasFigures { record.figures = reviewed.figures }
        record.nextReview = reviewed.nextReview
        record.reviewerNumber = reviewed.reviewerNumber
        record.occurredAt = event.header.occurredAt.timestamp
        review = record
        if let part = event.sealedPart { reviewPart = part } else { clearReviewPart() }
        reviewLength = event.sealedLength
    }
}
