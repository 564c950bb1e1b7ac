internal import Analytics
internal import Schema
internal import SwiftProtobuf

/// Counts opportunities by one dimension.
struct GroupTally {
    /// What the opportunities of a group have in common; in this order the groups come.
    private struct Key: Hashable, Comparable {
        /// 0: nobody or nothing; of owners 1 is an employee and 2 a team.
        var rank: UInt8 = 0
        var number: UInt64 = 0
        var text: [UInt8] = []

        init(number: UInt64, rank: UInt8 = 0) {
            self.number = number
            self.rank = rank
        }

        init(text: String) { self.text = Array(text.utf8) }

        init(_ owner: Owner) {
            switch owner.owner {
            case .employeeNumber(let number): self.init(number: number, rank: 1)
            case .teamNumber(let number): self.init(number: number, rank: 2)
            case nil: self.init(number: 0)
            }
        }

        static func < (left: Key, right: Key) -> Bool {
            guard (left.rank, left.number) == (right.rank, right.number) else {
                return (left.rank, left.number) < (right.rank, right.number)
            }
            return left.text.lexicographicallyPrecedes(right.text)
        }
    }

    private let dimension: PipelineDimension
    private var tallies: [Key: OutcomeTally] = [:]

    init(_ dimension: PipelineDimension) { self.dimension = dimension }

    /// Counts an opportunity that is open or was closed in the period, under each of its values of the dimension.
    ///
    /// - Parameter closedOn: nil where it is open.
    mutating func add(_ standing: OpportunityStanding, closedOn: CivilDate?) {
        for key in keys(standing, closedOn) { tallies[key, default: OutcomeTally()].add(standing) }
    }

    private func keys(_ standing: OpportunityStanding, _ closedOn: CivilDate?) -> [Key] {
        let row = standing.row
        switch dimension {
        case .owner: return [Key(standing.moment.owner)]
        case .product: return GroupTally.each(row.productNumbers)
        case .party: return [Key(number: row.partyNumber)]
        case .leadSource: return [Key(text: row.leadSource)]
        case .channel: return [Key(text: row.channel)]
        case .closeQuarter: return closedOn.map { [Key(text: $0.quarterText)] } ?? []
        case .closeMonth: return closedOn.map { [Key(text: $0.monthText)] } ?? []
        case .lossReason: return standing.moment.status == .lost ? [Key(text: row.lossReason)] : []
        case .competitor: return GroupTally.each(row.allCompetitorNumbers)
        case .partner: return [Key(number: row.partnerNumber)]
        case .pipeline: return [Key(number: row.pipelineNumber)]
        case .unspecified, .UNRECOGNIZED: return []
        }
    }

    /// One with several values counts under each; one without any under none of them.
    private static func each(_ numbers: [UInt64]) -> [Key] {
        numbers.isEmpty ? [Key(number: 0)] : numbers.map { Key(number: $0) }
    }

    /// In the order of the keys.
    var figures: [PipelineGroup] {
        tallies.sorted { $0.key < $1.key }.map { key, tally in
            var group = PipelineGroup()
            group.dimension = dimension
            group.key = String(decoding: key.text, as: UTF8.self)
            switch key.rank {
            case 1: group.owner.employeeNumber = key.number
            case 2: group.owner.teamNumber = key.number
            default: group.number = key.number
            }
            group.outcomes = tally.figures
            return group
        }
    }
}
