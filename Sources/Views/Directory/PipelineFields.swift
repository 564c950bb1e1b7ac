internal import Schema
internal import SwiftProtobuf

/// The open fields of records of pipelines and opportunities.
enum PipelineFields {
    static let pipeline: [String: RecordField] = [
        "name": .text { $0.pipeline.content.name },
        "version": .number { _, row in Int64(row.pipeline.version) },
        "isDefault": .boolean { $0.pipeline.isDefault },
    ]

    static let opportunity: [String: RecordField] = [
        "status": .choice(.opportunityStatus) { $0.opportunity.record.status.rawValue },
        "partyNumber": .number { _, row in number(row.opportunity.record.partyNumber) },
        "partyId": .partyID { StreamNumber($0.opportunity.record.partyNumber) },
        "partnerNumber": .number { _, row in number(row.opportunity.record.partnerNumber) },
        "employeeNumber": .number { _, row in number(row.opportunity.record.owner.employeeNumber) },
        "teamNumber": .number { _, row in number(row.opportunity.record.owner.teamNumber) },
        "pipelineNumber": .number { _, row in number(row.opportunity.record.pipelineNumber) },
        "stage": .text { $0.opportunity.record.stage },
        "stageSince": .instant { instant($0.opportunity.record.stageSince) },
        "probability": .number { _, row in Int64(row.opportunity.record.probability) },
        "category": .choice(.forecastCategory) { $0.opportunity.record.category.rawValue },
        "amount": .number { _, row in row.opportunity.record.amount.minorUnits },
        "currency": .text { $0.opportunity.record.amount.currency },
        "weighted": .number { _, row in row.opportunity.record.weighted },
        "closeDate": .text { $0.opportunity.record.closeDate },
        "pushes": .number { _, row in Int64(row.opportunity.record.pushes) },
        "channel": .text { $0.opportunity.record.channel },
        "leadSource": .text { $0.opportunity.record.leadSource },
        "nextStepDue": .text { $0.opportunity.record.nextStepDue },
        "openedAt": .instant { instant($0.opportunity.record.openedAt) },
        "closedAt": .instant { instant($0.opportunity.record.closedAt) },
        "lossReason": .text { $0.opportunity.record.lossReason },
        "lostToNumber": .number { _, row in number(row.opportunity.record.lostToNumber) },
        "orderNumber": .number { _, row in number(row.opportunity.record.orderNumber) },
    ]

    private static func number(_ value: UInt64) -> Int64 { Int64(clamping: value) }

    /// The instant of a timestamp; 1970-01-01T00:00:00Z where it is absent.
    private static func instant(_ timestamp: Google_Protobuf_Timestamp) -> Instant {
        Instant(timestamp) ?? Instant(microseconds: 0)
    }
}
