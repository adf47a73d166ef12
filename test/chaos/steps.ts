import fc from 'fast-check';
import { FAULTS, type Weather } from './faults.ts';

/** The two who use the gateway at once; what belongs to one carries its mark. */
export const TENANTS = ['alpha', 'bravo'] as const;
export type Tenant = (typeof TENANTS)[number];

/** One operation of one tenant. Numbers choose among what the tenant has, and make texts differ. */
export interface Step {
  readonly tenant: Tenant;
  readonly act:
    | 'list'
    | 'look'
    | 'nodes'
    | 'predictions'
    | 'facts'
    | 'createModel'
    | 'rename'
    | 'train'
    | 'cancel'
    | 'predict'
    | 'upload'
    | 'deleteItem'
    | 'deletePrediction'
    | 'watch'
    | 'watchList';
  readonly which: number;
  /** An idempotency key out of a few, or none. */
  readonly key: number | undefined;
  /** In seconds. */
  readonly wait: number;
  /** When the client leaves, in milliseconds; undefined: it stays. */
  readonly leaves: number | undefined;
  /** How long nothing else happens, in milliseconds. */
  readonly quiet: number;
}

const ACTS: readonly [weight: number, act: Step['act']][] = [
  [4, 'list'],
  [4, 'look'],
  [3, 'nodes'],
  [2, 'predictions'],
  [1, 'facts'],
  [3, 'createModel'],
  [1, 'rename'],
  [3, 'train'],
  [1, 'cancel'],
  [4, 'predict'],
  [1, 'upload'],
  [1, 'deleteItem'],
  [1, 'deletePrediction'],
  [3, 'watch'],
  [1, 'watchList'],
];

const step: fc.Arbitrary<Step> = fc.record({
  tenant: fc.constantFrom(...TENANTS),
  act: fc.oneof(...ACTS.map(([weight, act]) => ({ weight, arbitrary: fc.constant(act) }))),
  which: fc.nat(9_999),
  key: fc.option(fc.nat(5), { nil: undefined, freq: 2 }),
  wait: fc.constantFrom(0, 0, 0, 5, 60),
  leaves: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(40_000) }),
  quiet: fc.constantFrom(0, 0, 0, 1, 50, 500, 3_000, 12_000, 31_000),
});

/** Mostly well; everything a little; and a storm of one or two faults. */
const weather: fc.Arbitrary<Weather> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Weather>({}) },
  {
    weight: 3,
    arbitrary: fc.constant<Weather>(
      Object.fromEntries(FAULTS.filter((fault) => fault !== 'pass').map((fault) => [fault, 0.03])),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...FAULTS), fc.constantFrom(...FAULTS), fc.constantFrom(0.2, 0.4, 0.5))
      .map(([one, other, share]): Weather => ({ [one]: share, [other]: share })),
  },
);

/** Some operations in one weather. */
export interface Spell {
  readonly weather: Weather;
  readonly steps: readonly Step[];
}

export const spells: fc.Arbitrary<Spell[]> = fc.array(
  fc.record({ weather, steps: fc.array(step, { minLength: 10, maxLength: 40 }) }),
  { minLength: 2, maxLength: 4 },
);
