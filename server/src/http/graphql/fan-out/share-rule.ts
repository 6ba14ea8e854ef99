import { getNamedType, Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { Prepared } from '../operations.ts';

/** Variables on which results depend; null: results are each reader's own. */
type Rule = { variables: readonly string[] } | null;

/**
 * What has to be the same, beside the source, for results to be the same: the document and its variables. Null where they
 * could differ all the same. A subscription's field lists by name, in `extensions.shareable`, the types in which nothing
 * depends on who asks but for what their source's key says; a field of these that does says `perViewer`.
 */
export function createShareRule(schema: GraphQLSchema) {
  const rules = new WeakMap<DocumentNode, Rule>();
  return function shareKeyOf({ operation, query, variables }: Prepared): string | null {
    let rule = rules.get(operation.document);
    if (rule === undefined) rules.set(operation.document, (rule = ruleOf(schema, operation.document)));
    if (!rule) return null;
    const asked = rule.variables.map((name) => (name in variables ? [variables[name]] : []));
    return JSON.stringify([query, operation.name, asked]);
  };
}

function ruleOf(schema: GraphQLSchema, document: DocumentNode): Rule {
  const root = schema.getSubscriptionType();
  const types = new TypeInfo(schema);
  const names = new Set<string>();
  const allowed = new Set<string>();
  let isShareable = true;
  const parents = new Set<string>();
  visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        const parent = types.getParentType();
        const field = types.getFieldDef();
        if (field?.extensions['perViewer']) isShareable = false;
        if (!parent || !field) isShareable = false;
        else if (parent !== root) {
          if (node.name.value !== '__typename') parents.add(parent.name);
          return undefined;
        }
        const listed = (field?.extensions['shareable'] ?? null) as readonly string[] | null;
        if (!listed) isShareable = false;
        for (const name of listed ?? []) allowed.add(name);
        // The source's key says what the arguments come to.
        return { ...node, arguments: [] };
      },
      VariableDefinition: () => false,
      Variable({ name }) {
        names.add(name.value);
      },
    }),
  );
  for (const parent of parents) isShareable &&= allowed.has(getNamedType(schema.getType(parent))?.name ?? '');
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return isShareable && operations.length === 1 ? { variables: [...names].toSorted() } : null;
}
