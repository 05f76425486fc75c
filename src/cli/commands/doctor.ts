import { OperatorError } from '../../base/errors/operator-error.ts';
import type { ConfigSources } from '../../config/load.ts';
import type { Finding } from '../checks/finding.ts';
import type { Command, CommandContext } from '../command.ts';
import { optional, takeOptions } from '../options.ts';
import { ProgressLine } from '../output/progress.ts';
import { counted } from '../output/wording.ts';

const VALUED = ['tenant'];
const SWITCHES = ['full', 'history', 'json'];

export const doctor: Command = {
  usage: ['colloquy doctor [--full] [--history [--tenant NAME]] [--json]'],
  summary:
    'Check the configuration, the model and MCP servers, the database and its contents, and print a fix for each fault. --history examines all conversations for what model servers refuse. Changes nothing; a server may be running.',
  takesSettings: true,
  run: async (context) => {
    const options = takeOptions(context.arguments, VALUED, SWITCHES);
    const { texts, rest } = options;
    const histories = texts.has('history') ? { tenant: optional(options, 'tenant') } : undefined;
    if (texts.has('tenant') && histories === undefined) {
      throw new OperatorError(
        'missing_flag',
        '--tenant belongs to --history, which is missing.',
        'Add --history.',
      );
    }
    const sources: ConfigSources = {
      arguments: rest,
      environment: context.environment,
      otherFlags: [...VALUED, ...SWITCHES].map((name) => `--${name}`),
    };
    const progress = new ProgressLine(context);
    const onProgress = (items: number): void =>
      progress.update(() => `checked ${counted(items, 'item')}`);
    const findings: Finding[] = [];
    // Loaded by this command only, to keep the start of a server short.
    const { examine } = await import('../checks/examine.ts');
    for await (const finding of examine(sources, {
      full: texts.has('full'),
      histories,
      onProgress,
    })) {
      progress.clear();
      findings.push(finding);
      if (!texts.has('json')) show(finding, context);
    }
    const failures = findings.filter(({ state }) => state === 'failed').length;
    if (texts.has('json')) {
      context.print(JSON.stringify({ healthy: failures === 0, checks: findings }));
    }
    if (failures > 0) throw unwell(failures);
  },
};

function show({ check, state, detail, fix }: Finding, { print }: CommandContext): void {
  print(`${state.padEnd(7)}  ${check.padEnd(13)}  ${detail}`);
  if (fix !== undefined) print(`  fix: ${fix}`);
}

function unwell(failures: number): OperatorError {
  return new OperatorError(
    'unwell',
    `${counted(failures, 'check')} failed.`,
    'Follow the lines with `fix:` above, and run doctor again.',
  );
}
