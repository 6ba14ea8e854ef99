/** What of an OpenAPI document matters here; the rest is for people. */
export type OpenApi = { paths: Record<string, unknown>; components?: unknown };

/** Whether callers give what the schema describes, or get it: what is narrower for one is wider for the other. */
type Way = 'given' | 'got';
type Json = Record<string, unknown>;
type Comparing = { before: OpenApi; after: OpenApi; seen: Set<string> };

const methods = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'];

/** What of a change to the routes breaks programs that are out there: one sentence each. What only adds breaks nobody. */
export function restChanges(before: OpenApi, after: OpenApi): string[] {
  const comparing: Comparing = { before, after, seen: new Set() };
  return Object.entries(before.paths).flatMap(([path, item]) => {
    const other = after.paths[path];
    if (!other) return [`${path} was removed.`];
    return methods
      .filter((method) => at(item, method))
      .flatMap((method) => {
        const where = `${method.toUpperCase()} ${path}`;
        const now = at(other, method);
        return now ? operation(comparing, where, at(item, method) as Json, now as Json) : [`${where} was removed.`];
      });
  });
}

function operation(comparing: Comparing, where: string, before: Json, after: Json): string[] {
  const problems = [...parameters(comparing, where, before, after), ...body(comparing, where, before, after)];
  if (list(after['security']).length > 0 && list(before['security']).length === 0)
    problems.push(`${where} asks who calls, and did not.`);
  for (const [status, answer] of Object.entries(object(before['responses']))) {
    const now = at(after['responses'], status);
    const named = `${where}, answer ${status}`;
    if (!now) problems.push(`${named}, was removed.`);
    else problems.push(...contents(comparing, named, answer, now, 'got'));
    for (const header of Object.keys(object(at(answer, 'headers'))))
      if (now && !at(at(now, 'headers'), header)) problems.push(`${named}: the header ${header} was removed.`);
  }
  return problems;
}

function parameters(comparing: Comparing, where: string, before: Json, after: Json): string[] {
  const idOf = (each: unknown) => `${String(at(each, 'in'))} parameter ${String(at(each, 'name'))}`;
  const had = new Map(list(before['parameters']).map((each) => [idOf(each), each]));
  const has = new Map(list(after['parameters']).map((each) => [idOf(each), each]));
  const problems: string[] = [];
  for (const [id, each] of had) {
    const now = has.get(id);
    if (!now) problems.push(`${where}: the ${id} was removed.`);
    else problems.push(...schema(comparing, `${where}, ${id}`, at(each, 'schema'), at(now, 'schema'), 'given'));
  }
  for (const [id, each] of has)
    if (at(each, 'required') === true && at(had.get(id), 'required') !== true)
      problems.push(`${where}: the ${id} is required now.`);
  return problems;
}

function body(comparing: Comparing, where: string, before: Json, after: Json): string[] {
  const had = before['requestBody'];
  const has = after['requestBody'];
  if (!had) return at(has, 'required') === true ? [`${where}: a body is required now.`] : [];
  if (!has) return [`${where}: its body was removed.`];
  const problems = contents(comparing, `${where}, body`, had, has, 'given');
  if (at(has, 'required') === true && at(had, 'required') !== true) problems.push(`${where}: a body is required now.`);
  return problems;
}

function contents(comparing: Comparing, where: string, before: unknown, after: unknown, way: Way): string[] {
  return Object.entries(object(at(before, 'content'))).flatMap(([type, content]) => {
    const now = at(at(after, 'content'), type);
    if (!now) return [`${where}: ${type} was removed.`];
    return schema(comparing, `${where} (${type})`, at(content, 'schema'), at(now, 'schema'), way);
  });
}

function schema(comparing: Comparing, where: string, before: unknown, after: unknown, way: Way): string[] {
  // What refers to itself is compared once; a shape that many routes share is told at each of them.
  const key = JSON.stringify([way, at(before, '$ref'), at(after, '$ref')]);
  const isNamed = at(before, '$ref') !== undefined && at(after, '$ref') !== undefined;
  if (isNamed && comparing.seen.has(key)) return [];
  if (isNamed) comparing.seen.add(key);
  try {
    return shape(comparing, where, resolve(comparing.before, before), resolve(comparing.after, after), way);
  } finally {
    if (isNamed) comparing.seen.delete(key);
  }
}

