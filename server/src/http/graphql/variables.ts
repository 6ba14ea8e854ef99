import { RequestRefusedError } from '../../errors/request-errors.ts';
import { requireStorable } from '../storable.ts';
import type { GraphqlLimits } from './limits.ts';

/** Refuses variables that hold too many values or nest them too deeply. Throws QUERY_TOO_COMPLEX. */
export function requireModestVariables(variables: object, limits: GraphqlLimits): void {
  let values = 0;
  const open: { value: object; depth: number }[] = [{ value: variables, depth: 1 }];
  for (let at = open.pop(); at; at = open.pop()) {
    requireAtMost('levels', at.depth, limits.variableDepth);
    for (const [name, value] of Object.entries(at.value) as [string, unknown][]) {
      values += 1;
      requireAtMost('values', values, limits.variableValues);
      requireStorable(name, 'variables');
      if (typeof value === 'string') requireStorable(value, 'variables');
      if (typeof value === 'object' && value !== null) open.push({ value, depth: at.depth + 1 });
    }
  }
}

function requireAtMost(what: string, actual: number, limit: number): void {
  if (actual <= limit) return;
  throw new RequestRefusedError('QUERY_TOO_COMPLEX', `The variables have too many ${what}. The limit is ${limit}.`);
}
