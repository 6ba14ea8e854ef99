import {
  Kind,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  typeFromAST,
} from 'graphql';
import type {
  FragmentDefinitionNode,
  GraphQLCompositeType,
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInputType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';

const scalars: Readonly<Record<string, string>> = {
  ID: 'string',
  String: 'string',
  Int: 'number',
  Float: 'number',
  Boolean: 'boolean',
  DateTime: 'string',
  BigInt: 'number',
};

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;
type Field = { name: string; type: GraphQLOutputType; isOptional: boolean; sets: SelectionSetNode[] };

/** What operations are given and answer, as types; the enums and inputs they use are declared once. */
export function createTypeTexts(schema: GraphQLSchema, fragments: Fragments) {
  const named = new Map<string, string>();

  function nameOf(type: GraphQLEnumType | GraphQLInputObjectType): string {
    if (!named.has(type.name)) {
      // Before its fields are looked at: an input may hold itself.
      named.set(type.name, '');
      const text = isEnumType(type)
        ? type
            .getValues()
            .map(({ name }) => `'${name}'`)
            .join(' | ')
        : fieldsText(
            Object.values(type.getFields()).map(({ name, type: each, defaultValue }) => {
              const isOptional = !isNonNullType(each) || defaultValue !== undefined;
              return `${name}${isOptional ? '?' : ''}: ${inputText(each)}${isOptional ? ' | undefined' : ''}`;
            }),
          );
      named.set(type.name, `export type ${type.name} = ${text};`);
    }
    return type.name;
  }

  function inputText(type: GraphQLInputType): string {
    if (isNonNullType(type)) return inputOf(type.ofType as GraphQLInputType);
    return `${inputOf(type)} | null`;
  }

  function inputOf(type: GraphQLInputType): string {
    if (isListType(type)) return `ReadonlyArray<${inputText(type.ofType as GraphQLInputType)}>`;
    const leaf = getNamedType(type);
    if (isEnumType(leaf) || isInputObjectType(leaf)) return nameOf(leaf);
    return scalars[leaf.name] ?? 'unknown';
  }

  function outputText(type: GraphQLOutputType, sets: SelectionSetNode[]): string {
    if (isNonNullType(type)) return outputOf(type.ofType as GraphQLOutputType, sets);
    return `${outputOf(type, sets)} | null`;
  }

  function outputOf(type: GraphQLOutputType, sets: SelectionSetNode[]): string {
    if (isListType(type)) return `ReadonlyArray<${outputText(type.ofType as GraphQLOutputType, sets)}>`;
    const leaf = getNamedType(type);
    if (isCompositeType(leaf)) return shapeOf(leaf, sets);
    return isEnumType(leaf) ? nameOf(leaf) : (scalars[leaf.name] ?? 'unknown');
  }

  /** One shape for each type it may be, as far as they differ in what was asked for. */
  function shapeOf(type: GraphQLCompositeType, sets: SelectionSetNode[]): string {
    const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    const shapes = new Set(possible.map((each) => objectText(each as GraphQLObjectType, sets)));
    return shapes.size === 1 ? [...shapes].join('') : `(${[...shapes].join(' | ')})`;
  }

  function objectText(type: GraphQLObjectType, sets: SelectionSetNode[]): string {
    const fields = new Map<string, Field>();
    for (const set of sets) collect(type, set.selections, fields, false);
    return fieldsText(
      [...fields.values()].map(
        ({ name, type: each, isOptional, sets: below }) =>
          `${name}${isOptional ? '?' : ''}: ${outputText(each, below)}`,
      ),
      typenames(type, sets),
    );
  }

  /** `__typename` is known, and what tells the members of a union apart. */
  function typenames(type: GraphQLObjectType, sets: SelectionSetNode[]): string[] {
    const names = new Set<string>();
    const look = (selections: readonly SelectionNode[]): void => {
      for (const each of selections) {
        if (each.kind === Kind.FIELD && each.name.value === '__typename') names.add(each.alias?.value ?? '__typename');
        const inner = innerOf(type, each);
        if (inner) look(inner);
      }
    };
    for (const set of sets) look(set.selections);
    return [...names].map((name) => `${name}: '${type.name}'`);
  }

  function collect(
    type: GraphQLObjectType,
    selections: readonly SelectionNode[],
    into: Map<string, Field>,
    isMaybe: boolean,
  ): void {
    for (const each of selections) {
      const isConditional =
        isMaybe || (each.directives ?? []).some(({ name }) => name.value === 'include' || name.value === 'skip');
      if (each.kind !== Kind.FIELD) {
        const inner = innerOf(type, each);
        if (inner) collect(type, inner, into, isConditional);
        continue;
      }
      const definition = type.getFields()[each.name.value];
      if (!definition) continue;
      const name = each.alias?.value ?? each.name.value;
      const known = into.get(name);
      into.set(name, {
        name,
        type: definition.type,
        // Asked for twice, once without a condition: it is there.
        isOptional: isConditional && (known?.isOptional ?? true),
        sets: [...(known?.sets ?? []), ...(each.selectionSet ? [each.selectionSet] : [])],
      });
    }
  }

  /** What a fragment asks of this type; null where it is for others, and for fields. */
  function innerOf(type: GraphQLObjectType, selection: SelectionNode): readonly SelectionNode[] | null {
    if (selection.kind === Kind.FIELD) return null;
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (!fragment) return null;
    const condition = fragment.typeCondition ? schema.getType(fragment.typeCondition.name.value) : type;
    const applies = isObjectType(condition)
      ? condition.name === type.name
      : isAbstractType(condition) && schema.isSubType(condition, type);
    return applies ? fragment.selectionSet.selections : null;
  }

  return {
    resultOf({ operation, selectionSet }: OperationDefinitionNode): string {
      const root = schema.getRootType(operation);
      return root ? objectText(root, [selectionSet]) : 'never';
    },
    variablesOf({ variableDefinitions = [] }: OperationDefinitionNode): string {
      return fieldsText(
        variableDefinitions.map(({ variable, type: node, defaultValue }) => {
          const type = typeFromAST(schema, node as never) as GraphQLInputType;
          const isOptional = !isNonNullType(type) || defaultValue !== undefined;
          return `${variable.name.value}${isOptional ? '?' : ''}: ${inputText(type)}${isOptional ? ' | undefined' : ''}`;
        }),
      );
    },
    /** Declarations of what the texts until now refer to, by name. */
    declarations: () => [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text),
  };
}

function fieldsText(fields: readonly string[], first: readonly string[] = []): string {
  const all = [...first, ...fields];
  return all.length === 0 ? 'Record<string, never>' : `{ ${all.map((each) => `readonly ${each}`).join('; ')} }`;
}
