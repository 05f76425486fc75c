import type { RunningProcess } from './process.ts';

const HOUR_MS = 3_600_000;

/** Puts a clock in front of the program's own that goes a step further with each signal. */
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
  /** For the process whose clock it is. */
  readonly environment: Readonly<Record<string, string>>;
  /** Has the clock of a process take its next step. */
  step(running: RunningProcess): Promise<void>;
}

/** The clock on the wall, which takes these steps, in hours, when it is told to. */
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
