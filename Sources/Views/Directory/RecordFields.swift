internal import Schema
internal import SwiftProtobuf

/// An open field of a record: of what type it is, and how it is read.
enum RecordField {
    case text(@Sendable (DirectoryRow) -> String)
    /// A condition holds where it holds for one of the texts.
    case texts(@Sendable (DirectoryRow) -> [String])
    case number(@Sendable (StreamNumber, DirectoryRow) -> Int64)
    /// A condition holds where it holds for one of the values, as with all lists here.
    case numbers(@Sendable (DirectoryRow) -> [Int64])
    /// In units of 10^-9.
    case decimals(@Sendable (DirectoryRow) -> [Int128])
    case booleans(@Sendable (DirectoryRow) -> [Bool])
    case instants(@Sendable (DirectoryRow) -> [Instant])
    case boolean(@Sendable (DirectoryRow) -> Bool)
    case instant(@Sendable (DirectoryRow) -> Instant)
    case choice(EnumerationNames, @Sendable (DirectoryRow) -> Int)
    /// A condition holds where it holds for one of the choices.
    case choices(EnumerationNames, @Sendable (DirectoryRow) -> [Int])
    /// The UUID of a party; empty where there is none.
    case partyID(@Sendable (DirectoryRow) -> StreamNumber)
}

/// The open fields of records by which lists are filtered, under the names that they have in JSON; `docs/protocol.md`
/// lists them.
enum RecordFields {
    /// The kinds of aggregate that are listed.
    static let kinds: [AggregateKind] = [
        .party, .product, .priceBook, .order, .return, .import, .organisation, .principal,
        .pipeline, .opportunity,
        .competitor, .market, .target, .training, .interaction, .field, .exchangeRates,
        .task, .appointment, .promise,
        .employee, .team, .territory, .offer, .coupon,
        .loyaltyProgramme, .loyaltyAccount, .reward, .redemption,
        .ticket, .serviceDesk, .queue, .calendar, .slaPolicy,
    ]

    /// The field of this name of records of this kind, or nil where there is none that is open.
    static func field(_ name: String, of kind: AggregateKind) -> RecordField? {
        fields(of: kind)[name] ?? common[name]
    }

    /// The names of the fields of records of this kind, in alphabetic order.
    static func names(of kind: AggregateKind) -> [String] {
        (Array(common.keys) + Array(fields(of: kind).keys)).sorted()
    }

    private static func fields(of kind: AggregateKind) -> [String: RecordField] {
        switch kind {
        case .party: party
        case .product: product
        case .priceBook: priceBook
        case .order: order
        case .return: goodsReturn
        case .import: importJob
        case .organisation: organisation
        case .principal: principal
        case .employee: employee
        case .team: team
        case .territory: territory
        case .offer: offer
        case .coupon: coupon
        case .field: fieldDefinition
        case .interaction: interaction
        case .exchangeRates: exchangeRates
        case .pipeline: PipelineFields.pipeline
        case .opportunity: PipelineFields.opportunity
        case .loyaltyProgramme: loyaltyProgramme
        case .loyaltyAccount: loyaltyAccount
        case .reward: reward
        case .redemption: redemption
        case .competitor: competitor
        case .market: market
        case .target: target
        case .training: training
        case .task: task
        case .appointment: appointment
        case .promise: promise
        case .ticket: TicketFields.ticket
        case .serviceDesk: TicketFields.serviceDesk
        case .queue: TicketFields.queue
        case .calendar: TicketFields.calendar
        case .slaPolicy: TicketFields.slaPolicy
        case .unspecified, .log, .UNRECOGNIZED: [:]
        }
    }

    static func number(_ value: UInt64) -> Int64 { Int64(clamping: value) }

    private static let common: [String: RecordField] = [
        "id": .text { $0.identifier.description },
        "number": .number { stream, _ in number(stream.rawValue) },
        "revision": .number { _, row in Int64(row.revision) },
        "firstPosition": .number { stream, _ in number(stream.rawValue) },
        "lastPosition": .number { _, row in number(row.lastPosition) },
        "occurredAt": .instant { Instant(microseconds: $0.occurredAt) },
        "changedAt": .instant { Instant(microseconds: $0.changedAt) },
        "importNumber": .number { _, row in number(row.importNumber) },
        "tags": .texts { $0.tags },
    ]

