import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InputInvalidError } from '../errors/request-errors.ts';

/**
 * Refuses text that PostgreSQL cannot keep: U+0000 nowhere, and half of a surrogate pair not inside JSON. Throws
 * INPUT_INVALID for the field.
 */
export function requireStorable(text: string, field: string): void {
  if (!text.includes('\0') && text.isWellFormed()) return;
  throw new InputInvalidError(field, 'Text must not contain U+0000 or half of a surrogate pair.');
}

/** Refuses such text in whatever a route reads of a request, so that no route has to think of it. */
export function requireStorableRequests(app: FastifyInstance): void {
  app.addHook('preValidation', async ({ url, body }: FastifyRequest) => {
    // As it comes: the two that read queries differ in how they take a broken escape beside it.
    if (url.includes('%00')) requireStorable('\0', 'url');
    if (body instanceof URLSearchParams) for (const [name, value] of body) requireStorable(name + value, name);
    else requireStorableJson(body);
  });
}

/** Without recursion: a small body can be nested ten thousand deep. */
function requireStorableJson(body: unknown): void {
  const open = [{ value: body, field: '' }];
  for (let at = open.pop(); at; at = open.pop()) {
    if (typeof at.value === 'string') requireStorable(at.value, at.field);
    if (typeof at.value !== 'object' || at.value === null) continue;
    for (const [name, value] of Object.entries(at.value)) {
      const field = at.field === '' ? name : `${at.field}.${name}`.slice(0, 200);
      requireStorable(name, field);
      open.push({ value, field });
    }
  }
}
