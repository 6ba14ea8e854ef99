import { defineCommand } from '../command/command.ts';

export const models = defineCommand({
  name: 'models',
  summary: 'Lists what the sidecar can look with',
  examples: [
    { line: 'sightline models', about: 'Every version that answers now; others are loaded when they are asked for' },
    { line: "sightline models --json | jq -r '.labels[]'", about: 'What they can tell apart' },
  ],
  async run(context) {
    const { out, signal } = context;
    const list = await (await context.client()).models.list({ signal });
    out.list(list, {
      heading: ['model', 'version', 'task', 'input', 'labels', 'licence', ''],
      row: ({ name, version, task, input, labels, licence, isDefault }) => [
        name,
        version,
        task,
        input ? `${input.width} × ${input.height}` : '',
        labels.length,
        licence,
        isDefault ? 'default' : '',
      ],
      none: 'No model is ready. See: sightline doctor',
    });
  },
});
