import fc from 'fast-check';
import { FAULTS, type FaultRates } from './faults.ts';

/** Two tenants. The objects of each contain its name. */
export const TENANTS = ['alpha', 'bravo'] as const;
export type Tenant = (typeof TENANTS)[number];

/** An operation of a tenant. */
export interface Step {
  readonly tenant: Tenant;
  readonly kind:
    | 'list'
    | 'details'
    | 'nodes'
    | 'predictions'
    | 'imageFacts'
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
  /** Selects variables and objects. */
  readonly index: number;
  /** Number of an idempotency key; undefined for none. */
  readonly key: number | undefined;
  /** Value of `waitSeconds`. */
  readonly wait: number;
  /** Time until the client aborts, in milliseconds; undefined if it does not. */
  readonly abortAfter: number | undefined;
  /** Delay before the next step, in milliseconds. */
  readonly delay: number;
}

const KINDS: readonly [weight: number, kind: Step['kind']][] = [
  [4, 'list'],
  [4, 'details'],
  [3, 'nodes'],
  [2, 'predictions'],
  [1, 'imageFacts'],
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
  kind: fc.oneof(...KINDS.map(([weight, kind]) => ({ weight, arbitrary: fc.constant(kind) }))),
  index: fc.nat(9_999),
  key: fc.option(fc.nat(5), { nil: undefined, freq: 2 }),
  wait: fc.constantFrom(0, 0, 0, 5, 60),
  abortAfter: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(40_000) }),
  delay: fc.constantFrom(0, 0, 0, 1, 50, 500, 3_000, 12_000, 31_000),
});

/** No faults, a few of each kind, or many of one or two kinds. */
const faultRates: fc.Arbitrary<FaultRates> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<FaultRates>({}) },
  {
    weight: 3,
    arbitrary: fc.constant<FaultRates>(
      Object.fromEntries(FAULTS.filter((fault) => fault !== 'pass').map((fault) => [fault, 0.03])),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...FAULTS), fc.constantFrom(...FAULTS), fc.constantFrom(0.2, 0.4, 0.5))
      .map(([one, other, rate]): FaultRates => ({ [one]: rate, [other]: rate })),
  },
);

/** Operations with the same fault rates. */
export interface Phase {
  readonly faultRates: FaultRates;
  readonly steps: readonly Step[];
}

export const phases: fc.Arbitrary<Phase[]> = fc.array(
  fc.record({ faultRates, steps: fc.array(step, { minLength: 10, maxLength: 40 }) }),
  { minLength: 2, maxLength: 4 },
);
