internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct PipelineDefinitionTests {
    /// A value of a JSON text, as far as the paths to its numbers need it.
    private indirect enum JSONValue: Decodable {
        case object([String: JSONValue])
        case array([JSONValue])
        case leaf

        init(from decoder: any Swift.Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let object = try? container.decode([String: JSONValue].self) {
                self = .object(object)
            } else if let array = try? container.decode([JSONValue].self) {
                self = .array(array)
            } else {
                self = .leaf
            }
        }

        /// The paths of everything in it.
        func paths(_ path: String = "") -> Set<String> {
            switch self {
            case .object(let object):
                object.reduce(into: Set([path])) { paths, entry in
                    paths.formUnion(entry.value.paths(path.isEmpty ? entry.key : "\(path).\(entry.key)"))
                }
            case .array(let array): array.reduce(into: Set([path])) { $0.formUnion($1.paths(path)) }
            case .leaf: [path]
            }
        }
    }

    private func paths(_ message: some SwiftProtobuf.Message) throws -> Set<String> {
        var options = JSONEncodingOptions()
        options.alwaysPrintInt64sAsNumbers = true
        let data: Data = Data(try message.jsonUTF8Bytes(options: options) as [UInt8])
        return try JSONDecoder().decode(JSONValue.self, from: data).paths()
    }

    /// Opportunities with which no figure is left out or 0.
    private func deals() throws -> DealSketch {
        var deals = try DealSketch()
        let stalled = try deals.open {
            $0.closeDate = "2024-03-01"; $0.stage = "new"
        }
        try deals.moveCloseDate(stalled, from: "2024-03-01", to: "2024-05-01", at: .day(1))
        for category in [ForecastCategory.bestCase, .commit, .omitted] {
            let deal = try deals.open(at: .day(70)) { $0.closeDate = "2024-05-01" }
            try deals.log.append(deal, .forecastCategorySet(.with { $0.category = category }), at: .day(71))
        }
        try deals.open {
            $0.amount = nil; $0.closeDate = "2024-05-01"
        }
        try deals.open { $0.isUnknown = true }
        for isUnknown in [false, true] {
            let won = try deals.open { $0.isUnknown = isUnknown }
            try deals.win(won, at: .day(121))
            let lost = try deals.open { $0.isUnknown = isUnknown }
            try deals.lose(lost, at: .day(121))
        }
        let abandoned = try deals.open()
        try deals.abandon(abandoned, at: .day(8))
        return deals
    }

    @Test func `every figure of the summary is defined, and nothing else`() throws {
        let summary = try deals().summary(asOf: .day(125)) { $0.openOn = ["2024-01-05"] }
        let defined = summary.definitions.map(\.name)
        #expect(Set(defined).count == defined.count)
        var rest = summary
        rest.definitions = []
        let shown = try paths(rest)
        for name in defined where !name.hasPrefix("groups.") {
            #expect(shown.contains(name), "there is no \(name)")
        }
        let named: Set = [
            "asOf", "zone", "stages.pipelineNumber", "stages.stage", "stages.label", "forecast.period",
            "cycles.outcome", "conversions.pipelineNumber", "conversions.from", "conversions.to", "ageing.fromDays",
            "ageing.toDays", "openOn.day",
        ]
        for path in shown where !named.contains(path) && !path.hasSuffix(".currency") {
            let isPart = defined.contains { path == $0 || path.hasPrefix("\($0).") || $0.hasPrefix("\(path).") }
            #expect(isPart || path.isEmpty, "\(path) has no definition")
        }
        #expect(summary.definitions.allSatisfy { $0.definition.hasSuffix(".") && !$0.unit.isEmpty })
    }

    @Test func `every figure of a list is defined`() throws {
        let response = try Pipeline.opportunities(
            OpportunitiesRequest(), of: OpportunityConditions(), asOf: .day(125), now: .day(125),
            in: try deals().log.fold(Pipeline.self)
        ).response
        var rest = response
        rest.definitions = []
        let shown = try paths(rest)
        for definition in response.definitions {
            #expect(shown.contains(definition.name), "there is no \(definition.name)")
        }
    }
}
