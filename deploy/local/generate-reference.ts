import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Application, Converter } from 'typedoc';
import type { Context, DeclarationReflection, TypeDocOptions } from 'typedoc';

/** What people import, entry by entry: each has a page of its own. */
const entries = [
  'core/src/index.ts',
  ...['index', 'full', 'react', 'apollo', 'urql'].map((name) => `web/src/${name}.ts`),
  'desktop/src/index.ts',
];

/** Texts of documents and what they answer: thousands of lines that say what the methods say. */
const leftOut = /\/generated\/(documents|rest)\.ts$/;
const ofDocuments = /(Query|Mutation|Subscription|Fragment)(Variables)?$/;

/**
 * The reference of the packages, written from their types and comments: name of a file below docs/reference/ → its text.
 * Throws an Error with what typedoc says where a type cannot be read.
 */
export async function makeReference(root: string): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-reference-'));
  try {
    const out = join(folder, 'out');
    const app = await Application.bootstrapWithPlugins({
      ...(await optionsFor(root, folder)),
      outputs: [{ name: 'markdown', path: out }],
    });
    app.converter.on(Converter.EVENT_CREATE_DECLARATION, forgetDocuments);
    const project = await app.convert();
    if (!project || app.logger.hasErrors()) throw new Error('The reference cannot be made: see above.');
    // `web/src/react` is the entry `react` of the package `web`.
    for (const module of project.children ?? []) module.name = module.name.replace('/src', '').replaceAll('/', '-');
    await app.generateOutputs(project);
    const names = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.md')).sort();
    return new Map(
      await Promise.all(names.map(async (name) => [name, await readFile(join(out, name), 'utf8')] as const)),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function forgetDocuments(context: Context, reflection: DeclarationReflection): void {
  const [file] = context.getSymbolFromReflection(reflection)?.declarations ?? [];
  const path = file?.getSourceFile().fileName ?? '';
  const isText = leftOut.test(path) || (path.endsWith('/generated/types.ts') && ofDocuments.test(reflection.name));
  if (isText && reflection.parent?.isProject() !== true) context.project.removeReflection(reflection);
}

async function optionsFor(root: string, folder: string): Promise<Partial<TypeDocOptions>> {
  const tsconfig = join(folder, 'tsconfig.json');
  const settings = {
    extends: join(root, 'clients/tsconfig.build.json'),
    compilerOptions: { noEmit: true, types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
    include: ['core', 'web', 'desktop'].map((name) => join(root, 'clients', name, 'src')),
  };
  await writeFile(tsconfig, JSON.stringify(settings));
  const markdown = {
    ...{
      outputFileStrategy: 'modules',
      hidePageHeader: true,
      hideBreadcrumbs: true,
      mergeReadme: true,
      entryFileName: 'README.md',
    },
    ...{
      parametersFormat: 'table',
      typeDeclarationFormat: 'table',
      propertiesFormat: 'table',
      enumMembersFormat: 'table',
    },
    ...{ interfacePropertiesFormat: 'table', typeAliasPropertiesFormat: 'table', classPropertiesFormat: 'table' },
  };
  return {
    ...{ tsconfig, name: 'Reference', readme: 'none', plugin: ['typedoc-plugin-markdown'], logLevel: 'Error' },
    entryPoints: entries.map((entry) => join(root, 'clients', entry)),
    ...{ excludePrivate: true, excludeProtected: true, excludeInternal: true, excludeExternals: true },
    ...{ disableSources: true, disableGit: true, skipErrorChecking: true },
    ...markdown,
  } as Partial<TypeDocOptions>;
}
