internal import Schema
internal import SwiftProtobuf

extension DirectoryRow {
    /// Folds an event of __a_words__.
    mutating func fold__Name__(_ event: ViewEvent) {
        switch event.payload {
        case .__name_camel__Defined(let defined):
            __name_camel__.label = defined.label
            link(defined.external)
        case .__name_camel__Relabelled(let relabelled): __name_camel__.label = relabelled.label
        default: break
        }
    }
}

extension RecordFields {
    /// The open fields of the record of __a_words__.
    static let __name_camel__: [String: RecordField] = [
        "label": .text { $0.__name_camel__.label }
    ]
}
