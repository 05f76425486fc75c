import { COMMANDS } from '../../src/cli/commands.ts';

/** Returns the Markdown of all commands, in the order of the help. */
export function commandReference(): string {
  return Object.entries(COMMANDS)
    .map(([name, { usage, summary, takesSettings }]) => {
      const lines = usage.map((line) => (takesSettings ? `${line} [SETTING ...]` : line));
      return `## ${name}\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n\n${summary}`;
    })
    .join('\n\n');
}
