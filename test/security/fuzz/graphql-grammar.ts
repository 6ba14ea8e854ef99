import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { GraphQLField, GraphQLInputType, GraphQLOutputType, GraphQLSchema } from 'graphql';
import { oddJson, oddNumber, oddText } from './odd-values.ts';
import type { Random } from './random.ts';

export type Generated = { query: string; variables: Record<string, unknown>; root: string };

type Deps = { schema: GraphQLSchema; random: Random; ids: readonly string[] };

/** Operations that the schema allows, with values that nobody would send. */
export function createGrammar({ schema, random, ids }: Deps) {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter(
    (root) => root != null,
  );
  const fieldsOfRoots = roots.flatMap((root) => Object.values(root.getFields()).map((field) => ({ root, field })));

  /** One operation; each of its arguments is a variable or written out. */
  function operation(): Generated {
    const { root, field } = random.pick(fieldsOfRoots);
    const variables: Record<string, unknown> = {};
    const declared: string[] = [];
    const selected = select(field, variables, declared, 0);
    const head = declared.length > 0 ? `(${declared.join(', ')})` : '';
    return { query: `${root.name.toLowerCase()} F${head} { ${selected} }`, variables, root: root.name };
  }

  function select(
    field: GraphQLField<unknown, unknown>,
    variables: Record<string, unknown>,
    declared: string[],
    depth: number,
  ): string {
    const passed = field.args.flatMap(({ name, type, defaultValue }) => {
      const isNeeded = isNonNullType(type) && defaultValue === undefined;
      if (!isNeeded && random.chance(0.5)) return [];
      const variable = `v${declared.length}`;
      declared.push(`$${variable}: ${String(type)}`);
      variables[variable] = valueFor(type, 0);
      return [`${name}: $${variable}`];
    });
    const args = passed.length > 0 ? `(${passed.join(', ')})` : '';
    const alias = random.chance(0.1) ? 'alias: ' : '';
    const directive = random.chance(0.05) ? ' @include(if: true)' : '';
    return `${alias}${field.name}${args}${directive}${selection(field.type, variables, declared, depth)}`;
  }

  function selection(
    type: GraphQLOutputType,
    variables: Record<string, unknown>,
    declared: string[],
    depth: number,
  ): string {
    const named = getNamedType(type);
    if (isAbstractType(named)) {
      const possible = random.pick(schema.getPossibleTypes(named));
      return ` { __typename ... on ${possible.name}${selection(possible, variables, declared, depth + 1)} }`;
    }
    if (!isObjectType(named)) return '';
    const fields = Object.values(named.getFields()).filter(
      (field) => depth < 5 || (!isObjectType(getNamedType(field.type)) && !isAbstractType(getNamedType(field.type))),
    );
    const some = random.times(4, () => random.pick(fields)).filter((field) => field !== undefined);
    // Two of the same name with other arguments could not be merged.
    const distinct = [...new Map(some.map((field) => [field.name, field])).values()];
    return ` { __typename ${distinct.map((field) => select(field, variables, declared, depth + 1)).join(' ')} }`;
  }

  function valueFor(type: GraphQLInputType, depth: number): unknown {
    if (random.chance(0.03)) return oddJson(random);
    if (!isNonNullType(type) && random.chance(0.1)) return null;
    const nullable = getNullableType(type);
    if (isListType(nullable)) return random.times(3, () => valueFor(nullable.ofType as GraphQLInputType, depth + 1));
    if (isEnumType(nullable)) return random.chance(0.95) ? random.pick(nullable.getValues()).name : oddText(random);
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields()).filter(
        (field) => isNonNullType(field.type) || (depth < 4 && random.chance(0.7)),
      );
      const made = fields.map((field): [string, unknown] => [field.name, valueFor(field.type, depth + 1)]);
      if (random.chance(0.03)) made.push([oddText(random), oddJson(random)]);
      return Object.fromEntries(made);
    }
    return scalarFor(String(nullable));
  }

  function scalarFor(name: string): unknown {
    if (name === 'Boolean') return random.chance(0.5);
    if (name === 'Int') return random.chance(0.5) ? random.whole(100) : oddNumber(random);
    if (name === 'Float') return oddNumber(random);
    if (name === 'ID') return random.chance(0.7) ? oddId() : oddText(random);
    return random.chance(0.9) ? oddText(random) : oddNumber(random);
  }

  /** Ids of somebody, of nobody, of no type and of every type. */
  function oddId(): string {
    const known = random.pick(ids);
    if (random.chance(0.5)) return known;
    const [type = '', id = ''] = Buffer.from(known, 'base64').toString().split(':');
    const other = random.pick(Object.keys(schema.getTypeMap()));
    const made = random.pick([
      `${type}:${oddText(random)}`,
      `${oddText(random)}:${id}`,
      `${other}:${id}`,
      `${type}:`,
      `:${id}`,
    ]);
    return Buffer.from(made).toString(random.chance(0.5) ? 'base64' : 'base64url');
  }

  return { operation };
}
