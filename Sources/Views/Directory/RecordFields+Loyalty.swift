internal import Schema

// The open fields of records of loyalty.
extension RecordFields {
    static let loyaltyProgramme: [String: RecordField] = [
        "label": .text { $0.loyaltyProgramme.label },
        "audience": .choice(.programmeAudience) { $0.loyaltyProgramme.audience.rawValue },
        "status": .choice(.programmeStatus) { $0.loyaltyProgramme.status.rawValue },
        "version": .number { _, row in Int64(row.loyaltyProgramme.version) },
    ]

    static let loyaltyAccount: [String: RecordField] = [
        "status": .choice(.accountStatus) { $0.loyaltyAccount.status.rawValue },
        "programmeNumber": .number { _, row in number(row.loyaltyAccount.programmeNumber) },
        "partyNumber": .number { _, row in number(row.loyaltyAccount.partyNumber) },
        "partyId": .partyID { StreamNumber($0.loyaltyAccount.partyNumber) },
        "employeeNumber": .number { _, row in number(row.loyaltyAccount.employeeNumber) },
        "active": .number { _, row in row.loyaltyAccount.balance.active },
        "locked": .number { _, row in row.loyaltyAccount.balance.locked },
        "earned": .number { _, row in row.loyaltyAccount.balance.earned },
        "tier": .text { $0.loyaltyAccount.tier },
    ]

    static let reward: [String: RecordField] = [
        "label": .text { $0.reward.detail.label },
        "programmeNumber": .number { _, row in number(row.reward.programmeNumber) },
        "productNumber": .number { _, row in number(row.reward.productNumber) },
        "points": .number { _, row in row.reward.detail.points },
        "tier": .text { $0.reward.detail.tier },
        "retired": .boolean { $0.reward.retired },
    ]

    static let redemption: [String: RecordField] = [
        "status": .choice(.redemptionStatus) { $0.redemption.status.rawValue },
        "accountNumber": .number { _, row in number(row.redemption.accountNumber) },
        "rewardNumber": .number { _, row in number(row.redemption.rewardNumber) },
        "programmeNumber": .number { _, row in number(row.redemption.programmeNumber) },
        "partyNumber": .number { _, row in number(row.redemption.partyNumber) },
        "partyId": .partyID { StreamNumber($0.redemption.partyNumber) },
        "employeeNumber": .number { _, row in number(row.redemption.employeeNumber) },
        "quantity": .number { _, row in Int64(row.redemption.quantity) },
        "points": .number { _, row in row.redemption.points },
        "tracking": .text { $0.redemption.tracking },
    ]
}

extension EnumerationNames {
    static let programmeAudience = EnumerationNames(
        prefix: "PROGRAMME_AUDIENCE_", names: ["UNSPECIFIED", "CUSTOMERS", "STAFF"])
    static let programmeStatus = EnumerationNames(prefix: "PROGRAMME_STATUS_", names: ["UNSPECIFIED", "OFF", "ON"])
    static let accountStatus = EnumerationNames(
        prefix: "ACCOUNT_STATUS_", names: ["UNSPECIFIED", "OPEN", "FROZEN", "CLOSED"])
    static let redemptionStatus = EnumerationNames(
        prefix: "REDEMPTION_STATUS_", names: ["UNSPECIFIED", "REDEEMED", "SHIPPED", "DELIVERED", "CANCELLED"])
}
