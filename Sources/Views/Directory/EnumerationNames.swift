internal import Schema

/// The names of an enumeration of the schema, as they stand in JSON.
struct EnumerationNames: Sendable {
    /// What every name begins with, for example `PARTY_STATUS_`.
    var prefix: String
    /// The rest of the names, from number 0 on; empty where no value has the number.
    var names: [String]

    /// The number of a name, which may be written in small letters and without the prefix; nil where it is unknown.
    func number(of name: String) -> Int? {
        let name = name.uppercased()
        guard !name.isEmpty else { return nil }
        return names.firstIndex { $0 == name || prefix + $0 == name }
    }

    /// Kinds of aggregates. The generated code does not offer the schema's names, but makes its case names from them.
    static let aggregateKind = EnumerationNames(
        prefix: "AGGREGATE_KIND_",
        names: AggregateKind.allCases.reduce(into: []) { names, kind in
            while names.count <= kind.rawValue { names.append("") }
            names[kind.rawValue] = String(describing: kind).reduce(into: "") {
                $0 += $1.isUppercase ? "_" + String($1) : $1.uppercased()
            }
        })
    static let partyKind = EnumerationNames(
        prefix: "PARTY_KIND_", names: ["UNSPECIFIED", "PERSON", "ORGANISATION", "DEPARTMENT"])
    static let partyStatus = EnumerationNames(
        prefix: "PARTY_STATUS_", names: ["UNSPECIFIED", "SUSPECT", "PROSPECT", "CUSTOMER", "FORMER"])
    static let orderStatus = EnumerationNames(
        prefix: "ORDER_STATUS_", names: ["UNSPECIFIED", "PLACED", "CONFIRMED", "COMPLETED", "CANCELLED"])
    static let returnStatus = EnumerationNames(
        prefix: "RETURN_STATUS_", names: ["UNSPECIFIED", "REGISTERED", "REFUNDED"])
    static let offerStatus = EnumerationNames(
        prefix: "OFFER_STATUS_", names: ["UNSPECIFIED", "PUBLISHED", "EXPIRED", "WITHDRAWN"])
    static let couponStatus = EnumerationNames(
        prefix: "COUPON_STATUS_", names: ["UNSPECIFIED", "ISSUED", "REDEEMED", "EXPIRED", "WITHDRAWN"])
    static let opportunityStatus = EnumerationNames(
        prefix: "OPPORTUNITY_STATUS_", names: ["UNSPECIFIED", "OPEN", "WON", "LOST", "ABANDONED"])
    static let ticketStatus = EnumerationNames(
        prefix: "TICKET_STATUS_", names: ["UNSPECIFIED", "NEW", "OPEN", "PENDING", "RESOLVED", "CLOSED"])
    static let ticketWait = EnumerationNames(
        prefix: "TICKET_WAIT_", names: ["UNSPECIFIED", "CUSTOMER", "THIRD_PARTY"])
    static let forecastCategory = EnumerationNames(
        prefix: "FORECAST_CATEGORY_", names: ["UNSPECIFIED", "PIPELINE", "BEST_CASE", "COMMIT", "CLOSED", "OMITTED"])
    static let commandMode = EnumerationNames(prefix: "COMMAND_MODE_", names: ["UNSPECIFIED", "LIVE", "HISTORIC"])
    static let targetMetric = EnumerationNames(
        prefix: "TARGET_METRIC_",
        names: [
            "UNSPECIFIED", "WON_VALUE", "WON_COUNT", "WIN_RATE", "OPENED_COUNT", "OPEN_PIPELINE", "WEIGHTED_PIPELINE",
            "NET_REVENUE", "ORDERS", "NEW_CUSTOMERS", "INTERACTIONS", "POINTS_EARNED", "TRAININGS",
        ])
    static let trainingResult = EnumerationNames(
        prefix: "TRAINING_RESULT_", names: ["UNSPECIFIED", "ATTENDED", "PASSED", "FAILED", "NOT_COMPLETED"])
    static let interactionDirection = EnumerationNames(
        prefix: "INTERACTION_DIRECTION_", names: ["UNSPECIFIED", "INBOUND", "OUTBOUND", "MUTUAL"])
    static let sentiment = EnumerationNames(
        prefix: "SENTIMENT_",
        names: ["UNSPECIFIED", "VERY_NEGATIVE", "NEGATIVE", "NEUTRAL", "POSITIVE", "VERY_POSITIVE"])
    static let interactionPurpose = EnumerationNames(
        prefix: "INTERACTION_PURPOSE_",
        names: [
            "UNSPECIFIED", "INQUIRY", "SALES", "SERVICE", "COMPLAINT", "FEEDBACK", "MARKETING", "CARE", "BROWSING",
            "ADMINISTRATION", "OTHER",
        ])
    static let interactionOutcome = EnumerationNames(
        prefix: "INTERACTION_OUTCOME_",
        names: ["UNSPECIFIED", "REACHED", "NO_ANSWER", "MESSAGE_LEFT", "UNDELIVERED", "BROKEN_OFF"])
    static let taskStatus = EnumerationNames(
        prefix: "TASK_STATUS_",
        names: ["UNSPECIFIED", "OPEN", "IN_PROGRESS", "DEFERRED", "COMPLETED", "CANCELLED"])
    static let workPriority = EnumerationNames(
        prefix: "WORK_PRIORITY_", names: ["UNSPECIFIED", "LOW", "NORMAL", "HIGH", "URGENT"])
    static let appointmentStatus = EnumerationNames(
        prefix: "APPOINTMENT_STATUS_", names: ["UNSPECIFIED", "BOOKED", "ATTENDED", "MISSED", "CANCELLED"])
    static let appointmentSide = EnumerationNames(
        prefix: "APPOINTMENT_SIDE_", names: ["UNSPECIFIED", "CUSTOMER", "EMPLOYEE", "BOTH"])
    static let promiseStatus = EnumerationNames(
        prefix: "PROMISE_STATUS_", names: ["UNSPECIFIED", "OPEN", "KEPT", "BROKEN", "RELEASED"])
    static let fieldType = EnumerationNames(
        prefix: "FIELD_TYPE_",
        names: [
            "UNSPECIFIED", "TEXT", "INTEGER", "DECIMAL", "BOOLEAN", "DATE", "INSTANT", "CHOICE", "MULTIPLE_CHOICE",
            "MONEY", "REFERENCE", "URL",
        ])
    static let role = EnumerationNames(
        prefix: "ROLE_",
        names: [
            "UNSPECIFIED", "SERVICE", "IMPORTER", "AUDITOR", "OPERATOR", "ADMIN", "SALES", "SERVICE_AGENT", "MARKETING",
        ])
}
