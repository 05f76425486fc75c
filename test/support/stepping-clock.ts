import type { RunningProcess } from './process.ts';

const HOUR_MS = 3_600_000;

/** Replaces the clock of the process by one that takes its next step at each signal. */
const SCRIPT = `
const Real = Date;
let ahead = 0;
globalThis.Date = class Date extends Real {
  constructor(...given) {
    super(...(given.length === 0 ? [Real.now() + ahead] : given));
  }
  static now() {
    return Real.now() + ahead;
  }
};
const steps = process.env.CLOCK_STEPS.split(',').map(Number);
process.on('SIGUSR2', () => {
  const step = steps.shift();
  ahead += step;
  process.stderr.write('the clock has stepped by ' + step + ', ' + steps.length + ' to go\\n');
});
`;

export interface SteppingClock {
  /** Environment of the process with the clock. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes the clock of the process take its next step. */
  step(running: RunningProcess): Promise<void>;
}

/** Prepares a clock that takes these steps, in hours, one at a time on request. */
export function steppingClock(...hours: readonly number[]): SteppingClock {
  let left = hours.length;
  return {
    environment: {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(SCRIPT)}`,
      CLOCK_STEPS: hours.map((count) => count * HOUR_MS).join(','),
    },
    step: async (running) => {
      left -= 1;
      running.child.kill('SIGUSR2');
      await running.errorText(new RegExp(`the clock has stepped by .*, ${left} to go`));
    },
  };
}
