import { getArgumentValues, getNamedType, Kind, SchemaMetaFieldDef, TypeMetaFieldDef, valueFromAST } from 'graphql';
import { isInterfaceType, isObjectType, typeFromAST, visit } from 'graphql';
import type { DocumentNode, FieldNode, GraphQLField, GraphQLNamedType, GraphQLSchema } from 'graphql';
import type { FragmentDefinitionNode, OperationDefinitionNode, SelectionNode, SelectionSetNode } from 'graphql';
import { RequestRefusedError } from '../../errors/request-errors.ts';
import type { GraphqlLimits } from './limits.ts';

type Variables = Readonly<Record<string, unknown>>;
/** A number where nothing depends on the variables, so that most operations cost nothing to cost. */
type Cost = number | ((variables: Variables) => number);
/** What a field costs by itself, and how often what is selected below it counts. */
type Weight = { field: number; multiplier: number };
type Scope = { schema: GraphQLSchema; fragments: Map<string, FragmentDefinitionNode>; limits: GraphqlLimits };

/**
 * Prepares the estimate of how many fields an operation resolves; fields say their weight in the `complexity`
 * extension, as @pothos/plugin-complexity writes it. The document must be valid and of modest size. The result throws
 * QUERY_TOO_COMPLEX when the cost or a page is over the limit.
 */
export function prepareCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  limits: GraphqlLimits,
): (variables: Variables) => number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const root = schema.getRootType(operation.operation);
  const cost = costOfSelections({ schema, fragments, limits }, root ?? undefined, operation.selectionSet);
  const defaults = defaultsOf(schema, operation);
  return (variables) => {
    const total = typeof cost === 'number' ? cost : cost({ ...defaults, ...variables });
    if (total > limits.cost) {
      throw tooComplex(`This would resolve about ${total} fields. The limit is ${limits.cost}: ask for smaller pages.`);
    }
    return total;
  };
}

function costOfSelections(scope: Scope, parent: GraphQLNamedType | undefined, { selections }: SelectionSetNode): Cost {
  return add(selections.map((selection) => costOfSelection(scope, parent, selection)));
}

function costOfSelection(scope: Scope, parent: GraphQLNamedType | undefined, selection: SelectionNode): Cost {
  if (selection.kind === Kind.FIELD) return costOfField(scope, parent, selection);
  const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? scope.fragments.get(selection.name.value) : selection;
  if (!fragment) return 0;
  const type = fragment.typeCondition ? typeFromAST(scope.schema, fragment.typeCondition) : parent;
  return costOfSelections(scope, type, fragment.selectionSet);
}

function costOfField(scope: Scope, parent: GraphQLNamedType | undefined, node: FieldNode): Cost {
  const field = fieldOf(parent, node.name.value);
  if (!field) return 0; // __typename
  const below = node.selectionSet ? costOfSelections(scope, getNamedType(field.type), node.selectionSet) : 0;
  const weigh = (variables: Variables) => weightOf(field, node, variables, scope.limits);
  if (!usesVariables(node)) return multiply(weigh({}), below);
  return (variables) => evaluate(multiply(weigh(variables), below), variables);
}

function fieldOf(parent: GraphQLNamedType | undefined, name: string): GraphQLField<unknown, unknown> | undefined {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}

function weightOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Variables,
  limits: GraphqlLimits,
): Weight {
  let args: Record<string, unknown>;
  try {
    args = getArgumentValues(field, node, variables);
  } catch {
    return { field: 1, multiplier: 1 }; // execution refuses these arguments with a better message
  }
  for (const name of ['first', 'last']) {
    const size = args[name];
    if (typeof size !== 'number' || size <= limits.pageSize) continue;
    throw tooComplex(`“${field.name}” gives at most ${limits.pageSize} items at once, and ${name} is ${size}.`);
  }
  const { complexity } = field.extensions;
  return readWeight(typeof complexity === 'function' ? callSafely(() => complexity(args, {}, field)) : complexity);
}

/** Variables are not coerced yet, so the function may meet what the schema forbids; execution will refuse it. */
function callSafely(complexity: () => unknown): unknown {
  try {
    return complexity();
  } catch {
    return 1;
  }
}

function readWeight(complexity: unknown): Weight {
  if (typeof complexity !== 'object' || complexity === null) return { field: countOr(complexity, 1), multiplier: 1 };
  const { field, multiplier } = complexity as Partial<Weight>;
  return { field: countOr(field, 1), multiplier: countOr(multiplier, 1) };
}

function countOr(value: unknown, fallback: number): number {
  return typeof value === 'number' && value >= 0 ? value : fallback;
}

function usesVariables(node: FieldNode): boolean {
  let found = false;
  for (const argument of node.arguments ?? []) visit(argument, { Variable: () => void (found = true) });
  return found;
}

function defaultsOf(schema: GraphQLSchema, { variableDefinitions }: OperationDefinitionNode): Variables {
  const defaults: Record<string, unknown> = {};
  for (const { variable, type, defaultValue } of variableDefinitions ?? []) {
    const inputType = typeFromAST(schema, type as never);
    if (defaultValue && inputType) defaults[variable.name.value] = valueFromAST(defaultValue, inputType as never);
  }
  return defaults;
}

function multiply({ field, multiplier }: Weight, below: Cost): Cost {
  if (typeof below === 'number') return field + multiplier * below;
  return (variables) => field + multiplier * below(variables);
}

function add(costs: Cost[]): Cost {
  const dynamic = costs.filter((cost) => typeof cost === 'function');
  let fixed = 0;
  for (const cost of costs) if (typeof cost === 'number') fixed += cost;
  if (dynamic.length === 0) return fixed;
  return (variables) => dynamic.reduce((sum, cost) => sum + cost(variables), fixed);
}

function evaluate(cost: Cost, variables: Variables): number {
  return typeof cost === 'number' ? cost : cost(variables);
}

function tooComplex(message: string) {
  return new RequestRefusedError('QUERY_TOO_COMPLEX', message);
}
