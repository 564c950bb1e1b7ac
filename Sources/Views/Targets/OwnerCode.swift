internal import Schema
internal import SwiftProtobuf

/// An employee, a team, or nobody, as keys and rows name them: nobody first, then employees, then teams.
struct OwnerCode: Hashable {
    /// Nobody; of a target: everybody together.
    static let none = OwnerCode(kind: 0, number: 0)

    private static let employee: UInt8 = 1
    private static let team: UInt8 = 2

    private let kind: UInt8
    private let number: UInt64

    private init(kind: UInt8, number: UInt64) {
        self.kind = kind
        self.number = number
    }

    init(_ owner: Owner) {
        switch owner.owner {
        case .employeeNumber(let number): self = .employee(number)
        case .teamNumber(let number): self = .team(number)
        case nil: self = .none
        }
    }

    /// The employee of this number; nobody where it is 0.
    static func employee(_ number: UInt64) -> OwnerCode {
        number == 0 ? .none : OwnerCode(kind: OwnerCode.employee, number: number)
    }

    static func team(_ number: UInt64) -> OwnerCode { OwnerCode(kind: OwnerCode.team, number: number) }

    /// Reads what `bytes` are.
    ///
    /// - Throws: `ViewError` with `rowDamaged`.
    init(from reader: inout KeyReader) throws(ViewError) {
        kind = try reader.integer(UInt8.self)
        number = try reader.integer(UInt64.self)
    }

    /// Nine bytes.
    var bytes: [UInt8] { [kind] + .key(number) }

    /// Number of the employee; nil where it is none.
    var employeeNumber: UInt64? { kind == OwnerCode.employee ? number : nil }

    /// The same as messages say it.
    var owner: Owner {
        var owner = Owner()
        switch kind {
        case OwnerCode.employee: owner.employeeNumber = number
        case OwnerCode.team: owner.teamNumber = number
        default: break
        }
        return owner
    }
}
