internal import Schema
internal import Testing

@testable import Service

/// The whole matrix, cell by cell: a change of it has to be made here as well.
@Suite struct AccessMatrixTests {
    private static let columns: [Permission] = [
        .business, .imports, .settings, .access, .views, .personal, .personalForPurpose, .history, .status, .operations,
        .recompute, .refusals, .verify, .keys,
    ]

    /// A row per role, a column per permission in the order above.
    private static let matrix: [(Role, String)] = [
        (.service, "x---xx-xx-----"),
        (.importer, "xx--xx-xx-----"),
        (.auditor, "----x-xxx-xxx-"),
        (.operator, "----x---xxx-x-"),
        (.admin, "xxxxxxxxxxxxxx"),
        (.sales, "x---xx-xx-----"),
        (.serviceAgent, "x---xx-xx-----"),
        (.marketing, "x---xx-xx-----"),
        (.unspecified, "--------------"),
    ]

    @Test func `every role may do what its row says, and nothing else`() {
        #expect(Self.matrix.count == Role.allCases.count && Set(Self.matrix.map(\.0)) == Set(Role.allCases))
        #expect(Set(Self.columns) == Set(Permission.allCases))
        for (role, row) in Self.matrix {
            for (permission, cell) in zip(Self.columns, row) {
                #expect(
                    AccessMatrix.permissions(of: role).contains(permission) == (cell == "x"), "\(role), \(permission)")
            }
        }
        #expect(AccessMatrix.permissions(of: .UNRECOGNIZED(99)).isEmpty)
    }

    @Test func `commands on access, settings and imports need permissions of their own`() {
        #expect(AccessMatrix.permission(for: .registerPrincipal(RegisterPrincipal())) == .access)
        #expect(AccessMatrix.permission(for: .grantRole(GrantRole())) == .access)
        #expect(AccessMatrix.permission(for: .revokeRole(RevokeRole())) == .access)
        #expect(AccessMatrix.permission(for: .bindPrincipal(BindPrincipal())) == .access)
        #expect(AccessMatrix.permission(for: .allowOnBehalfOf(AllowOnBehalfOf())) == .access)
        #expect(AccessMatrix.permission(for: .setOrganisation(SetOrganisation())) == .settings)
        #expect(AccessMatrix.permission(for: .startImport(StartImport())) == .imports)
        #expect(AccessMatrix.permission(for: .commitImport(CommitImport())) == .imports)
        #expect(AccessMatrix.permission(for: .placeOrder(PlaceOrder())) == .business)
        #expect(AccessMatrix.permission(for: .registerParty(RegisterParty())) == .business)
    }
}
