package import Schema

/// The targets, and the facts from which is counted what was reached of them. Facts stand in the order of their times,
/// each in a short row of its own, so that every figure can be told as of an instant and a correction takes back
/// exactly what it corrects.
///
/// Tables, beside those of `PipelineTables`, which hold the opportunities and the zone of the organisation's days:
/// - `targets`: `TargetKey` → `TargetSet`; those that hold.
/// - `targetplaces`: target → its UUID, then its key in `targets`.
/// - `sales`, `saleplaces`, `salelines`: orders and returns; see `SaleFold`.
/// - `interactions`, `earnings`, `members`, `trainings`, `trainingplaces`: see `ActivityFold`.
/// - `owners`, `memberships`: whose a party was, and who was in a team; see `OwnershipFold`.
/// - `markets`, `sizes`, `categories`: see `MarketFold`.
package struct Targets: Projection {
    package static let name = "targets"
    package static let version: UInt32 = 1
    package static let tables =
        PipelineTables.names + [
            "targets", "targetplaces", "sales", "saleplaces", "salelines", "interactions", "earnings", "members",
            "trainings", "trainingplaces", "owners", "memberships", "markets", "sizes", "categories",
        ]
    package static let kinds = Set(EventKind.allCases.filter { (500...699).contains($0.rawValue) }).union([
        .targetSet, .targetWithdrawn, .organisationSet, .ownerAssigned,
        .employeeHired, .employeeDeactivated, .teamJoined, .teamLeft,
        .orderPlaced, .orderLinesAdded, .orderCorrected, .orderConfirmed, .orderCompleted, .orderCancelled,
        .returnRegistered, .returnLinesAdded, .returnCorrected,
        .interactionLogged, .interactionCorrected, .memberEnrolled, .pointsEarned,
        .trainingRecorded, .trainingCorrected, .trainingWithdrawn,
        .marketDefined, .marketChanged, .marketRetired, .marketRestored, .marketSizeRecorded, .marketSizeWithdrawn,
        .productDefined, .productChanged,
    ])

    static let pipeline = PipelineTables(from: 0)
    static let targets = TableID(5)
    static let targetPlaces = TableID(6)
    static let sales = TableID(7)
    static let salePlaces = TableID(8)
    static let saleLines = TableID(9)
    static let interactions = TableID(10)
    static let earnings = TableID(11)
    static let members = TableID(12)
    static let trainings = TableID(13)
    static let trainingPlaces = TableID(14)
    static let owners = TableID(15)
    static let memberships = TableID(16)
    static let markets = TableID(17)
    static let sizes = TableID(18)
    static let categories = TableID(19)

    package init() {}

    package func apply(
        _ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.header.streamKind {
        case .target: try TargetFold().apply(event, to: &store)
        case .opportunity: _ = try OpportunityFold(Targets.pipeline).apply(event, to: &store)
        case .pipeline: try PipelineVersionFold(Targets.pipeline).apply(event, to: &store)
        case .organisation: try Targets.pipeline.foldSettings(event, &store)
        case .party, .employee: try OwnershipFold().apply(event, to: &store)
        case .order, .return: try SaleFold().apply(event, to: &store)
        case .interaction, .loyaltyAccount, .training: try ActivityFold().apply(event, to: &store)
        case .market, .product: try MarketFold().apply(event, to: &store)
        default: break
        }
    }

    /// An event of something that has not begun: the log cannot hold it.
    static func unfit(_ event: ViewEvent) -> ViewError {
        ViewError(.eventUnfit, "The event at \(event.header.position) belongs to something that has not begun.")
    }

    /// A row that names another one which is not there.
    static let damaged = ViewError(.rowDamaged, "A row is not where its place says. Rebuild the projection.")
}
