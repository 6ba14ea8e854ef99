import { Kind } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql';
import { RequestRefusedError } from '../../errors/request-errors.ts';
import type { GraphqlLimits } from './limits.ts';

type Counts = { depth: number; fields: number; aliases: number; directives: number; introspectionLists: number };
/** A fragment, and how deep in the part that spreads it. */
type Spread = { name: string; depth: number; introspectionLists: number };
type Part = { counts: Counts; spreads: Spread[] };

/** The fields of the introspection types that lead from a type to more types. */
const introspectionLists = new Set(['fields', 'inputFields', 'interfaces', 'possibleTypes']);

/**
 * Refuses documents that are too big once their fragments are spread out, before they are validated. Every selection
 * set is walked once and without recursion, so a bomb costs no more than its text. Throws QUERY_TOO_COMPLEX.
 */
export function requireModestDocument(document: DocumentNode, limits: GraphqlLimits): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: SelectionSetNode[] = [];
  let directives = 0;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    operations.push(definition.selectionSet);
    directives += definition.directives?.length ?? 0;
    for (const variable of definition.variableDefinitions ?? []) directives += variable.directives?.length ?? 0;
  }
  requireAtMost('operations', operations.length, limits.operations);
  requireAtMost('directives', directives, limits.directives);
  const totals = totalsOf(fragments);
  for (const operation of operations) {
    const total = sum(measure(operation, false), totals);
    requireAtMost('levels', total.depth, limits.depth);
    requireAtMost('fields', total.fields, limits.fields);
    requireAtMost('aliases', total.aliases, limits.aliases);
    requireAtMost('directives', total.directives, limits.directives);
    requireAtMost('introspected lists in one another', total.introspectionLists, limits.introspectionLists);
  }
}

function requireAtMost(what: string, actual: number, limit: number): void {
  if (actual > limit) throw tooComplex(`This document has too many ${what}. The limit is ${limit}.`);
}

function tooComplex(message: string) {
  return new RequestRefusedError('QUERY_TOO_COMPLEX', message);
}

/** What one selection set holds by itself, and which fragments it spreads. */
function measure(root: SelectionSetNode, isIntrospection: boolean): Part {
  const counts: Counts = { depth: 0, fields: 0, aliases: 0, directives: 0, introspectionLists: 0 };
  const spreads: Spread[] = [];
  const open = [{ set: root, depth: 1, lists: 0, isIntrospection }];
  for (let at = open.pop(); at; at = open.pop()) {
    counts.depth = Math.max(counts.depth, at.depth);
    counts.introspectionLists = Math.max(counts.introspectionLists, at.lists);
    for (const selection of at.set.selections) {
      counts.directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        spreads.push({ name: selection.name.value, depth: at.depth - 1, introspectionLists: at.lists });
        continue;
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        open.push({ ...at, set: selection.selectionSet });
        continue;
      }
      const name = selection.name.value;
      counts.fields += 1;
      if (selection.alias) counts.aliases += 1;
      if (!selection.selectionSet) continue;
      const lists = at.isIntrospection && introspectionLists.has(name) ? at.lists + 1 : at.lists;
      const introspects = at.isIntrospection || name.startsWith('__');
      open.push({ set: selection.selectionSet, depth: at.depth + 1, lists, isIntrospection: introspects });
    }
  }
  return { counts, spreads };
}

/** What each fragment comes to with the fragments inside it: those without any first, then what spreads them. */
function totalsOf(fragments: Map<string, FragmentDefinitionNode>): Map<string, Counts> {
  const totals = new Map<string, Counts>();
  const parts = new Map<string, Part>();
  for (const [name, { selectionSet, typeCondition }] of fragments) {
    parts.set(name, measure(selectionSet, typeCondition.name.value.startsWith('__')));
  }
  const onTheWay = new Set<string>();
  const open = [...parts.keys()];
  for (let name = open.at(-1); name !== undefined; name = open.at(-1)) {
    const part = parts.get(name);
    if (!part || totals.has(name)) {
      open.pop();
      continue;
    }
    onTheWay.add(name);
    const waitsFor = part.spreads.filter((spread) => parts.has(spread.name) && !totals.has(spread.name));
    for (const spread of waitsFor) {
      if (onTheWay.has(spread.name)) throw tooComplex(`The fragment “${spread.name}” contains itself.`);
      open.push(spread.name);
    }
    if (waitsFor.length > 0) continue;
    totals.set(name, sum(part, totals));
    onTheWay.delete(name);
    open.pop();
  }
  return totals;
}

/** Fragments that do not exist count nothing: validation will name them. */
function sum({ counts, spreads }: Part, totals: Map<string, Counts>): Counts {
  const total = { ...counts };
  for (const spread of spreads) {
    const inner = totals.get(spread.name);
    if (!inner) continue;
    total.depth = Math.max(total.depth, spread.depth + inner.depth);
    total.introspectionLists = Math.max(total.introspectionLists, spread.introspectionLists + inner.introspectionLists);
    total.fields += inner.fields;
    total.aliases += inner.aliases;
    total.directives += inner.directives;
  }
  return total;
}
