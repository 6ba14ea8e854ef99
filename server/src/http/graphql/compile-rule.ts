import {
  BREAK,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type {
  DocumentNode,
  GraphQLField,
  GraphQLInputType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
} from 'graphql';

/** graphql-jit writes out every input object wherever it is used; more than this many are not worth the code. */
const mostInputObjects = 50;
/** It also writes out a selection once for each type that an interface or union may stand for, nested ones multiplied. */
const mostVariants = 30;

/**
 * Whether graphql-jit may run a document: with the same results, the same SQL, and code of a bounded size. Unbounded
 * it is not: five types behind an interface, nested seven deep, take seconds to compile.
 */
export function createCompileRule(schema: GraphQLSchema) {
  return function canCompile(document: DocumentNode): boolean {
    const types = new TypeInfo(schema);
    let isSafe = true;
    let isFragment = false;
    const variants = [1];
    const require = (isFine: boolean) => {
      isSafe &&= isFine;
      return isSafe ? undefined : BREAK;
    };
    const requireInput = () => require(countInputObjects(types.getInputType()) <= mostInputObjects);

    visit(
      document,
      visitWithTypeInfo(types, {
        Field: {
          enter() {
            const possible = possibleTypes(schema, types.getType());
            const total = (variants.at(-1) ?? 1) * Math.max(possible.length, 1);
            variants.push(total);
            // A fragment is written out wherever it is spread: how often, this walk does not know.
            const isBounded = possible.length < 2 || (total <= mostVariants && !isFragment);
            return require(isBounded && !mayReadAhead(types.getFieldDef(), possible));
          },
          leave: () => void variants.pop(),
        },
        FragmentDefinition: { enter: () => void (isFragment = true), leave: () => void (isFragment = false) },
        VariableDefinition: requireInput,
        Argument: requireInput,
      }),
    );
    return isSafe;
  };
}

function possibleTypes(schema: GraphQLSchema, output: GraphQLOutputType | null | undefined) {
  const type = getNamedType(output);
  if (!isCompositeType(type)) return [];
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
}

/**
 * Pothos joins what a document selects of Prisma models into few statements by reading ahead in the resolve info, and
 * under graphql-jit it makes more of them than it should. Relations and counts always do that; other fields that give
 * a model may, unless they promise not to with `extensions: { readsAhead: false }`.
 */
function mayReadAhead(field: Maybe<GraphQLField<unknown, unknown>>, possible: readonly GraphQLObjectType[]): boolean {
  if (field?.extensions.pothosPrismaSelect) return true;
  return (
    field?.extensions.readsAhead !== false &&
    possible.some(({ extensions }) => extensions.pothosPrismaModel !== undefined)
  );
}

type Maybe<Value> = Value | null | undefined;

/** Input objects in one another, written out. One that contains itself would make graphql-jit use up all memory. */
function countInputObjects(input: GraphQLInputType | null | undefined): number {
  const open = [getNamedType(input)];
  let count = 0;
  for (let type = open.pop(); type && count <= mostInputObjects; type = open.pop()) {
    if (!isInputObjectType(type)) continue;
    count += 1;
    for (const field of Object.values(type.getFields())) open.push(getNamedType(field.type));
  }
  return count;
}
