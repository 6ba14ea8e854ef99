import { readFile, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { defineCommand } from '../command/command.ts';
import { exitCode } from '../command/exit-code.ts';
import { makeFolder } from '../make-folder.ts';
import { WrongArguments } from '../user-mistake.ts';

export const gen = defineCommand({
  name: 'gen',
  summary: 'Writes the types of your own .graphql files, checked against the graph',
  details: [
    'What stands in gen of sightline.json is the same as the arguments. The module has a document for each operation, for',
    'client.graphql(document, variables) of @sightline/core, and needs nothing else. Without --schema the server is asked.',
  ],
  arguments: [
    { name: 'files', about: '.graphql files, and folders of them', isOptional: true, isMany: true, offers: 'files' },
  ],
  options: {
    out: { type: 'text', short: 'o', value: 'FILE', about: 'the module that is written' },
    schema: { type: 'text', value: 'FILE', about: 'the graph, as SDL or the answer to an introspection' },
    check: { type: 'flag', about: 'write nothing; exit code 1 unless the module is current' },
  },
  examples: [
    { line: 'sightline gen', about: 'As sightline.json has it; sightline init writes one' },
    { line: 'sightline gen src/queries -o src/queries/generated.ts', about: 'Without such a file' },
    { line: 'sightline gen --check', about: 'In CI' },
  ],
  async run(context) {
    const { args, options, settings, out, cwd, signal } = context;
    const { project } = settings;
    const root = project ? dirname(project.path) : cwd;
    const paths =
      args.length > 0
        ? args.map((each) => resolve(cwd, each))
        : project?.gen
          ? [resolve(root, project.gen.documents)]
          : [];
    const target =
      options.out === undefined ? (project?.gen ? resolve(root, project.gen.out) : null) : resolve(cwd, options.out);
    if (paths.length === 0 || target === null)
      throw new WrongArguments('Say which files and where to: sightline gen FILES -o FILE, or once: sightline init');
    // Loaded here: every other command starts without them.
    const { findDocuments } = await import('../gen/find-documents.ts');
    const { askSchema, readSchemaFile } = await import('../gen/read-schema.ts');
    const { writeDocuments } = await import('../gen/write-documents.ts');
    const documents = await findDocuments(paths, cwd);
    const file =
      options.schema === undefined
        ? project?.gen?.schema
          ? resolve(root, project.gen.schema)
          : null
        : resolve(cwd, options.schema);
    const schema = file === null ? await askSchema(await context.client(), signal) : await readSchemaFile(file);
    const { text, names } = writeDocuments(schema, documents);
    const isCurrent = (await readFile(target, 'utf8').catch(() => null)) === text;
    if (!options.check && !isCurrent) {
      await makeFolder(dirname(target));
      await writeFile(target, text);
    }
    const name = relative(cwd, target);
    out.give({ out: name, operations: names, isCurrent }, () => [
      isCurrent
        ? `${name} is current`
        : options.check
          ? `${name} is not current. Write it: sightline gen`
          : `wrote ${names.length} operations to ${name}`,
    ]);
    return options.check && !isCurrent ? exitCode.failed : exitCode.done;
  },
});