function shape(comparing: Comparing, where: string, before: Json, after: Json, way: Way): string[] {
  const variants = variantsOf(before);
  if (variants.length > 0) {
    const now = variantsOf(after).length > 0 ? variantsOf(after) : [after];
    // Each that there was still has to be there; new ones beside it break nobody.
    return variants.flatMap((variant, index) => {
      const tried = now.map((each) => schema(comparing, `${where}, form ${index + 1}`, variant, each, way));
      return tried.some((problems) => problems.length === 0)
        ? []
        : (tried.sort((a, b) => a.length - b.length)[0] ?? []);
    });
  }
  if (variantsOf(after).length > 0) {
    const tried = variantsOf(after).map((each) => schema(comparing, where, before, each, way));
    const isFine = way === 'given' ? tried.some(isEmpty) : tried.every(isEmpty);
    return isFine ? [] : [`${where} became a choice that is not what it was.`];
  }
  return [
    ...types(where, before, after, way),
    ...values(where, before, after, way),
    ...(way === 'given' ? bounds(where, before, after) : []),
    ...properties(comparing, where, before, after, way),
    ...(before['items'] && after['items'] ? schema(comparing, `${where}[]`, before['items'], after['items'], way) : []),
    ...(isObject(before['additionalProperties']) && isObject(after['additionalProperties'])
      ? schema(comparing, `${where}.*`, before['additionalProperties'], after['additionalProperties'], way)
      : []),
  ];
}

function types(where: string, before: Json, after: Json, way: Way): string[] {
  const had = typesOf(before);
  const has = typesOf(after);
  // Without a type everything is meant.
  const [narrow, wide] = way === 'given' ? [had, has] : [has, had];
  if (wide.length === 0) return [];
  const isWithin = narrow.length > 0 && narrow.every((type) => wide.includes(type) || isInteger(type, wide));
  return isWithin ? [] : [`${where} was ${had.join(' or ') || 'anything'} and is ${has.join(' or ') || 'anything'}.`];
}

const isInteger = (type: string, wide: readonly string[]) => type === 'integer' && wide.includes('number');

/** A new value in an answer breaks nobody, as in the graph; one that is no longer taken does. */
function values(where: string, before: Json, after: Json, way: Way): string[] {
  const had = valuesOf(before);
  const has = valuesOf(after);
  if (way === 'got') return had && !has ? [`${where} was one of ${had.join(', ')} and is anything.`] : [];
  if (!has) return [];
  if (!had) return [`${where} was anything and is one of ${has.join(', ')}.`];
  return had.filter((value) => !has.includes(value)).map((value) => `${where}: ${value} was removed.`);
}

const lowest = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'];
const highest = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'];

function bounds(where: string, before: Json, after: Json): string[] {
  const tighter = (name: string, isTighter: (had: number, has: number) => boolean, none: number) => {
    const has = after[name];
    const had = typeof before[name] === 'number' ? before[name] : none;
    return typeof has === 'number' && isTighter(had, has) ? [`${where}: ${name} was ${had} and is ${has}.`] : [];
  };
  return [
    ...lowest.flatMap((name) => tighter(name, (had, has) => has > had, -Infinity)),
    ...highest.flatMap((name) => tighter(name, (had, has) => has < had, Infinity)),
    ...(after['pattern'] !== undefined && after['pattern'] !== before['pattern']
      ? [`${where}: its pattern changed.`]
      : []),
  ];
}

function properties(comparing: Comparing, where: string, before: Json, after: Json, way: Way): string[] {
  const had = object(before['properties']);
  const has = object(after['properties']);
  const required = { before: list(before['required']), after: list(after['required']) };
  const problems = Object.entries(had).flatMap(([name, each]) =>
    has[name] === undefined
      ? [`${where}.${name} was removed.`]
      : schema(comparing, `${where}.${name}`, each, has[name], way),
  );
  const [now, then] = way === 'given' ? [required.after, required.before] : [required.before, required.after];
  const word = way === 'given' ? 'is required now' : 'may be missing now';
  const changed = now.filter((name) => !then.includes(name) && (way === 'given' || has[String(name)] !== undefined));
  return [...problems, ...changed.map((name) => `${where}.${String(name)} ${word}.`)];
}

function resolve(document: OpenApi, value: unknown): Json {
  const reference = at(value, '$ref');
  if (typeof reference !== 'string') return object(value);
  let found: unknown = document;
  for (const part of reference.replace(/^#\//, '').split('/')) found = at(found, part);
  if (!isObject(found)) throw new Error(`${reference} leads nowhere.`);
  return resolve(document, found);
}

const variantsOf = (value: Json): unknown[] => list(value['oneOf'] ?? value['anyOf'] ?? value['allOf']);
const typesOf = (value: Json): string[] => [value['type'] ?? []].flat() as string[];
const valuesOf = (value: Json): unknown[] | null =>
  'const' in value ? [value['const']] : Array.isArray(value['enum']) ? value['enum'] : null;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const object = (value: unknown): Json => (isObject(value) ? value : {});
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const at = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);
const isEmpty = (problems: readonly string[]) => problems.length === 0;
