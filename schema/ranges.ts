import { builder } from './builder.ts';
import { FREE } from './costs.ts';

/** Inclusive bounds of a number, and its value if it is omitted. */
export interface Range {
  readonly min: number;
  readonly max: number;
  /** Undefined if there is no default, or the upstream does not document it. */
  readonly default?: number;
}

const defaultDescription =
  'Value if the input is omitted; null if the input is required, or the upstream chooses and does not document the value.';

const IntRange = builder.objectRef<Range>('IntRange').implement({
  description: 'Range of an integer.',
  extensions: { cost: FREE },
  fields: (t) => ({
    min: t.exposeInt('min', { nullable: false, description: 'Smallest accepted value.' }),
    max: t.exposeInt('max', { nullable: false, description: 'Largest accepted value.' }),
    default: t.exposeInt('default', { description: defaultDescription }),
  }),
});

const FloatRange = builder.objectRef<Range>('FloatRange').implement({
  description: 'Range of a number.',
  extensions: { cost: FREE },
  fields: (t) => ({
    min: t.exposeFloat('min', { nullable: false, description: 'Smallest accepted value.' }),
    max: t.exposeFloat('max', { nullable: false, description: 'Largest accepted value.' }),
    default: t.exposeFloat('default', { description: defaultDescription }),
  }),
});

/** Options of a non-null field with a number of the parent. */
export const number = <Parent>(description: string, resolve: (parent: Parent) => number) =>
  ({ nullable: false, description, resolve }) as const;

/** Options of a non-null field with a range. */
export const intRange = (description: string, range: Range) =>
  ({ type: IntRange, nullable: false, description, resolve: () => range }) as const;

/** @see intRange */
export const floatRange = (description: string, range: Range) =>
  ({ type: FloatRange, nullable: false, description, resolve: () => range }) as const;
