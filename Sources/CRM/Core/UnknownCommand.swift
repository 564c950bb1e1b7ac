internal import Schema

/// Stands for a command of the schema that this version does not carry out.
package struct UnknownCommand: DomainCommand {
    package typealias Target = AnyAggregate

    package init() {}

    package func validate() throws(Refusal) {
        throw Refusal(.unknownCommand, "This version of the service does not carry out the command.")
    }

    package var commandTarget: CommandTarget { .new(id: "") }

    package func decide(
        _ state: AnyAggregate.State?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] { [] }
}
