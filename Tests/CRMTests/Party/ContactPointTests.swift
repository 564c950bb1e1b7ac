internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct ContactPointTests {
    private var scenario = Scenario()
    private let ann: StreamNumber

    init() {
        ann = scenario.registered(.person("", [.email("ann@example.com"), .mobile("+8613800138000")]))
    }

    private func add(_ input: ContactPointInput) -> AddContactPoint {
        .with {
            $0.party = Reference(number: ann)
            $0.contactPoint = input
        }
    }

    private func retire(_ number: UInt32) -> RetireContactPoint {
        .with {
            $0.party = Reference(number: ann)
            $0.contactPoint = number
        }
    }

    private func verify(_ number: UInt32, _ method: String = "mail") -> VerifyContactPoint {
        .with {
            $0.party = Reference(number: ann)
            $0.contactPoint = number
            $0.method = method
        }
    }

    @Test func `an added contact point gets the next number and is found`() {
        var scenario = scenario
        let outcome = scenario.when(add(.of(.email, "lee@EXAMPLE.com", label: "work")))
        guard case .contactPointAdded(let added)? = outcome.payloads.first else {
            Issue.record("not added: \(outcome)")
            return
        }
        #expect(added.contactPoint.number == 3 && added.contactPoint.normalised && added.contactPoint.label == "work")
        #expect(scenario.holders(domain: "email", value: "lee@example.com") == [ann])
        #expect(!scenario.showsOpenly("lee@"))
    }

    @Test func `a contact point that is there already is unchanged`() {
        var scenario = scenario
        #expect(scenario.when(add(.email("ann@EXAMPLE.COM"))).isUnchanged)
        #expect(scenario.when(add(.mobile("+86 138 0013 8000"))).isUnchanged)
        #expect(scenario.when(add(.postal(lines: ["1 Main St"]))).kinds == [.contactPointAdded])
        #expect(scenario.when(add(.postal(lines: ["1 Main St"]))).isUnchanged)
        #expect(scenario.when(add(.of(.landline, "+86 138 0013 8000"))).kinds == [.contactPointAdded])
    }

    @Test func `an extension makes another contact point of the same number`() {
        var scenario = scenario
        #expect(scenario.when(add(.mobile("+86 138 0013 8000 ext. 12"))).kinds == [.contactPointAdded])
        guard case .contactPointAdded(let personal)? = scenario.lastPersonal else { return }
        #expect(personal.contactPoint.extension == "12" && personal.contactPoint.normalised == "+8613800138000")
    }

    @Test func `a number is never given twice`() {
        var scenario = scenario
        scenario.when(retire(2))
        #expect(scenario.when(add(.mobile("+8613800138000"))).kinds == [.contactPointAdded])
        #expect(scenario.party(ann).contactPoints.map(\.number) == [1, 3])
    }

    @Test func `a retired contact point is no longer found`() {
        var scenario = scenario
        #expect(scenario.when(retire(2)).kinds == [.contactPointRetired])
        #expect(scenario.holders(domain: "phone", value: "+8613800138000").isEmpty)
        #expect(scenario.when(retire(2)).isUnchanged)
        #expect(scenario.isReproducible)
    }

    @Test func `a party stays found by a number that another of its contact points has`() {
        var scenario = scenario
        scenario.when(add(.of(.landline, "+8613800138000 ext 3")))
        scenario.when(retire(2))
        #expect(scenario.holders(domain: "phone", value: "+8613800138000") == [ann])
        scenario.when(retire(3))
        #expect(scenario.holders(domain: "phone", value: "+8613800138000").isEmpty)
    }

    @Test func `the last identity is not retired`() {
        var scenario = scenario
        scenario.when(retire(1))
        #expect(scenario.when(retire(2)).code == .identityRequired)
    }

    @Test func `verifying again in the same way is unchanged, in another way a new fact`() {
        var scenario = scenario
        #expect(scenario.when(verify(1)).kinds == [.contactPointVerified])
        #expect(scenario.when(verify(1)).isUnchanged)
        #expect(scenario.when(verify(1, "call")).kinds == [.contactPointVerified])
    }

    @Test func `a contact point that never was, or is retired`() {
        var scenario = scenario
        for number: UInt32 in [0, 3, .max] {
            #expect(scenario.when(verify(number)).code == .notFound)
            #expect(scenario.when(retire(number)).code == .notFound)
            #expect(scenario.when(retire(number)).field == "contact_point")
        }
        scenario.when(retire(2))
        #expect(scenario.when(verify(2)).code == .illegalTransition)
    }

    @Test func `a party has at most fifty contact points in use`() {
        var scenario = scenario
        for index in 3...50 { scenario.when(add(.of(.web, "https://example.com/\(index)"))) }
        #expect(scenario.when(add(.of(.web, "https://example.com/51"))).code == .limitExceeded)
        scenario.when(retire(50))
        #expect(scenario.when(add(.of(.web, "https://example.com/51"))).kinds == [.contactPointAdded])
    }

    @Test func `bad forms are refused`() {
        var scenario = scenario
        #expect(scenario.when(add(.email("ann"))).code == .contactPointInvalid)
        #expect(scenario.when(add(.of(.other, ""))).field == "contact_point.personal.value")
        #expect(scenario.when(verify(1, "")).field == "method")
        #expect(scenario.when(verify(1, text(of: 65))).code == .limitExceeded)
        #expect(scenario.when(AddContactPoint.with { $0.contactPoint = .email("a@example.com") }).field == "party")
        #expect(scenario.when(RetireContactPoint()).field == "party")
    }

    @Test func `an archived party keeps its contact points as they are`() {
        var scenario = scenario
        scenario.when(ArchiveParty.with { $0.party = Reference(number: ann) }, reason: "moved")
        #expect(scenario.when(add(.email("lee@example.com"))).code == .archived)
        #expect(scenario.when(verify(1)).code == .archived)
        #expect(scenario.when(retire(1)).code == .archived)
    }
}
