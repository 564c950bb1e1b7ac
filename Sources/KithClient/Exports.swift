// Commands, queries and answers are the generated types of the schema: whoever imports the client needs them too.
@_exported public import Schema
