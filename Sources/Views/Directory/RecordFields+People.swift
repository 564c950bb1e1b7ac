internal import Schema
internal import SwiftProtobuf

/// The filterable fields of employees, teams, territories, offers and coupons.
extension RecordFields {
    static let employee: [String: RecordField] = [
        "active": .boolean { $0.employee.record.active },
        "roles": .texts { $0.employee.record.roles },
        "language": .text { $0.employee.record.language },
        "teamNumber": .texts { $0.employee.record.teams.map { String($0.teamNumber) } },
        "hiredAt": .instant { Instant($0.employee.record.hiredAt) ?? .earliest },
    ]

    static let team: [String: RecordField] = [
        "name": .text { $0.team.name },
        "parentNumber": .number { _, row in number(row.team.parentNumber) },
        "retired": .boolean { $0.team.retired },
    ]

    static let territory: [String: RecordField] = [
        "name": .text { $0.territory.name },
        "parentNumber": .number { _, row in number(row.territory.parentNumber) },
        "ownerEmployeeNumber": .number { _, row in number(row.territory.owner.employeeNumber) },
        "ownerTeamNumber": .number { _, row in number(row.territory.owner.teamNumber) },
        "retired": .boolean { $0.territory.retired },
    ]

    static let offer: [String: RecordField] = [
        "status": .choice(.offerStatus) { $0.offer.status.rawValue },
        "name": .text { $0.offer.name },
        "validFrom": .instant { Instant($0.offer.validFrom) ?? .earliest },
        "validTo": .instant { $0.offer.hasValidTo ? Instant($0.offer.validTo) ?? .latest : .latest },
        "issued": .number { _, row in number(row.offer.issued) },
        "redeemed": .number { _, row in number(row.offer.redeemed) },
    ]

    static let coupon: [String: RecordField] = [
        "status": .choice(.couponStatus) { $0.coupon.record.status.rawValue },
        "offerNumber": .number { _, row in number(row.coupon.record.offerNumber) },
        "partyNumber": .number { _, row in number(row.coupon.record.partyNumber) },
        "partyId": .partyID { StreamNumber($0.coupon.record.partyNumber) },
        "orderNumber": .number { _, row in number(row.coupon.record.orderNumber) },
        "issuedAt": .instant { Instant($0.coupon.record.issuedAt) ?? .earliest },
        "expiresAt": .instant {
            $0.coupon.record.hasExpiresAt ? Instant($0.coupon.record.expiresAt) ?? .latest : .latest
        },
    ]
}
