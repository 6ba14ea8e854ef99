import { Kind, parse, print } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';

/** Documents of the SDK: the text of each operation, with its fragments, by name. */
export type OperationTexts = ReadonlyMap<string, string>;

/** What of the SDK's own operations is less than in the last release: answers lose fields, or calls need more. */
export function operationChanges(before: OperationTexts, after: OperationTexts): string[] {
  return [...before].flatMap(([name, text]) => {
    const now = after.get(name);
    if (now === text) return [];
    if (now === undefined) return [`The operation ${name} was removed.`];
    return [...lost(name, parse(text), parse(now)), ...asked(name, parse(text), parse(now))];
  });
}

function lost(name: string, before: DocumentNode, after: DocumentNode): string[] {
  const kept = pathsOf(after);
  const gone = [...pathsOf(before)].filter((path) => !kept.has(path));
  // What is below something that is gone goes without saying.
  const tops = gone.filter((path) => !gone.some((other) => path.startsWith(`${other}.`)));
  return tops.map((path) => `The operation ${name} no longer asks for ${path}.`);
}

function asked(name: string, before: DocumentNode, after: DocumentNode): string[] {
  const [old, now] = [variablesOf(before), variablesOf(after)];
  const changed = [...old].flatMap(([variable, { type }]) => {
    const current = now.get(variable)?.type;
    if (current === undefined) return [`The operation ${name} no longer takes $${variable}.`];
    if (current === type || `${current}!` === type) return [];
    return [`$${variable} of the operation ${name} changed from ${type} to ${current}.`];
  });
  const added = [...now].filter(([variable, { isRequired }]) => isRequired && !old.has(variable));
  return [...changed, ...added.map(([variable]) => `The operation ${name} needs $${variable} now.`)];
}

/** Names in answers, `source.name` for example. Members of a union are taken together. */
function pathsOf(document: DocumentNode): Set<string> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const paths = new Set<string>();
  const walk = (set: SelectionSetNode | undefined, above: string): void => {
    for (const node of set?.selections ?? []) {
      if (node.kind === Kind.INLINE_FRAGMENT) walk(node.selectionSet, above);
      else if (node.kind === Kind.FRAGMENT_SPREAD) walk(fragments.get(node.name.value)?.selectionSet, above);
      else {
        const path = `${above}${(node.alias ?? node.name).value}`;
        paths.add(path);
        walk(node.selectionSet, `${path}.`);
      }
    }
  };
  walk(operationOf(document)?.selectionSet, '');
  return paths;
}

function variablesOf(document: DocumentNode): Map<string, { type: string; isRequired: boolean }> {
  const definitions = operationOf(document)?.variableDefinitions ?? [];
  return new Map(
    definitions.map(({ variable, type, defaultValue }) => [
      variable.name.value,
      { type: print(type), isRequired: type.kind === Kind.NON_NULL_TYPE && !defaultValue },
    ]),
  );
}

function operationOf({ definitions }: DocumentNode): OperationDefinitionNode | undefined {
  return definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
}
