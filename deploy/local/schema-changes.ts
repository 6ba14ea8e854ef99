import { TypeInfo, findBreakingChanges, getNamedType, isInputObjectType, visit, visitWithTypeInfo } from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';

export type Operation = { name: string; document: DocumentNode };

export type SchemaChange = {
  description: string;
  /** Operations of the SDK that use what changes, by name. */
  operations: string[];
};

/** What of a change breaks programs that are out there, and which operations of the SDK are among them. */
export function breakingChanges(
  before: GraphQLSchema,
  after: GraphQLSchema,
  operations: readonly Operation[],
): SchemaChange[] {
  const used = operations.map(({ name, document }) => ({ name, coordinates: coordinatesOf(before, document) }));
  return findBreakingChanges(before, after).map(({ description }) => {
    // graphql-js names what changed only in words: the names that stand in them are coordinates, or parts of them.
    const named = new Set(description.match(/[_A-Za-z]\w*(?:\.[_A-Za-z]\w*)*/g));
    const uses = used.filter(({ coordinates }) => [...coordinates].some((each) => named.has(each)));
    return { description, operations: [...new Set(uses.map(({ name }) => name))] };
  });
}

/** Types, `Type.field`s, `Input.field`s and `Enum.VALUE`s that a document touches. Types go along with their fields. */
function coordinatesOf(schema: GraphQLSchema, document: DocumentNode): Set<string> {
  const found = new Set<string>();
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      Field({ name }) {
        const parent = info.getParentType()?.name;
        if (parent) found.add(`${parent}.${name.value}`);
      },
      Argument({ name }) {
        const field = info.getFieldDef()?.name;
        const parent = info.getParentType()?.name;
        if (field && parent) found.add(`${parent}.${field}.${name.value}`);
      },
      NamedType({ name }) {
        addType(schema, name.value, found);
      },
      EnumValue({ value }) {
        const type = getNamedType(info.getInputType());
        if (type) found.add(`${type.name}.${value}`);
      },
    }),
  );
  return found;
}

/** An input counts with everything it may be given, because variables are not in a document. */
function addType(schema: GraphQLSchema, name: string, found: Set<string>): void {
  if (found.has(name)) return;
  found.add(name);
  const type = schema.getType(name);
  if (!isInputObjectType(type)) return;
  for (const field of Object.values(type.getFields())) {
    found.add(`${name}.${field.name}`);
    addType(schema, getNamedType(field.type).name, found);
  }
}
