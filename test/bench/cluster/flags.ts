import { parseArgs } from 'node:util';
import type { Shape } from './replicas.ts';
import type { Plan } from './watching.ts';

export interface Flags {
  plan: Plan;
  /** The rows, in their order. */
  shapes: readonly Shape[];
  /** True if the table is written to docs/scaling.md. */
  isWritten: boolean;
}

function whole(flag: string, value: string, least = 1): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isInteger(number) && number >= least) return number;
  throw new Error(`Expected --${flag} to be an integer of at least ${least}, got "${value}".`);
}

const counts = (flag: string, value: string): number[] =>
  value === '' ? [] : value.split(',').map((count) => whole(flag, count));

/** @throws Error if a flag is unknown or malformed. */
export function readFlags(args?: readonly string[]): Flags {
  const { values } = parseArgs({
    ...(args && { args: [...args] }),
    options: {
      jobs: { type: 'string', default: '30' },
      keys: { type: 'string', default: '3' },
      subscribers: { type: 'string', default: '300' },
      replicas: { type: 'string', default: '1,2,3' },
      workers: { type: 'string', default: '1,2' },
      seconds: { type: 'string', default: '30' },
      probes: { type: 'string', default: '7' },
      takeovers: { type: 'string', default: '5' },
      write: { type: 'boolean', default: false },
    },
  });
  const keys = whole('keys', values.keys);
  const jobs = whole('jobs', values.jobs, keys);
  return {
    plan: {
      keys,
      jobs,
      subscribers: whole('subscribers', values.subscribers, jobs),
      period: whole('seconds', values.seconds) * 1_000,
      probes: whole('probes', values.probes),
      takeovers: whole('takeovers', values.takeovers),
    },
    shapes: [
      ...counts('replicas', values.replicas).map((count) => ({ kind: 'replicas' as const, count })),
      ...counts('workers', values.workers).map((count) => ({ kind: 'workers' as const, count })),
    ],
    isWritten: values.write,
  };
}
