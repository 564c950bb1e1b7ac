import CRM
import KithTesting
import Schema
import Testing

@Suite("__Words__")
struct __Name__Tests {
    private func defined(_ label: String) -> __Name__Defined {
        var event = __Name__Defined()
        event.label = label
        return event
    }

    @Test func `defining it makes it known under its external keys`() throws {
        var scenario = Scenario()
        var command = Define__Name__()
        command.label = "first"
        var key = ExternalKey()
        key.system = "erp"
        key.key = "1"
        command.external = [key]

        #expect(scenario.when(command).kinds == [.__name_camel__Defined])

        var relabel = Relabel__Name__()
        relabel.__name_camel__.external = key
        relabel.label = "second"
        #expect(scenario.when(relabel).kinds == [.__name_camel__Relabelled])
        #expect(scenario.when(command).code == .referenceTaken)
        #expect(scenario.isReproducible)
    }

    @Test func `the label it has already is no change`() {
        var scenario = Scenario()
        let number = scenario.given(.__name_camel__, .__name_camel__Defined(defined("first")))
        var command = Relabel__Name__()
        command.__name_camel__.number = number.rawValue
        command.label = "first"

        #expect(scenario.when(command).isUnchanged)
    }

    @Test func `an empty label is refused`() {
        var scenario = Scenario()

        let outcome = scenario.when(Define__Name__())

        #expect(outcome.code == .schemaInvalid)
        #expect(outcome.field == "label")
    }

    @Test func `what does not exist cannot be relabelled`() {
        var scenario = Scenario()
        var command = Relabel__Name__()
        command.__name_camel__.number = 7
        command.label = "second"

        #expect(scenario.when(command).code == .notFound)
    }
}
