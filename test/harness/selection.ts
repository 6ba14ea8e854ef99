import { getNamedType, isAbstractType, isNonNullType, isObjectType } from 'graphql';
import type { GraphQLArgument, GraphQLField, GraphQLObjectType, GraphQLOutputType, GraphQLSchema } from 'graphql';

const maxDepth = 5;

/** Everything that can be asked of a type without arguments, as deep as it stays useful: each type once on a path. */
export function selectionOf(schema: GraphQLSchema, type: GraphQLOutputType, path: string[] = []): string {
  const named = getNamedType(type);
  if (isAbstractType(named)) {
    const fragments = schema
      .getPossibleTypes(named)
      .map((possible) => `... on ${possible.name} ${fieldsOf(schema, possible, path)}`);
    return `{ __typename ${fragments.join(' ')} }`;
  }
  return isObjectType(named) ? fieldsOf(schema, named, path) : '';
}

function fieldsOf(schema: GraphQLSchema, type: GraphQLObjectType, path: string[]): string {
  const inner = [...path, type.name];
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const target = getNamedType(field.type);
    const isComposite = isObjectType(target) || isAbstractType(target);
    if (isComposite && (inner.includes(target.name) || inner.length >= maxDepth)) return [];
    if (field.args.some(({ type: arg, defaultValue }) => isNonNullType(arg) && defaultValue === undefined)) return [];
    return [`${field.name}${pageArgument(field)} ${isComposite ? selectionOf(schema, field.type, inner) : ''}`];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

const pageArgument = (field: GraphQLField<unknown, unknown>) =>
  field.args.some(({ name }) => name === 'first') ? '(first: 3)' : '';

/** A whole operation for one root field: a variable for each argument, everything selected. */
export function operationFor(schema: GraphQLSchema, root: GraphQLObjectType, fieldName: string, only?: string): string {
  const field = root.getFields()[fieldName];
  if (!field) throw new Error(`There is no ${root.name}.${fieldName}`);
  // What has a default may be left out.
  const typeOf = ({ type, defaultValue }: GraphQLArgument) =>
    defaultValue === undefined ? String(type) : String(type).replace(/!$/, '');
  const declared = field.args.map((arg) => `$${arg.name}: ${typeOf(arg)}`).join(', ');
  const passed = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  const possible = only ? schema.getType(only) : undefined;
  const selection = isObjectType(possible)
    ? `{ __typename ... on ${possible.name} ${fieldsOf(schema, possible, [])} }`
    : selectionOf(schema, field.type);
  const kind = root.name.toLowerCase();
  return `${kind}${declared && `(${declared})`} { ${fieldName}${passed && `(${passed})`} ${selection} }`;
}

/** Adds `Type.field` for every field of every object in an answer. */
export function collectFields(value: unknown, into: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectFields(item, into);
  if (typeof value !== 'object' || value === null) return;
  const type = '__typename' in value ? String(value.__typename) : null;
  for (const [name, inner] of Object.entries(value)) {
    if (type && name !== '__typename') into.add(`${type}.${name}`);
    collectFields(inner, into);
  }
}

/** `Type.field` for every field of every object type that is ours. */
export function allFields(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !type.name.startsWith('__')
      ? Object.keys(type.getFields()).map((name) => `${type.name}.${name}`)
      : [],
  );
}
