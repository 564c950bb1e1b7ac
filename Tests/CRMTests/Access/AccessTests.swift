internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct AccessTests {
    private var scenario = Scenario()
    private let admin: StreamNumber
    private let shop: StreamNumber

    init() {
        admin = scenario.given(.principal, .principalRegistered(.with { $0.uid = 0 }))
        scenario.given(on: admin, .roleGranted(.with { $0.role = .admin }))
        shop = scenario.given(.principal, .principalRegistered(.with { $0.uid = 1_000 }))
        scenario.principal = admin
    }

    private func grant(_ principal: StreamNumber, _ role: Role, scope: String = "") -> GrantRole {
        .with {
            $0.principal = Reference(number: principal)
            $0.role = role
            $0.scope = scope
        }
    }

    private func revoke(_ principal: StreamNumber, _ role: Role, scope: String = "") -> RevokeRole {
        .with {
            $0.principal = Reference(number: principal)
            $0.role = role
            $0.scope = scope
        }
    }

    private func allow(_ principal: StreamNumber, _ allowed: Bool = true) -> AllowOnBehalfOf {
        .with {
            $0.principal = Reference(number: principal)
            $0.allowed = allowed
        }
    }

    private func state(_ principal: StreamNumber, in scenario: Scenario) throws -> PrincipalState {
        try #require(try scenario.state(PrincipalAggregate.self, of: principal))
    }

    @Test(
        arguments: [
            (.uid(77), ExternalKey.principal(uid: 77)), (.socket("shop"), .principal(socket: "shop")),
            (.token("nightly"), .principal(token: "nightly")),
        ] as [(RegisterPrincipal.OneOf_Identity, ExternalKey)])
    func `a principal is found by its identity, which is taken from then on`(
        identity: RegisterPrincipal.OneOf_Identity, key: ExternalKey
    ) throws {
        var scenario = scenario
        let command = RegisterPrincipal.with {
            $0.identity = identity
            $0.label = "the shop"
        }
        let outcome = scenario.when(command)
        #expect(outcome.kinds == [.principalRegistered])
        let number = try #require(outcome.events.first?.stream)
        #expect(try scenario.resolve(Reference(external: key), .principal) == number)
        #expect(try state(number, in: scenario).identity.label == "the shop")
        let again = scenario.when(command)
        #expect(again.code == .referenceTaken && again.field == "identity")
        #expect(again.refusal?.detail.relatedIds == [scenario.idText(of: number)])
        #expect(scenario.isReproducible)
    }

    @Test func `the user id 0 is an identity like any other`() {
        var scenario = scenario
        #expect(scenario.when(RegisterPrincipal.with { $0.uid = 0 }).code == .referenceTaken)
    }

    @Test func `registrations are refused`() {
        let cases: [(RegisterPrincipal, ErrorCode, String)] = [
            (.with { $0.label = "who?" }, .schemaInvalid, "identity"),
            (.with { $0.socket = "" }, .schemaInvalid, "socket"),
            (.with { $0.token = "" }, .schemaInvalid, "token"),
            (.with { $0.token = text(of: 257) }, .limitExceeded, "token"),
            (
                .with {
                    $0.uid = 5; $0.label = text(of: 257)
                }, .limitExceeded, "label"
            ),
            (
                .with {
                    $0.uid = 5; $0.id = "5"
                }, .schemaInvalid, "id"
            ),
        ]
        for (command, code, field) in cases {
            var scenario = scenario
            let outcome = scenario.when(command)
            #expect(outcome.code == code && outcome.field == field, "\(outcome)")
        }
    }

    @Test func `a role is granted and revoked, each once and within its scope`() throws {
        var scenario = scenario
        #expect(scenario.when(grant(shop, .service)).payloads == [.roleGranted(.with { $0.role = .service })])
        #expect(scenario.when(grant(shop, .service)).isUnchanged)
        #expect(scenario.when(grant(shop, .service, scope: "orders")).kinds == [.roleGranted])
        #expect(try state(shop, in: scenario).grants.map(\.scope) == ["", "orders"])
        #expect(scenario.when(revoke(shop, .service)).payloads == [.roleRevoked(.with { $0.role = .service })])
        #expect(scenario.when(revoke(shop, .service)).isUnchanged)
        #expect(try state(shop, in: scenario).grants.map(\.scope) == ["orders"])
    }

    @Test func `nobody gives himself a right, the service itself may`() {
        var scenario = scenario
        #expect(scenario.when(grant(admin, .auditor)).code == .selfGrant)
        #expect(scenario.when(allow(admin)).code == .selfGrant)
        #expect(scenario.when(allow(admin, false)).isUnchanged)
        #expect(scenario.when(grant(admin, .auditor), by: StreamNumber.none).kinds == [.roleGranted])
    }

    @Test func `the last administrator keeps the role`() {
        var scenario = scenario
        #expect(scenario.when(revoke(admin, .admin)).code == .lastAdmin)
        scenario.when(grant(shop, .admin, scope: "orders"))
        #expect(scenario.when(revoke(admin, .admin)).code == .lastAdmin)
        scenario.when(grant(shop, .admin))
        #expect(scenario.when(revoke(admin, .admin)).kinds == [.roleRevoked])
        #expect(scenario.when(revoke(shop, .admin)).code == .lastAdmin)
        #expect(scenario.when(revoke(shop, .admin, scope: "orders")).kinds == [.roleRevoked])
    }

    @Test func `a role must be one that is known`() {
        var scenario = scenario
        for role in [Role.unspecified, .UNRECOGNIZED(99)] {
            #expect(scenario.when(grant(shop, role)).field == "role")
            #expect(scenario.when(revoke(shop, role)).field == "role")
        }
        #expect(scenario.when(grant(shop, .sales, scope: text(of: 65))).code == .limitExceeded)
        #expect(scenario.when(revoke(shop, .sales, scope: text(of: 65))).code == .limitExceeded)
        #expect(scenario.when(grant(StreamNumber(99), .sales)).code == .notFound)
        #expect(scenario.when(GrantRole.with { $0.role = .sales }).field == "principal")
    }

    @Test func `acting on behalf of others is allowed and taken back`() throws {
        var scenario = scenario
        #expect(scenario.when(allow(shop, false)).isUnchanged)
        #expect(scenario.when(allow(shop)).payloads == [.onBehalfOfAllowed(.with { $0.allowed = true })])
        #expect(scenario.when(allow(shop)).isUnchanged)
        #expect(try state(shop, in: scenario).onBehalfOfAllowed)
        #expect(scenario.when(allow(shop, false)).kinds == [.onBehalfOfAllowed])
    }

    @Test func `a principal is bound to employees only`() throws {
        var scenario = scenario
        let outcome = scenario.when(
            BindPrincipal.with {
                $0.principal = Reference(number: shop)
                $0.employee = Reference(number: admin)
            })
        #expect(outcome.code == .referenceMissing && outcome.field == "employee")
        scenario.given(on: shop, .principalBound(.with { $0.employeeNumber = 7 }))
        #expect(try state(shop, in: scenario).employeeNumber == 7)
    }
}
