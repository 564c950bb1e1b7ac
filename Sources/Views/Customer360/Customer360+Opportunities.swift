package import Schema
internal import SwiftProtobuf

extension Customer360 {
    /// So many opportunities a customer is shown with.
    package static let opportunitiesMaximum = 100

    /// The opportunities with a party as of an instant: open ones first, then the others, newest first.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    package static func opportunities(
        of party: StreamNumber, asOf: Instant, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> [OpportunitySummary] {
        var numbers: [UInt64] = []
        try reader.scan(
            deals, prefix: .key(party.rawValue), after: nil, descending: true
        ) { (key, _) throws(ViewError) in
            var keyReader = KeyReader(Array(key.dropFirst(8)))
            numbers.append(try keyReader.integer(UInt64.self))
            return .next
        }
        guard !numbers.isEmpty else { return [] }
        let reading = try PipelineReading(pipeline, asOf: asOf, in: reader)
        var open: [OpportunitySummary] = []
        var closed: [OpportunitySummary] = []
        for number in numbers where open.count < opportunitiesMaximum {
            guard let standing = try reading.opportunity(number, in: reader) else { continue }
            if standing.isOpen {
                open.append(standing.summary(reading.frame))
            } else if closed.count < opportunitiesMaximum {
                closed.append(standing.summary(reading.frame))
            }
        }
        return open + closed.prefix(opportunitiesMaximum - open.count)
    }
}
