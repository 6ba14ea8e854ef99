import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { defineCommand } from '../command/command.ts';
import { makeFolder } from '../make-folder.ts';
import { projectFileName } from '../setting/project-file.ts';
import { UserMistake } from '../user-mistake.ts';

const exampleDocument = `# Your own queries. "sightline gen" writes their types and checks them against the server.
query RunningSessions {
  sessions(first: 20, filter: { states: [RUNNING] }) {
    edges {
      node {
        id
        source {
          name
        }
        framesRead
        eventCount
      }
    }
  }
}
`;

export const init = defineCommand({
  name: 'init',
  summary: 'Prepares a project: which server it uses, and where its queries are',
  details: ['Writes sightline.json and a first query. There are no secrets in it: it belongs into the repository.'],
  options: { force: { type: 'flag', about: 'write sightline.json anew' } },
  examples: [
    { line: 'sightline init', about: 'For the server on this machine' },
    { line: 'sightline init --url https://sightline.example.com', about: 'For another one' },
  ],
  // It writes the file anew: one that makes no sense must not be in its way.
  toleratesBrokenSettings: true,
  async run({ options, settings, cwd, out }) {
    const path = join(cwd, projectFileName);
    const { url, inferenceUrl } = settings;
    const project = {
      url,
      ...(inferenceUrl !== null && { inferenceUrl }),
      gen: { documents: 'sightline', out: 'sightline/generated.ts' },
    };
    await writeFile(path, `${JSON.stringify(project, null, 2)}\n`, { flag: options.force ? 'w' : 'wx' }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
        throw new UserMistake(`${path} is there already. To write it anew: sightline init --force`);
      },
    );
    const document = join(cwd, 'sightline', 'sessions.graphql');
    await makeFolder(dirname(document));
    const isNew = await writeFile(document, exampleDocument, { flag: 'wx' }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
        return false;
      },
    );
    const written = [path, ...(isNew ? [document] : [])];
    out.give({ written, project }, () => [
      ...written.map((each) => `wrote ${each}`),
      'next: sightline login, then sightline gen',
    ]);
  },
});