    private static let party: [String: RecordField] = [
        "kind": .choice(.partyKind) { $0.party.kind.rawValue },
        "status": .choice(.partyStatus) { $0.party.status.rawValue },
        "archived": .boolean { $0.party.archived },
        "country": .text { $0.party.detail.country },
        "language": .text { $0.party.detail.language },
        "roles": .texts { $0.party.detail.roles },
        "ownerEmployeeNumber": .number { _, row in number(row.party.owner.employeeNumber) },
        "ownerTeamNumber": .number { _, row in number(row.party.owner.teamNumber) },
        "territoryNumber": .number { _, row in number(row.party.territoryNumber) },
        "territoryPinned": .boolean { $0.party.territoryPinned },
    ]

    private static let product: [String: RecordField] = [
        "sku": .text { $0.product.sku },
        "name": .text { $0.product.detail.name },
        "category": .text { $0.product.detail.category },
        "unit": .text { $0.product.detail.unit },
        "costCurrency": .text { $0.product.detail.costCurrency },
        "retired": .boolean { $0.product.retired },
    ]

    private static let priceBook: [String: RecordField] = [
        "name": .text { $0.priceBook.name },
        "currency": .text { $0.priceBook.currency },
    ]

    private static let order: [String: RecordField] = [
        "status": .choice(.orderStatus) { $0.order.status.rawValue },
        "documentNumber": .text { $0.order.documentNumber },
        "partyNumber": .number { _, row in number(row.order.partyNumber) },
        "partyId": .partyID { StreamNumber($0.order.partyNumber) },
        "channel": .text { $0.order.channel },
        "country": .text { $0.order.country },
        "currency": .text { $0.order.currency },
        "net": .number { _, row in row.order.net },
        "placedAt": .instant { Instant(microseconds: $0.order.placedAt) },
    ]

    private static let goodsReturn: [String: RecordField] = [
        "status": .choice(.returnStatus) { $0.goodsReturn.status.rawValue },
        "documentNumber": .text { $0.goodsReturn.documentNumber },
        "orderNumber": .number { _, row in number(row.goodsReturn.orderNumber) },
        "partyNumber": .number { _, row in number(row.goodsReturn.partyNumber) },
        "partyId": .partyID { StreamNumber($0.goodsReturn.partyNumber) },
        "channel": .text { $0.goodsReturn.channel },
        "country": .text { $0.goodsReturn.country },
        "currency": .text { $0.goodsReturn.currency },
        "net": .number { _, row in row.goodsReturn.net },
        "registeredAt": .instant { Instant(microseconds: $0.goodsReturn.registeredAt) },
    ]

    private static let importJob: [String: RecordField] = [
        "mapping": .text { $0.importJob.mapping },
        "mode": .choice(.commandMode) { $0.importJob.mode.rawValue },
        "committed": .boolean { $0.importJob.committed },
        "rowsRead": .number { _, row in number(row.importJob.rowsRead) },
        "rowsRejected": .number { _, row in number(row.importJob.rowsRejected) },
    ]

    private static let organisation: [String: RecordField] = [
        "name": .text { $0.organisation.name },
        "zone": .text { $0.organisation.zone },
        "currency": .text { $0.organisation.currency },
        "locale": .text { $0.organisation.locale },
        "zoneRulesVersion": .text { $0.organisation.zoneRulesVersion },
        "reportingCurrency": .text { $0.organisation.reportingCurrency },
        "channels": .texts { $0.organisation.channels.map(\.code) },
    ]

    private static let principal: [String: RecordField] = [
        "uid": .number { _, row in Int64(row.principal.uid) },
        "socket": .text { $0.principal.socket },
        "token": .text { $0.principal.token },
        "label": .text { $0.principal.label },
        "roles": .choices(.role) { $0.principal.roles.map(\.role.rawValue) },
        "employeeNumber": .number { _, row in number(row.principal.employeeNumber) },
        "onBehalfOfAllowed": .boolean { $0.principal.onBehalfOfAllowed },
    ]
    private static let fieldDefinition: [String: RecordField] = [
        "kind": .choice(.aggregateKind) { $0.field.definition.kind.rawValue },
        "key": .text { $0.field.definition.key },
        "label": .text { $0.field.definition.label },
        "type": .choice(.fieldType) { $0.field.definition.type.rawValue },
        "personal": .boolean { $0.field.definition.personal },
        "required": .boolean { $0.field.definition.required },
        "retired": .boolean { $0.field.retired },
    ]
}
