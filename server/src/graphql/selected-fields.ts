import { Kind } from 'graphql';
import type { GraphQLResolveInfo, SelectionSetNode } from 'graphql';

/**
 * Names of the fields an operation selects at a path below the field that is being resolved. A hint for reading ahead:
 * it ignores type conditions, `@skip` and `@include`, so it may name more than is asked for, never less.
 */
export function selectedFields(
  { fieldNodes, fragments }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>,
  path: readonly string[],
): ReadonlySet<string> {
  const names = new Set<string>();
  const open: { set: SelectionSetNode; depth: number }[] = [];
  const visit = (set: SelectionSetNode | undefined, depth: number) => set && open.push({ set, depth });
  for (const { selectionSet } of fieldNodes) visit(selectionSet, 0);
  for (let at = open.pop(); at; at = open.pop()) {
    for (const selection of at.set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) visit(fragments[selection.name.value]?.selectionSet, at.depth);
      else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet, at.depth);
      else if (at.depth === path.length) names.add(selection.name.value);
      else if (selection.name.value === path[at.depth]) visit(selection.selectionSet, at.depth + 1);
    }
  }
  return names;
}
