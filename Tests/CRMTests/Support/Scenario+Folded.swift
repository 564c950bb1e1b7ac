internal import KithTesting
internal import Schema
internal import SwiftProtobuf
import Testing

@testable import CRM

extension Scenario {
    /// The state of a stream that must be there; one that is not is an issue of the test.
    func folded<A: Aggregate>(_ type: A.Type, _ number: StreamNumber) -> A.State {
        do {
            if let state = try state(type, of: number) { return state }
            Issue.record("There is no stream \(number) of the kind \(A.kind).")
        } catch {
            Issue.record(error)
        }
        return A.State()
    }
}
