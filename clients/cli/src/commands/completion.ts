import { completionScript } from '../completion/scripts.ts';
import type { Shell } from '../completion/scripts.ts';
import { defineCommand } from '../command/command.ts';
import type { Command } from '../command/command.ts';
import { WrongArguments } from '../user-mistake.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** Knows the other commands, which are in a table that has this one, too. */
export const createCompletion = (commands: () => readonly Command[]): Command =>
  defineCommand({
    name: 'completion',
    summary: 'Prints a script that completes command lines',
    arguments: [{ name: 'shell', about: `one of ${shells.join(', ')}`, offers: shells }],
    examples: [
      { line: 'echo \'eval "$(sightline completion bash)"\' >> ~/.bashrc', about: 'bash' },
      { line: 'echo \'eval "$(sightline completion zsh)"\' >> ~/.zshrc', about: 'zsh, after compinit' },
      { line: 'sightline completion fish > ~/.config/fish/completions/sightline.fish', about: 'fish' },
    ],
    async run({ args, out }) {
      const shell = shells.find((each) => each === args[0]) as Shell | undefined;
      if (!shell) throw new WrongArguments(`A shell is one of ${shells.join(', ')}.`);
      const script = completionScript(shell, commands());
      out.give({ shell, script }, () => [script.trimEnd()]);
    },
  });
